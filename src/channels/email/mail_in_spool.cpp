// SPDX-License-Identifier: Apache-2.0
#include "channels/email/mail_in_spool.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace dmid::channels::email
{
Result<std::shared_ptr<const Spool>> Spool::adopt(int descriptor)
{
    if (descriptor < 0)
        return fail(Errc::store_io, std::strerror(errno));
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0 || status.st_size < 0 || !S_ISREG(status.st_mode))
    {
        ::close(descriptor);
        return fail(Errc::store_io, "the spool is no file");
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    std::shared_ptr<const Spool> spool{new Spool{descriptor, size}};
    if (size > kMaxSize)
        return fail(Errc::channel_too_large, "the message is over " + std::to_string(kMaxSize) + " bytes");
    return spool;
}

Result<std::shared_ptr<const Spool>> Spool::open(const std::string& path)
{
    return adopt(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
}

Result<std::shared_ptr<const Spool>> Spool::of_descriptor(int descriptor)
{
    return adopt(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
}

Result<std::shared_ptr<const Spool>> Spool::of_text(std::string_view text)
{
    const int descriptor = ::memfd_create("mail", MFD_CLOEXEC);
    for (std::size_t done = 0; descriptor >= 0 && done < text.size();)
    {
        const auto n = ::write(descriptor, text.data() + done, text.size() - done);
        if (n <= 0)
        {
            ::close(descriptor);
            return fail(Errc::store_io, std::strerror(errno));
        }
        done += static_cast<std::size_t>(n);
    }
    return adopt(descriptor);
}

Spool::~Spool()
{
    ::close(descriptor_);
}

Result<Bytes> Spool::read(std::uint64_t offset, std::size_t limit) const
{
    if (offset >= size_)
        return Bytes{};
    Bytes out(static_cast<std::size_t>(std::min<std::uint64_t>(limit, size_ - offset)));
    for (std::size_t done = 0; done < out.size();)
    {
        const auto n =
            ::pread(descriptor_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail(Errc::store_io, n < 0 ? std::strerror(errno) : "the spool was cut");
        done += static_cast<std::size_t>(n);
    }
    return out;
}
} // namespace dmid::channels::email
