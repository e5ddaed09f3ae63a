// SPDX-License-Identifier: Apache-2.0
#include "seal/npub.hpp"

#include <gtest/gtest.h>

namespace dmid::seal
{
namespace
{
// The example of NIP-19.
constexpr auto kHex = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e";
constexpr auto kNpub = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg";

TEST(Npub, FollowsTheExampleOfNip19BothWays)
{
    const auto key = fixed_from_hex<XOnlyKey>(kHex).value();
    EXPECT_EQ(to_npub(key), kNpub);
    EXPECT_EQ(parse_npub(kNpub).value(), key);
}

TEST(Npub, EveryWrongLetterIsCaught)
{
    for (std::size_t i = 5; i < std::string_view{kNpub}.size(); ++i)
    {
        std::string wrong = kNpub;
        wrong[i] = wrong[i] == 'q' ? 'p' : 'q';
        EXPECT_FALSE(parse_npub(wrong)) << i;
    }
    EXPECT_FALSE(parse_npub("nsec10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg"));
    EXPECT_FALSE(parse_npub("npub1"));
    EXPECT_FALSE(parse_npub("Npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg"));
}
} // namespace
} // namespace dmid::seal
