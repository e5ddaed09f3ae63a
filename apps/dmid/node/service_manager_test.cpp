// SPDX-License-Identifier: Apache-2.0
#include "node/service_manager.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace dmid::node
{
namespace
{
using std::chrono::microseconds;

/// A manager that listens in the abstract namespace.
class Manager
{
public:
    Manager()
        : name_{"@dmid-notify-" + std::to_string(::getpid())}
        , fd_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)}
    {
        sockaddr_un where{};
        where.sun_family = AF_UNIX;
        std::memcpy(where.sun_path + 1, name_.data() + 1, name_.size() - 1);
        EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&where),
                         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size())),
                  0);
    }
    ~Manager() { ::close(fd_); }
    const std::string& name() const { return name_; }
    std::string next() const
    {
        char text[256];
        const auto got = ::recv(fd_, text, sizeof text, 0);
        return got < 0 ? std::string{} : std::string{text, static_cast<std::size_t>(got)};
    }

private:
    std::string name_;
    int fd_;
};

class ServiceManagerTest : public testing::Test
{
protected:
    ~ServiceManagerTest() override
    {
        for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
            ::unsetenv(name);
    }
    static ServiceManager with(const std::string& socket, const std::string& usec, const std::string& pid)
    {
        ::setenv("NOTIFY_SOCKET", socket.c_str(), 1);
        ::setenv("WATCHDOG_USEC", usec.c_str(), 1);
        ::setenv("WATCHDOG_PID", pid.c_str(), 1);
        return ServiceManager::from_environment();
    }
};

TEST_F(ServiceManagerTest, TellsTheSocketThatTheEnvironmentNames)
{
    const Manager manager;
    const auto us = with(manager.name(), "", "");
    us.tell("READY=1\nSTATUS=x");
    EXPECT_EQ(manager.next(), "READY=1\nSTATUS=x");
    us.tell_reloading();
    EXPECT_EQ(manager.next().find("RELOADING=1\nMONOTONIC_USEC="), 0U);
}

TEST_F(ServiceManagerTest, SaysNothingWhereNobodyAskedOrListens)
{
    const Manager manager;
    ServiceManager::from_environment().tell("READY=1");
    with("", "", "").tell("READY=1");
    with("relative", "", "").tell("READY=1");
    with("/nowhere/socket", "", "").tell("READY=1");
    with("/" + std::string(200, 'x'), "", "").tell("READY=1");
    EXPECT_EQ(manager.next(), "");
}

TEST_F(ServiceManagerTest, BeatsAtHalfOfTheTimeAndForItselfAlone)
{
    const auto me = std::to_string(::getpid());
    EXPECT_EQ(with("@x", "400000", me).beat(), microseconds{200'000});
    EXPECT_EQ(with("@x", "400000", "").beat(), microseconds{200'000});
    EXPECT_FALSE(with("@x", "400000", "1").beat());
    EXPECT_FALSE(with("", "400000", me).beat());
    for (const auto* wrong : {"", "0", "1", "x", "4e5", "-4", "99999999999999999999"})
        EXPECT_FALSE(with("@x", wrong, me).beat()) << wrong;
}
} // namespace
} // namespace dmid::node
