// SPDX-License-Identifier: Apache-2.0
#include "channels/email/smtp_reply.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::email
{
namespace
{
Result<SmtpReply> parse(std::initializer_list<std::string_view> lines)
{
    SmtpReplyParser parser;
    for (const auto line : lines)
    {
        DMID_TRY(const bool whole, parser.feed(line));
        if (whole)
            return parser.take();
    }
    return fail(Errc::net_closed);
}
} // namespace

TEST(SmtpReply, ReadsCodesEnhancedStatusAndText)
{
    const auto reply = parse({"550-5.7.1 First", "550 5.7.1 second"});
    ASSERT_TRUE(reply) << reply.error().context;
    EXPECT_EQ(reply->code, 550U);
    ASSERT_TRUE(reply->enhanced);
    EXPECT_EQ(reply->enhanced->subject, 7U);
    EXPECT_EQ(reply->words(), "550 5.7.1 First second");
    EXPECT_TRUE(reply->permanent());
    EXPECT_EQ(parse({"250"})->words(), "250");
    EXPECT_EQ(parse({"250 "})->words(), "250");
}

TEST(SmtpReply, TextThatOnlyLooksLikeAStatusStaysText)
{
    EXPECT_FALSE(parse({"250 4.7.1 of another class"})->enhanced);
    EXPECT_FALSE(parse({"250 2.7"})->enhanced);
    EXPECT_FALSE(parse({"250 2.7.1234 long"})->enhanced);
    EXPECT_FALSE(parse({"250 2.7.1x"})->enhanced);
    EXPECT_EQ(parse({"220 2.example.org"})->lines[0], "2.example.org");
}

TEST(SmtpReply, RefusesWhatIsNoReply)
{
    for (const std::string_view bad : {"", "2", "25", "abc", "25x hi", "2500 hi", "250_hi", "150 hi",
                                       "099 hi", "600 hi", "HTTP/1.1 200 OK", "\x16\x03\x01"})
    {
        const auto reply = parse({bad});
        ASSERT_FALSE(reply) << bad;
        EXPECT_EQ(reply.error().code, Errc::channel_peer_protocol) << bad;
    }
    EXPECT_EQ(parse({"250-a", "550 b"}).error().code, Errc::channel_peer_protocol);
}

TEST(SmtpReply, HasLimits)
{
    SmtpReplyParser parser;
    for (std::size_t i = 0; i < SmtpReplyParser::kMaxLines; ++i)
        ASSERT_TRUE(parser.feed("250-x"));
    EXPECT_FALSE(parser.feed("250 x"));
    EXPECT_FALSE(SmtpReplyParser{}.feed("250 " + std::string(2000, 'x')));
    SmtpReply reply;
    reply.code = 250;
    reply.lines = {std::string(900, 'x'), "\x1b[31m"};
    EXPECT_EQ(reply.words().size(), 300U);
    reply.lines = {"\x1b[31m\xC3\xA4"};
    EXPECT_EQ(reply.words(), "250 ?[31m??");
}

TEST(SmtpOffers, AreReadFromTheAnswerToEhlo)
{
    const auto reply = parse({"250-mail.example.org STARTTLS", "250-SIZE 1000", "250-auth LOGIN plain",
                              "250-StartTLS", "250-8BITMIME", "250-", "250 SMTPUTF8"});
    ASSERT_TRUE(reply);
    const auto offers = parse_offers(*reply);
    EXPECT_TRUE(offers.starttls);
    EXPECT_TRUE(offers.auth_plain);
    EXPECT_TRUE(offers.auth_login);
    EXPECT_TRUE(offers.eight_bit);
    EXPECT_TRUE(offers.smtputf8);
    EXPECT_EQ(offers.size, 1000U);
    // The first line is a greeting, not an offer; a size of 0 is none.
    const auto other = parse_offers(*parse({"250-STARTTLS", "250-SIZE 0", "250-SIZE 12x", "250 AUTHPLAIN"}));
    EXPECT_FALSE(other.starttls);
    EXPECT_FALSE(other.size);
    EXPECT_FALSE(other.auth_plain);
}
} // namespace dmid::channels::email
