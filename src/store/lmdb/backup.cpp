// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/backup.hpp"

#include "store/lmdb/env.hpp"
#include "store/lmdb/schema.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace dmid::store::lmdb
{
namespace
{
/// How often the running node may grow its map while a copy begins.
constexpr int kTries = 8;

/// A second look at a store: reads only, takes no lock of ours.
class Look
{
public:
    Look() = default;
    Look(const Look&) = delete;
    Look& operator=(const Look&) = delete;
    ~Look()
    {
        if (env_ != nullptr)
            mdb_env_close(env_);
    }
    Result<void> open(const std::filesystem::path& path, unsigned flags)
    {
        std::error_code ignored;
        const auto file = (flags & MDB_NOSUBDIR) != 0 ? path : path / "data.mdb";
        if (!std::filesystem::is_regular_file(file, ignored))
            return fail(Errc::store_not_found, file.string());
        int code = mdb_env_create(&env_);
        if (code == 0)
            code = mdb_env_set_maxdbs(env_, kMaxDatabases);
        if (code == 0)
            code = mdb_env_open(env_, path.c_str(), MDB_RDONLY | MDB_NOTLS | flags, 0600);
        if (code != 0)
            return tl::unexpected(to_error(code, "open " + path.string()));
        return check_length(env_, false);
    }
    MDB_env* handle() const noexcept { return env_; }

private:
    MDB_env* env_ = nullptr;
};

/// One read transaction that ends with its block.
class Reading
{
public:
    Reading() = default;
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading()
    {
        if (handle != nullptr)
            mdb_txn_abort(handle);
    }
    MDB_txn* handle = nullptr;
};

/// Reads all of one database; gives the count of its rows.
Result<std::uint64_t> walk(const Tx& tx, const std::string& name)
{
    MDB_dbi db = 0;
    if (const int code = mdb_dbi_open(tx.handle(), name.c_str(), 0, &db))
        return tl::unexpected(to_error(code, "open database " + name));
    DMID_TRY(auto cursor, Cursor::open(tx, db));
    DMID_TRY(bool more, cursor.move(MDB_FIRST));
    std::uint64_t rows = 0;
    volatile std::uint8_t touched = 0;
    while (more)
    {
        ++rows;
        if (name == "log")
        {
            DMID_TRY(Record::decode(cursor.value()));
        }
        for (std::size_t at = 0; at < cursor.value().size(); at += 4096)
            touched = cursor.value()[at];
        DMID_TRY(more, cursor.move(MDB_NEXT));
    }
    (void)touched;
    return rows;
}

Result<std::string> stamp_value(const Tx& tx, std::string_view key)
{
    MDB_dbi db = 0;
    if (mdb_dbi_open(tx.handle(), "stamp", 0, &db) != 0)
        return fail(Errc::store_corrupt, "the store has no stamp");
    DMID_TRY(const auto found, tx.get(db, as_bytes(key)));
    return found ? std::string{as_text(*found)} : std::string{};
}

Result<StoreSummary> summarise(const std::filesystem::path& path, unsigned flags)
{
    Look look;
    DMID_TRY(look.open(path, flags));
    Reading reading;
    if (const int code = mdb_txn_begin(look.handle(), nullptr, MDB_RDONLY, &reading.handle))
        return tl::unexpected(to_error(code, "begin reading"));
    const Tx tx{reading.handle};
    StoreSummary out;
    DMID_TRY(out.format, stamp_value(tx, "format"));
    DMID_TRY(out.software, stamp_value(tx, "software"));
    DMID_TRY(const auto names, database_names_in(tx));
    for (const auto& name : names)
    {
        DMID_TRY(const auto rows, walk(tx, name));
        if (name == "log")
            out.entries = rows;
    }
    std::error_code ignored;
    out.bytes = std::filesystem::file_size((flags & MDB_NOSUBDIR) != 0 ? path : path / "data.mdb", ignored);
    return out;
}

/// One try; MDB_MAP_RESIZED where the node has grown its map since we opened.
int copy_into(MDB_env* env, int fd, bool compact)
{
    if (::ftruncate(fd, 0) != 0 || ::lseek(fd, 0, SEEK_SET) != 0)
        return errno;
    return mdb_env_copyfd2(env, fd, compact ? MDB_CP_COMPACT : 0U);
}
} // namespace

Result<void> copy_env(MDB_env* env, const std::filesystem::path& to, bool& compact)
{
    const int fd = ::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return tl::unexpected(to_error(errno, "create " + to.string()));
    compact = true;
    int code = copy_into(env, fd, compact);
    for (int i = 0; code != 0 && i < kTries; ++i)
    {
        if (code == MDB_MAP_RESIZED)
            code = mdb_env_set_mapsize(env, 0);
        else if (code == MDB_INCOMPATIBLE && compact)
            compact = false; // pages were lost once: they are of no use, but no harm either
        else
            break;
        if (code == 0 || code == MDB_INCOMPATIBLE)
            code = copy_into(env, fd, compact);
    }
    if (code == 0 && ::fsync(fd) != 0)
        code = errno;
    ::close(fd);
    if (code == 0)
        return {};
    ::unlink(to.c_str());
    return tl::unexpected(to_error(code, "copy the store"));
}

Result<StoreSummary> copy_store(const std::filesystem::path& directory, const std::filesystem::path& to)
{
    bool compact = true;
    {
        Look look;
        DMID_TRY(look.open(directory, 0));
        DMID_TRY(copy_env(look.handle(), to, compact));
    }
    // Nobody else knows the copy: no lock file beside it.
    auto summary = summarise(to, MDB_NOSUBDIR | MDB_NOLOCK);
    if (summary)
        summary->compact = compact;
    return summary;
}

Result<StoreSummary> check_store(const std::filesystem::path& directory)
{
    return summarise(directory, MDB_NOLOCK);
}
} // namespace dmid::store::lmdb
