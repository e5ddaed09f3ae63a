// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/receipt_text.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::sms
{
namespace
{
std::optional<DeliveryReceipt> read(std::string_view text, std::vector<Tlv> tlvs = {})
{
    ShortMessage message;
    message.esm_class = kEsmReceipt;
    message.text = to_bytes(as_bytes(text));
    message.tlvs = std::move(tlvs);
    return read_receipt(message);
}

TEST(DeliveryReceipts, AreReadInTheSpellingsOfManyServices)
{
    struct Case
    {
        std::string_view text;
        std::string_view id;
        MessageState state;
        std::string_view error;
    };
    const Case cases[] = {
        {"id:0123456789 sub:001 dlvrd:001 submit date:0907091430 done date:0907091431 stat:DELIVRD err:000 "
         "text:Hello",
         "0123456789", MessageState::delivered, "000"},
        {"id:c449ab9744f47b6af1879e49e75e4f40 sub:001 dlvrd:0 submit date:0610191018 done date:0610191018 "
         "stat:ACCEPTD err:0 text:x",
         "c449ab9744f47b6af1879e49e75e4f40", MessageState::accepted, "0"},
        {"ID:7 SUB:1 DLVRD:0 STAT:UNDELIV ERR:1b", "7", MessageState::undeliverable, "1b"},
        {"id: 99 stat: EXPIRED err: 254", "99", MessageState::expired, "254"},
        {"stat:REJECTD id:12-ab", "12-ab", MessageState::rejected, ""},
        {"id:5 submit date:210101120000 done date:210101120001 stat:DELIVERED", "5", MessageState::delivered,
         ""},
        {"ackid:1 id:2 stat:ENROUTE", "2", MessageState::enroute, ""},
        {"id:3 stat:SOMETHING", "3", MessageState::unknown, ""},
    };
    for (const auto& one : cases)
    {
        const auto receipt = read(one.text);
        ASSERT_TRUE(receipt) << one.text;
        EXPECT_EQ(receipt->message_id, one.id) << one.text;
        EXPECT_EQ(receipt->state, one.state) << one.text;
        EXPECT_EQ(receipt->error, one.error) << one.text;
    }
}

TEST(DeliveryReceipts, ParametersCountMoreThanTheText)
{
    const auto receipt =
        read("id:1 stat:DELIVRD",
             {{0x001e, to_bytes(as_bytes(std::string_view{"abc\0", 4}))}, {0x0427, Bytes{5}}});
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->message_id, "abc");
    EXPECT_EQ(receipt->state, MessageState::undeliverable);
}

TEST(DeliveryReceipts, WithoutAnIdTheyAreNone)
{
    for (const auto* text : {"", "stat:DELIVRD", "id: stat:DELIVRD", "avoid:1", "hello"})
        EXPECT_FALSE(read(text) && read(text)->message_id != "stat:DELIVRD") << text;
    EXPECT_FALSE(read("id:" + std::string(65, '1') + " stat:DELIVRD"));
    EXPECT_FALSE(read("", {{0x001e, Bytes{0x07, 0}}})) << "an id that no eye can read";
}

TEST(DeliveryReceipts, IdsMatchAcrossCaseZerosAndBases)
{
    EXPECT_TRUE(same_message_id("ABC", "abc"));
    EXPECT_TRUE(same_message_id("00123", "123"));
    EXPECT_TRUE(same_message_id("1a2b3c4d", "439041101"))
        << "hexadecimal when submitted, decimal in the receipt";
    EXPECT_TRUE(same_message_id("439041101", "1A2B3C4D")) << "and the other way about";
    EXPECT_FALSE(same_message_id("124", "123"));
    EXPECT_FALSE(same_message_id("", "0"));
    EXPECT_LE(message_id_forms("123").size(), 3U);
    EXPECT_EQ(message_id_forms(std::string(60, '9')).size(), 1U)
        << "too large for a number: only as it stands";
}
} // namespace
} // namespace dmid::channels::sms
