// SPDX-License-Identifier: Apache-2.0
#include "channels/email/compose.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::email
{
namespace
{
Hash32 id(std::uint8_t n)
{
    Hash32 out;
    out.bytes.fill(n);
    return out;
}

channel::Outgoing message()
{
    channel::Outgoing out;
    out.number = "8312 3456 7890 1210";
    out.sender = "8345 0000 0000 0015 (dmid)";
    out.proofs = {"holds the number 8345 0000 0000 0015"};
    out.encryption = "End-to-end encrypted up to your node; from there on ordinary email.";
    out.subject = "Hello";
    out.text = "Line one\n.\nFrom here on";
    out.reply_token = "abcdefghijklmnopqrstuvwxyz";
    out.earlier = {id(1), id(2)};
    return out;
}

std::string composed(const channel::Outgoing& outgoing, bool repeated = false)
{
    channel::Leg leg;
    leg.id = id(7);
    leg.repeated = repeated;
    return compose(leg, outgoing, *parse_mail_address("alice@mail.example"), "dmid.example", 0);
}

bool has(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}
} // namespace

TEST(Compose, WritesAWholeMessage)
{
    const auto text = composed(message());
    EXPECT_TRUE(text.starts_with("From: \"8345 0000 0000 0015 (dmid)\" "
                                 "<r-abcdefghijklmnopqrstuvwxyz@dmid.example>\r\n"
                                 "To: <alice@mail.example>\r\nSubject: Hello\r\n"))
        << text;
    EXPECT_TRUE(has(text, "\r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\n"));
    EXPECT_TRUE(has(text, "\r\nMessage-ID: <a4dqobyha4dqobyha4dqobyha4.dmid@dmid.example>\r\n"));
    EXPECT_TRUE(has(text, "\r\nIn-Reply-To: <aibaeaqcaibaeaqcaibaeaqcai.dmid@dmid.example>\r\n"));
    EXPECT_TRUE(has(text, "References: <aeaqcaibaeaqcaibaeaqcaibae.dmid@dmid.example>\r\n "
                          "<aibaeaqcaibaeaqcaibaeaqcai.dmid@dmid.example>\r\n"));
    EXPECT_TRUE(has(text, "=46rom here on"));
    EXPECT_TRUE(has(text, "Proven: holds the number 8345 0000 0000 0015"));
    EXPECT_TRUE(has(text, "End-to-end encrypted up to your node"));
    EXPECT_FALSE(has(text, "Auto-Submitted"));
    EXPECT_FALSE(has(text, "Repeated"));
}

TEST(Compose, MarksARepetitionUnderTheSameMessageId)
{
    const auto text = composed(message(), true);
    EXPECT_TRUE(has(text, "\r\nX-Dmid-Repeated: yes\r\n"));
    EXPECT_TRUE(has(text, "\r\nMessage-ID: <a4dqobyha4dqobyha4dqobyha4.dmid@dmid.example>\r\n"));
    EXPECT_TRUE(has(text, "may have reached you before"));
}

TEST(Compose, ANoticeSaysNothingOfTheMessage)
{
    auto outgoing = message();
    outgoing.notice = true;
    const auto text = composed(outgoing);
    EXPECT_FALSE(has(text, "Line one"));
    EXPECT_FALSE(has(text, "Hello"));
    EXPECT_TRUE(has(text, "Subject: A message is waiting for 8312 3456 7890 1210"));
}

TEST(Compose, WhatTheNodeSaysIsAutoSubmitted)
{
    channel::Outgoing code;
    code.number = "8312 3456 7890 1210";
    code.sender = "dmid";
    code.subject = "Your code";
    code.text = "Code: 12345678";
    const auto text = composed(code);
    EXPECT_TRUE(has(text, "\r\nAuto-Submitted: auto-generated\r\n"));
    EXPECT_TRUE(has(text, "From: dmid <noreply@dmid.example>\r\n"));
    EXPECT_TRUE(text.ends_with("\r\n\r\nCode: 12345678\r\n"));
}

TEST(Compose, NoWordFromOutsideMakesAHeader)
{
    auto outgoing = message();
    const std::string evil = "x\r\nBcc: victim@example.org\r\n\r\nbody";
    outgoing.sender = evil;
    outgoing.subject = evil;
    outgoing.number = evil;
    outgoing.proofs = {evil};
    outgoing.encryption = evil;
    const auto text = composed(outgoing);
    const auto header = text.substr(0, text.find("\r\n\r\n"));
    EXPECT_FALSE(has(header, "\r\nBcc"));
    EXPECT_TRUE(has(header, "Content-Transfer-Encoding"));
}

TEST(Compose, LongUnicodeNamesAreCutBetweenCharacters)
{
    auto outgoing = message();
    outgoing.subject.clear();
    outgoing.sender.clear();
    for (int i = 0; i < 100; ++i)
        outgoing.sender += "\xE2\x82\xAC";
    const auto text = composed(outgoing);
    EXPECT_TRUE(has(text, "=?utf-8?B?"));
    EXPECT_FALSE(has(text.substr(0, text.find("\r\n\r\n")), to_base64(as_bytes("\xEF\xBF\xBD"))));
}
} // namespace dmid::channels::email
