// SPDX-License-Identifier: Apache-2.0
#include "net/hosts_file.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace dmid::net
{
namespace
{
std::string found(const std::string& text, std::string_view name)
{
    std::istringstream file{text};
    std::string out;
    for (const auto& address : addresses_in_hosts(file, name))
        out += (out.empty() ? "" : " ") + address.to_string();
    return out;
}

TEST(HostsFile, GivesAllAddressesOfANameInTheirOrder)
{
    const auto* text = "127.0.0.1\tlocalhost me\n::1 localhost ip6-localhost\n192.0.2.1 other\n";
    EXPECT_EQ(found(text, "localhost"), "127.0.0.1 ::1");
    EXPECT_EQ(found(text, "me"), "127.0.0.1");
    EXPECT_EQ(found(text, "nobody"), "");
}

TEST(HostsFile, PassesOverCommentsAndLinesThatAreNone)
{
    const auto* text =
        "# 192.0.2.1 a\nnonsense a\n\n192.0.2.2 # a\n192.0.2.3 A # b\n192.0.2.3 a\nfe80::1%lo x\n";
    EXPECT_EQ(found(text, "a"), "192.0.2.3");
    EXPECT_EQ(found(text, "b"), "");
}

TEST(HostsFile, BoundsWhatItTakes)
{
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += "192.0.2." + std::to_string(i) + " many\n";
    std::istringstream file{text};
    EXPECT_EQ(addresses_in_hosts(file, "many").size(), 32U);
    EXPECT_EQ(found(std::string(2U << 20U, '\n') + "192.0.2.1 late\n", "late"), "");
}
} // namespace
} // namespace dmid::net
