// SPDX-License-Identifier: Apache-2.0
#include "net/descriptors.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dmid::net
{
namespace
{
/// In a process of its own, since a hard limit that was lowered stays so.
std::size_t room_under(rlim_t soft, rlim_t hard, std::size_t wanted, rlim_t expect_soft)
{
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const auto child = ::fork();
    if (child == 0)
    {
        rlimit limit{soft, hard};
        std::size_t room = 0;
        if (::setrlimit(RLIMIT_NOFILE, &limit) == 0)
            room = room_for_connections(wanted);
        ::getrlimit(RLIMIT_NOFILE, &limit);
        if (limit.rlim_cur != expect_soft)
            room = 0;
        ::_exit(::write(ends[1], &room, sizeof room) == sizeof room ? 0 : 1);
    }
    std::size_t room = 0;
    EXPECT_EQ(::read(ends[0], &room, sizeof room), static_cast<ssize_t>(sizeof room));
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    ::close(ends[1]);
    return room;
}

TEST(Descriptors, TheSoftLimitRisesToTheHardOneAndLeavesTheReserve)
{
    EXPECT_EQ(room_under(256, 8192, 10'000, 8192), 8192 - kReservedDescriptors);
    EXPECT_EQ(room_under(256, 4096, 100, 4096), 100U);
}

TEST(Descriptors, ALowLimitIsSharedInHalves)
{
    EXPECT_EQ(room_under(64, 64, 10'000, 64), 32U);
    EXPECT_EQ(room_under(600, 600, 10'000, 600), 300U);
}
} // namespace
} // namespace dmid::net
