// SPDX-License-Identifier: Apache-2.0
#include "chain/head_message.hpp"

#include <gtest/gtest.h>

namespace dmid::chain
{
namespace
{
const std::string kHash = "0x8216c5785ac562ff41e2dcfdf5785ac562ff41e2dcfdf829c5a142f1fccd7d00";

std::string announcement(const std::string& subscription, const std::string& number, const std::string& hash)
{
    return R"({"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":")" + subscription +
           R"(","result":{"number":")" + number + R"(","hash":")" + hash + R"("}}})";
}

TEST(HeadMessage, ReadsWhatGethSends)
{
    const auto yes = parse_head_message(R"({"jsonrpc":"2.0","id":1,"result":"0x9cef4789"})");
    ASSERT_TRUE(yes);
    EXPECT_EQ(std::get<HeadsSubscribed>(*yes).subscription, "0x9cef4789");
    const auto head = parse_head_message(announcement("0x9cef4789", "0x1b4", kHash));
    ASSERT_TRUE(head);
    EXPECT_EQ(std::get<HeadAnnounced>(*head).number, 0x1b4U);
    const auto no =
        parse_head_message(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"not\u001b here"}})");
    ASSERT_TRUE(no);
    EXPECT_EQ(std::get<HeadsRefused>(*no).words, "not? here");
}

TEST(HeadMessage, RefusesEverythingElse)
{
    for (const auto& text :
         {std::string{"[]"}, std::string{"{}"}, std::string{"not json"},
          std::string{R"({"jsonrpc":"1.0","id":1,"result":"0x1"})"},
          std::string{R"({"jsonrpc":"2.0","id":2,"result":"0x1"})"},
          std::string{R"({"jsonrpc":"2.0","id":1,"result":""})"},
          std::string{R"({"jsonrpc":"2.0","method":"eth_other","params":{}})"},
          announcement("", "0x1", kHash), announcement(std::string(129, 'a'), "0x1", kHash),
          announcement("0x1", "0x10000000000000000", kHash), announcement("0x1", "1", kHash),
          announcement("0x1", "0x1", "0x12"), std::string(70'000, ' ') + announcement("0x1", "0x1", kHash)})
        EXPECT_FALSE(parse_head_message(text)) << text.substr(0, 200);
}
} // namespace
} // namespace dmid::chain
