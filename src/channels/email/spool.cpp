// SPDX-License-Identifier: Apache-2.0
#include "channels/email/spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace dmid::channels::email
{
namespace
{
constexpr const char* kPrefix = "mail-";

tl::unexpected<Error> refusal(const char* what)
{
    const auto error = errno;
    const bool room = error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE;
    return fail(room ? Errc::store_full : Errc::store_io, std::string{what} + ": " + std::strerror(error));
}
} // namespace

SpoolFile::SpoolFile(int fd, Used used, std::uint64_t capacity)
    : fd_{fd}
    , used_{std::move(used)}
    , capacity_{capacity}
{
}

SpoolFile::~SpoolFile()
{
    ::close(fd_);
    used_->fetch_sub(size_);
}

Result<> SpoolFile::append(std::string_view bytes)
{
    if (used_->load() + bytes.size() > capacity_)
        return fail(Errc::store_full, "the spool");
    while (!bytes.empty())
    {
        const auto written = ::write(fd_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return refusal("the spool");
        const auto count = static_cast<std::size_t>(written);
        size_ += count;
        used_->fetch_add(count);
        bytes.remove_prefix(count);
    }
    return {};
}

Result<Bytes> SpoolFile::read(std::uint64_t offset, std::size_t limit) const
{
    const auto there = offset < size_ ? size_ - offset : 0;
    Bytes out(static_cast<std::size_t>(std::min<std::uint64_t>(there, limit)));
    for (std::size_t have = 0; have < out.size();)
    {
        const auto got =
            ::pread(fd_, out.data() + have, out.size() - have, static_cast<off_t>(offset + have));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return refusal("the spool");
        have += static_cast<std::size_t>(got);
    }
    return out;
}

SpoolFolder::SpoolFolder(std::filesystem::path folder, std::uint64_t capacity)
    : folder_{std::move(folder)}
    , capacity_{capacity}
    , used_{std::make_shared<std::atomic<std::uint64_t>>(0)}
{
}

Result<std::unique_ptr<SpoolFolder>> SpoolFolder::open(const std::filesystem::path& folder,
                                                       std::uint64_t capacity)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error && ::chmod(folder.c_str(), S_IRWXU) != 0)
        error = std::error_code{errno, std::system_category()};
    if (!error)
        for (const auto& entry : std::filesystem::directory_iterator{folder, error})
            if (entry.path().filename().string().starts_with(kPrefix))
                std::filesystem::remove(entry.path(), error);
    if (error)
        return fail(Errc::store_io, folder.string() + ": " + error.message());
    return std::unique_ptr<SpoolFolder>{new SpoolFolder{folder, capacity}};
}

Result<SpoolFilePtr> SpoolFolder::make()
{
    if (used_->load() >= capacity_)
        return fail(Errc::store_full, "the spool");
    auto name = (folder_ / (std::string{kPrefix} + "XXXXXX")).string();
    const int fd = ::mkostemp(name.data(), O_CLOEXEC); // 0600
    if (fd < 0)
        return refusal("the spool");
    // Without a name it cannot stay behind.
    ::unlink(name.c_str());
    return SpoolFilePtr{new SpoolFile{fd, used_, capacity_}};
}
} // namespace dmid::channels::email
