// SPDX-License-Identifier: Apache-2.0
#include "tool/process_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dmid::tool
{
namespace
{
/// What its holder wrote: digits, or nothing where it has not come to that yet.
std::string holder(int fd)
{
    char text[32] = {};
    const auto got = ::pread(fd, text, sizeof text - 1, 0);
    const std::string_view pid{text, got > 0 ? static_cast<std::size_t>(got) : 0U};
    return std::string{pid.substr(0, pid.find_first_not_of("0123456789"))};
}
} // namespace

ProcessLock::~ProcessLock()
{
    if (fd_ >= 0)
        ::close(fd_);
}

Result<> ProcessLock::take(const std::filesystem::path& file, const std::string& what, const std::string& how)
{
    const auto failed = [&] { return fail(Errc::input_file, file.string() + ": " + std::strerror(errno)); };
    fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0)
        return failed();
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0)
    {
        if (errno != EWOULDBLOCK)
            return failed();
        const auto pid = holder(fd_);
        return fail(Errc::input_already_running,
                    what + (pid.empty() ? std::string{} : ", as process " + pid) + "; " + how +
                        (pid.empty() ? std::string{} : "; to end it: kill " + pid));
    }
    const auto pid = std::to_string(::getpid());
    if (::ftruncate(fd_, 0) != 0 ||
        ::pwrite(fd_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
        return failed();
    return {};
}
} // namespace dmid::tool
