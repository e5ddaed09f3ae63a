// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "keys/files.hpp"
#include "node/home_backup.hpp"
#include "store/lmdb/backup.hpp"

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dmid::node
{
namespace
{
namespace fs = std::filesystem;

tl::unexpected<Error> disk(const fs::path& path)
{
    return fail(Errc::input_file, path.string() + ": " + std::strerror(errno));
}

/// One thing that a restore makes: names that begin with `prefix` go below `making`, which becomes `target`.
struct Part
{
    std::string prefix;
    fs::path target;
    fs::path making;
};

std::vector<Part> parts_of(const RestoreTarget& target)
{
    const auto beside = [](const fs::path& path)
    { return path.parent_path() / (path.filename().string() + ".restoring-" + std::to_string(::getpid())); };
    if (!target.home.empty())
    {
        const auto home = fs::absolute(target.home).lexically_normal();
        const auto clean = home.has_filename() ? home : home.parent_path();
        return {{"", clean, beside(clean)}};
    }
    return {{"state/", target.state, beside(target.state)},
            {"keys/", target.keys, beside(target.keys)},
            {"config.toml", target.config, beside(target.config)}};
}

Result<> refuse_what_is_there(const std::vector<Part>& parts)
{
    for (const auto& part : parts)
    {
        std::error_code ignored;
        const auto there = fs::symlink_status(part.target, ignored);
        if (!fs::exists(there) || (fs::is_directory(there) && fs::is_empty(part.target, ignored)))
            continue;
        return fail(Errc::backup_not_empty, part.target.string());
    }
    return {};
}

/// Puts the entries where they will be renamed from. What it made goes with it unless it was released.
class Extraction final : public backup::EntrySink
{
public:
    explicit Extraction(std::vector<Part> parts)
        : parts_{std::move(parts)}
    {
    }
    Extraction(const Extraction&) = delete;
    Extraction& operator=(const Extraction&) = delete;
    ~Extraction() override
    {
        if (fd_ >= 0)
            ::close(fd_);
        std::error_code ignored;
        for (const auto& part : parts_)
            fs::remove_all(part.making, ignored);
    }

    Result<> begin(const std::string& name, std::uint64_t /*size*/) override
    {
        DMID_TRY(const auto path, place(name));
        DMID_TRY(make_folders(path.parent_path()));
        path_ = path;
        fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        return fd_ < 0 ? disk(path) : Result<>{};
    }
    Result<> content(ByteView piece) override
    {
        while (!piece.empty())
        {
            const auto put = ::write(fd_, piece.data(), piece.size());
            if (put < 0 && errno != EINTR)
                return disk(path_);
            piece = piece.subspan(static_cast<std::size_t>(std::max<ssize_t>(put, 0)));
        }
        return {};
    }
    Result<> end() override
    {
        const bool synced = ::fsync(fd_) == 0;
        ::close(std::exchange(fd_, -1));
        return synced ? Result<>{} : disk(path_);
    }

    /// Where an entry of this name is being made; input.file where the target has no such place.
    Result<fs::path> place(const std::string& name) const
    {
        for (const auto& part : parts_)
            if (name.starts_with(part.prefix))
            {
                const auto rest = name.substr(part.prefix.size());
                return rest.empty() ? part.making : part.making / rest;
            }
        return fail(Errc::backup_damaged, name + " has no place in a home");
    }

    /// The names come last, and the first one that is taken ends it.
    Result<> give_names()
    {
        for (const auto& part : parts_)
        {
            std::error_code error;
            if (!fs::exists(part.making, error))
                continue;
            DMID_TRY(make_folders(part.target.parent_path()));
            sync_folder(part.making);
            if (::rename(part.making.c_str(), part.target.c_str()) != 0)
                return errno == ENOTEMPTY || errno == EEXIST
                           ? fail(Errc::backup_not_empty, part.target.string())
                           : disk(part.target);
            sync_folder(part.target.parent_path());
        }
        return {};
    }

private:
    static Result<> make_folders(const fs::path& path)
    {
        std::error_code error;
        std::vector<fs::path> missing;
        for (auto at = path; !at.empty() && !fs::exists(at, error); at = at.parent_path())
            missing.push_back(at);
        for (auto it = missing.rbegin(); it != missing.rend(); ++it)
            if (::mkdir(it->c_str(), 0700) != 0 && errno != EEXIST)
                return disk(*it);
        return {};
    }
    static void sync_folder(const fs::path& path)
    {
        const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return;
        ::fsync(fd);
        ::close(fd);
    }

    std::vector<Part> parts_;
    fs::path path_;
    int fd_ = -1;
};

class Nowhere final : public backup::EntrySink
{
public:
    Result<> begin(const std::string& /*name*/, std::uint64_t /*size*/) override { return {}; }
    Result<> content(ByteView /*piece*/) override { return {}; }
    Result<> end() override { return {}; }
};

/// The copy of the mailbox must be a store, whole, and the one that the manifest speaks of.
Result<> check_mailbox(const Extraction& extraction, const backup::Manifest& manifest)
{
    if (manifest.store_format.empty())
        return {};
    DMID_TRY(const auto file, extraction.place("state/mailbox/data.mdb"));
    DMID_TRY(const auto found, store::lmdb::check_store(file.parent_path()));
    if (found.format != manifest.store_format || found.entries != manifest.store_entries)
        return fail(Errc::backup_damaged, "the mailbox is another than the manifest says");
    return {};
}

Result<> leave_mark(const Extraction& extraction, const backup::Manifest& manifest)
{
    DMID_TRY(const auto file, extraction.place("state/restored.json"));
    return keys::write_new_private_file(
        file, codec::serialise_json(boost::json::object{{"backup_made_at", manifest.made_at}}) + "\n");
}
} // namespace

Result<backup::Manifest> restore_backup(const fs::path& file, const keys::SecretText& passphrase,
                                        const RestoreTarget& target)
{
    auto parts = parts_of(target);
    DMID_TRY(refuse_what_is_there(parts));
    Extraction extraction{std::move(parts)};
    DMID_TRY(auto manifest, backup::read_archive(file, passphrase, extraction));
    DMID_TRY(check_mailbox(extraction, manifest));
    DMID_TRY(leave_mark(extraction, manifest));
    DMID_TRY(extraction.give_names());
    return manifest;
}

Result<backup::Manifest> verify_backup(const fs::path& file, const keys::SecretText& passphrase)
{
    Nowhere nowhere;
    return backup::read_archive(file, passphrase, nowhere);
}
} // namespace dmid::node
