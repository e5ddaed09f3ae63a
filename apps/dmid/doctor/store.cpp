// SPDX-License-Identifier: Apache-2.0
#include "doctor/checks.hpp"
#include "doctor/files.hpp"
#include "store/lmdb/backup.hpp"
#include "store/lmdb/env.hpp"
#include "tool/self.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>

namespace dmid::doctor
{
namespace fs = std::filesystem;
namespace
{
/// Below it a message of the greatest size may not find room (SMTP: 36 MiB), nor the map its next doubling.
constexpr std::uintmax_t kLittleSpace = 512U << 20U;
constexpr std::uintmax_t kNoSpace = 64U << 20U;

void check_space(const fs::path& folder, Report& report)
{
    std::error_code error;
    const auto space = fs::space(folder, error);
    if (error)
        return report.problem("store.space", folder.string() + ": " + error.message(),
                              "df -h " + tool::shell_word(folder.string()));
    const auto free = std::to_string(space.available >> 20U) + " MiB free at " + folder.string();
    const auto mend = "du -xh --max-depth=2 " + tool::shell_word(folder.string()) + ", and make room";
    if (space.available < kNoSpace)
        report.problem("store.space", free + ": the doors will say try later", mend);
    else if (space.available < kLittleSpace)
        report.warning("store.space", free, mend);
    else
        report.ok("store.space", free);
}

void check_fill(const fs::path& folder, std::uint64_t limit_mb, const std::string& config, Report& report)
{
    std::error_code error;
    const auto size = fs::file_size(folder / "data.mdb", error) >> 20U;
    if (error)
        return;
    const auto words = "the mailbox has " + std::to_string(size) + " of " + std::to_string(limit_mb) + " MiB";
    if (size * 10 >= limit_mb * 9)
        report.problem("store.fill", words, "raise [store] map_size_mb in " + config);
    else
        report.ok("store.fill", words);
}

/// LMDB's page 0 and 1 are its meta pages; each names the format at the same place, after a page header of 16
/// bytes: magic 0xBEEFC0DE (lmdb: mdb.c, MDB_MAGIC). For a store that a running node holds open.
bool has_meta_page(const fs::path& file)
{
    std::array<unsigned char, 20> head{};
    std::ifstream in{file, std::ios::binary};
    in.read(reinterpret_cast<char*>(head.data()), head.size());
    return in && head[16] == 0xDE && head[17] == 0xC0 && head[18] == 0xEF && head[19] == 0xBE;
}

/// Whether a process has the store open: reading it whole would not notice.
bool is_held(const fs::path& lock)
{
    const int fd = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool held = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(fd);
    return held;
}

/// Reads a store that nobody has open; gives its stamp. The index is opened alone: it can be made again.
Result<std::string> open_once(const fs::path& folder, bool derived)
{
    if (!derived)
    {
        DMID_TRY(const auto summary, store::lmdb::check_store(folder));
        return summary.format + ", " + std::to_string(summary.entries) + " entries";
    }
    store::lmdb::Options options;
    options.directory = folder;
    DMID_TRY(store::lmdb::Env::open(options));
    return std::string{};
}

void check_integrity(const Patient& patient, const fs::path& folder, bool derived, Report& report)
{
    std::error_code error;
    if (!fs::exists(folder / "data.mdb", error))
        return report.ok("store.integrity", folder.string() + " does not exist yet");
    (void)is_private(folder, true, "store.permissions", report);
    const auto mend = derived ? "stop the node, then: rm -r " + tool::shell_word(folder.string()) +
                                    " (it is built again from the chain)"
                              : "stop the node and put the last backup back";
    if (!has_meta_page(folder / "data.mdb"))
        return report.problem("store.integrity", folder.string() + " is damaged at its beginning", mend);
    if (patient.node)
        return report.ok("store.integrity",
                         folder.string() + " is in use by the node; what it holds is checked on opening");
    if (is_held(folder / "owner.lock"))
        return report.problem("store.integrity",
                              to_string(Error{Errc::store_locked, folder.string()}) +
                                  ": another process holds it, but no node answers at the owner's socket",
                              "fuser -v " + tool::shell_word((folder / "owner.lock").string()) +
                                  ", and end that process");
    const auto opened = open_once(folder, derived);
    if (opened)
        report.ok("store.integrity",
                  folder.string() + (opened->empty() ? " opens" : " was read whole: " + *opened));
    else
        report.failed("store.integrity", opened.error(), mend);
}
} // namespace

void check_store(const Patient& patient, Report& report)
{
    const auto& state = patient.call.paths().state;
    std::error_code error;
    if (!fs::exists(state, error))
        return report.ok("store.space", "no state yet: " + state.string());
    (void)is_private(state, true, "store.permissions", report);
    const fs::path mailbox =
        patient.config.store.path.empty() ? state / "mailbox" : fs::path{patient.config.store.path};
    check_space(fs::exists(mailbox, error) ? mailbox : state, report);
    check_fill(mailbox, patient.config.store.map_size_mb, patient.call.paths().config.string(), report);
    check_integrity(patient, mailbox, false, report);
    check_integrity(patient, state / "index", true, report);
}
} // namespace dmid::doctor
