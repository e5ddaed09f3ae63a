// SPDX-License-Identifier: Apache-2.0
#include "node/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace dmid::node
{
namespace
{
std::string_view variable(const char* name)
{
    const char* text = std::getenv(name);
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end && !text.empty() ? std::optional{value} : std::nullopt;
}
} // namespace

ServiceManager ServiceManager::from_environment()
{
    ServiceManager out;
    out.socket_ = variable("NOTIFY_SOCKET");
    const auto limit = number(variable("WATCHDOG_USEC"));
    const auto pid = variable("WATCHDOG_PID");
    const bool ours = pid.empty() || number(pid) == static_cast<std::uint64_t>(::getpid());
    if (!out.socket_.empty() && limit && *limit >= 2 && ours)
        out.beat_ = std::chrono::microseconds{static_cast<std::int64_t>(*limit / 2)};
    return out;
}

void ServiceManager::tell(std::string_view state) const
{
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    // A path, or `@` for the abstract namespace, whose names begin with a zero byte.
    if ((!socket_.starts_with('/') && !socket_.starts_with('@')) || socket_.size() >= sizeof where.sun_path)
        return;
    std::memcpy(where.sun_path, socket_.data(), socket_.size());
    if (socket_.front() == '@')
        where.sun_path[0] = '\0';
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    const auto size = offsetof(sockaddr_un, sun_path) + socket_.size();
    (void)::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&where),
                   static_cast<socklen_t>(size));
    ::close(fd);
}

void ServiceManager::tell_reloading() const
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    tell("RELOADING=1\nMONOTONIC_USEC=" +
         std::to_string(static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000));
}
} // namespace dmid::node
