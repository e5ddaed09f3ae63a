// SPDX-License-Identifier: Apache-2.0
#include "chat/spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace dmid::chat
{
namespace
{
tl::unexpected<Error> spool_refusal()
{
    const auto error = errno;
    const bool room = error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE;
    return fail(room ? Errc::store_full : Errc::store_io, std::string{"the spool: "} + std::strerror(error));
}
} // namespace

SpooledFile::SpooledFile(int fd, Used used, std::uint64_t capacity)
    : fd_{fd}
    , used_{std::move(used)}
    , capacity_{capacity}
{
}

SpooledFile::~SpooledFile()
{
    ::close(fd_);
    used_->fetch_sub(size_);
}

Result<> SpooledFile::append(ByteView bytes)
{
    if (used_->load() + bytes.size() > capacity_)
        return fail(Errc::store_full, "the spool");
    while (!bytes.empty())
    {
        const auto written = ::write(fd_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return spool_refusal();
        const auto count = static_cast<std::size_t>(written);
        size_ += count;
        used_->fetch_add(count);
        bytes = bytes.subspan(count);
    }
    return {};
}

Result<Bytes> SpooledFile::read(std::uint64_t offset, std::size_t limit) const
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
            return spool_refusal();
        have += static_cast<std::size_t>(got);
    }
    return out;
}

FileSpool::FileSpool(std::filesystem::path folder, std::uint64_t capacity)
    : folder_{std::move(folder)}
    , capacity_{capacity}
    , used_{std::make_shared<std::atomic<std::uint64_t>>(0)}
{
}

Result<std::unique_ptr<FileSpool>> FileSpool::open(const std::filesystem::path& folder,
                                                   std::uint64_t capacity)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error && ::chmod(folder.c_str(), S_IRWXU) != 0)
        error = std::error_code{errno, std::system_category()};
    if (error)
        return fail(Errc::store_io, folder.string() + ": " + error.message());
    return std::unique_ptr<FileSpool>{new FileSpool{folder, capacity}};
}

Result<std::shared_ptr<SpooledFile>> FileSpool::make() const
{
    auto name = (folder_ / "spool-XXXXXX").string();
    const int fd = ::mkostemp(name.data(), O_CLOEXEC); // 0600
    if (fd < 0)
        return spool_refusal();
    ::unlink(name.c_str());
    return std::shared_ptr<SpooledFile>{new SpooledFile{fd, used_, capacity_}};
}
} // namespace dmid::chat
