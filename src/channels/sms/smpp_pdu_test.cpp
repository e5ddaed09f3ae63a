// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/smpp_pdu.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::sms
{
namespace
{
ShortMessage message_with(Bytes text)
{
    ShortMessage out;
    out.service_type = "CMT";
    out.source = {5, 0, "DMID"};
    out.destination = {1, 1, "491701234567"};
    out.esm_class = kEsmHeader;
    out.registered_delivery = 1;
    out.data_coding = 8;
    out.validity = "000000010000000R";
    out.text = std::move(text);
    out.tlvs = {{static_cast<std::uint16_t>(Tag::sar_reference), Bytes{0, 7}}};
    return out;
}

TEST(SmppPdu, TheSpecificationsBindIsWrittenAsItStandsThere)
{
    // SMPP 3.4 §3.3: system_id SMPP3TEST, password secret08, system_type SUBMIT1.
    const auto body = encode_bind({"SMPP3TEST", "secret08", "SUBMIT1", 1, 1, ""});
    ASSERT_TRUE(body);
    const Pdu pdu{static_cast<std::uint32_t>(Command::bind_transmitter), 0, 1, *body};
    EXPECT_EQ(to_hex(encode_pdu(pdu)),
              "0000002f000000020000000000000001534d50503354455354007365637265743038005355424d495431003401"
              "0100");
    const auto back = decode_bind(*body);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->system_id, "SMPP3TEST");
    EXPECT_EQ(back->password, "secret08");
}

TEST(SmppPdu, LengthsThatCannotBeAreRefusedBeforeAnythingIsRead)
{
    for (const auto* hex : {"00000000", "0000000f", "00010401", "ffffffff"})
        EXPECT_EQ(pdu_length(from_hex(hex).value()).error().code, Errc::codec_range) << hex;
    EXPECT_EQ(pdu_length(from_hex("00000010").value()).value(), 16U);
    EXPECT_EQ(pdu_length(from_hex("0000").value()).error().code, Errc::codec_truncated);
}

TEST(SmppPdu, MessagesComeBackAsTheyWent)
{
    for (const std::size_t size : {0U, 1U, 254U, 255U, 4000U})
    {
        const auto message = message_with(Bytes(size, 0x41));
        const auto body = encode_short_message(message);
        ASSERT_TRUE(body);
        const auto back = decode_short_message(*body);
        ASSERT_TRUE(back) << to_string(back.error());
        EXPECT_EQ(*back, message) << size;
    }
}

TEST(SmppPdu, EveryTruncationIsRefusedOrIsAMessageWithoutItsLastParameters)
{
    const auto body = encode_short_message(message_with(Bytes(20, 0x41))).value();
    std::size_t read = 0;
    for (std::size_t size = 0; size < body.size(); ++size)
        read += decode_short_message(ByteView{body}.first(size)).has_value() ? 1 : 0;
    EXPECT_EQ(read, 1U) << "where the parameters begin, and nowhere else";
}

TEST(SmppPdu, FieldsThatAreTooLongAreRefusedBothWays)
{
    auto message = message_with({});
    message.source.digits = std::string(21, '1');
    EXPECT_EQ(encode_short_message(message).error().code, Errc::codec_range);
    message.source.digits = std::string("1\0"
                                        "2",
                                        3);
    EXPECT_EQ(encode_short_message(message).error().code, Errc::codec_range);
    EXPECT_EQ(encode_bind({std::string(16, 'a'), "", "", 0, 0, ""}).error().code, Errc::codec_range);
    Bytes body(7, 'a');
    body.push_back(0);
    EXPECT_EQ(decode_short_message(body).error().code, Errc::codec_range)
        << "a service type without its zero";
}

TEST(SmppPdu, ATextAndAPayloadTogetherAreRefused)
{
    auto body = encode_short_message(message_with(Bytes(3, 0x41))).value();
    append(body, from_hex("0424000142").value());
    EXPECT_EQ(decode_short_message(body).error().code, Errc::codec_duplicate_key);
}

TEST(SmppPdu, AParameterThatIsLongerThanThePduIsRefused)
{
    auto body = encode_short_message(message_with({})).value();
    append(body, from_hex("001effff00").value());
    EXPECT_EQ(decode_short_message(body).error().code, Errc::codec_truncated);
}

TEST(SmppPdu, AnAnswerThatRefusesMayHaveNoMessageId)
{
    EXPECT_EQ(decode_message_id({}).value(), "");
    EXPECT_EQ(decode_message_id(encode_message_id("00000042")).value(), "00000042");
    EXPECT_FALSE(decode_message_id(Bytes(70, 'a')));
}
} // namespace
} // namespace dmid::channels::sms
