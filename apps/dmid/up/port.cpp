// SPDX-License-Identifier: Apache-2.0
#include "up/port.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace dmid::up
{
namespace
{
bool can_bind(std::uint16_t port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    // As the servers do: connections that linger after their end are no hindrance.
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound =
        ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 1) == 0;
    ::close(fd);
    return bound;
}
} // namespace

Result<> wait_for_port(std::uint16_t port, std::chrono::milliseconds patience)
{
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!can_bind(port))
    {
        if (std::chrono::steady_clock::now() >= until)
            return fail(Errc::net_bind, "port " + std::to_string(port) + " of 127.0.0.1 is in use");
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return {};
}
} // namespace dmid::up
