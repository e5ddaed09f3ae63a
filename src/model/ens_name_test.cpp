// SPDX-License-Identifier: Apache-2.0
#include "model/ens_name.hpp"

#include <gtest/gtest.h>

namespace dmid::model
{
namespace
{
std::string node_of(std::string_view text)
{
    return to_hex(EnsName::parse(text).value().node().view());
}

// MUST NAME-02
TEST(EnsName, ItsNodesAreThoseOfErc137)
{
    EXPECT_EQ(node_of("foo.eth"), "de9b09fd7c5f901e23a3f19fecc54828e9c848539801e86591bd9801b019f84f");
    const auto name = EnsName::parse("foo.eth").value();
    EXPECT_EQ(to_hex(name.node_above(1).view()),
              "93cdeb708b7545dc668eb9280176169d1c33cfd8ed6f04690a0bcc88a93fc4ae")
        << "eth";
    EXPECT_TRUE(name.node_above(2).is_zero()) << "the root";
    EXPECT_EQ(to_hex(name.dns_encoded()), "03666f6f0365746800");
}

// MUST NAME-01
TEST(EnsName, CapitalsAreFoldedAndNothingElseIs)
{
    EXPECT_EQ(EnsName::parse("Alice.ETH")->text(), "alice.eth");
    EXPECT_EQ(EnsName::parse("_dmid.a-b--c.1inch.eth")->labels().size(), 4U);
    EXPECT_TRUE(EnsName::parse("a.b"));
    EXPECT_TRUE(EnsName::parse(std::string(63, 'a') + ".eth"));
}

// MUST NAME-01
TEST(EnsName, WhatAsciiCannotWriteSafelyIsRefused)
{
    const std::string long_name = [&]
    {
        std::string out;
        for (int i = 0; i < 25; ++i)
            out += "abcdefghi.";
        return out + "eth.eth";
    }();
    for (const std::string& text : {std::string{}, std::string{"eth"}, std::string{"a..eth"},
                                    std::string{".eth"}, std::string{"alice.eth."}, std::string{"al_ice.eth"},
                                    std::string{"xn--bcher-kva.eth"}, std::string{"ab--c.eth"},
                                    std::string{"b\xc3\xbc"
                                                "cher.eth"},
                                    std::string{"\xd0\xb0lice.eth"}, std::string{"a b.eth"},
                                    std::string{"alice\0.eth", 10}, std::string(64, 'a') + ".eth", long_name})
    {
        const auto read = EnsName::parse(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, Errc::name_invalid) << text;
    }
}
} // namespace
} // namespace dmid::model
