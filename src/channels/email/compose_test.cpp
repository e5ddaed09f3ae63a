// SPDX-License-Identifier: Apache-2.0
#include "channels/email/compose.hpp"
#include "channels/email/mail_in.hpp"
#include "channels/email/testing_mail.hpp"
#include "media/testing_images.hpp"

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
    return compose(leg, outgoing, *parse_mail_address("alice@mail.example"), "dmid.example", 0).value();
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

TEST(Compose, OthersReadTheOwnersWordsFromTheNumberAndNothingBesides)
{
    auto outgoing = message();
    outgoing.to_owner = false;
    outgoing.notice = true; // of no meaning here
    outgoing.earlier.clear();
    outgoing.answers = {"newest@mail.example", "older@mail.example", "evil\r\nBcc: <x>"};
    const auto text = composed(outgoing);
    EXPECT_TRUE(text.starts_with("From: 8312 3456 7890 1210 <8312345678901210@dmid.example>\r\n"
                                 "Reply-To: <8312345678901210@dmid.example>\r\nTo: <alice@mail.example>\r\n"))
        << text;
    EXPECT_TRUE(has(text, "\r\nIn-Reply-To: <newest@mail.example>\r\n"));
    EXPECT_TRUE(has(text, "\r\nReferences: <older@mail.example> <newest@mail.example>\r\n"));
    EXPECT_TRUE(text.ends_with("\r\n\r\nLine one\r\n.\r\n=46rom here on\r\n")) << text;
    for (const std::string_view inner :
         {"8345", "Proven", "ncrypt", "X-Dmid", "r-abc", "Bcc", "Auto-Submitted"})
        EXPECT_FALSE(has(text, inner)) << inner;
    outgoing.made_by_node = true;
    EXPECT_TRUE(has(composed(outgoing), "\r\nAuto-Submitted: auto-generated\r\n"));
}

TEST(Compose, ProofsAndEncryptionStandInTheHeaderToo)
{
    const auto text = composed(message());
    EXPECT_TRUE(has(text, "\r\nX-Dmid-Proofs: holds the number 8345 0000 0000 0015\r\n"));
    EXPECT_TRUE(has(text, "\r\nX-Dmid-Encryption: End-to-end encrypted up to your node;"));
}

TEST(Compose, FilesGoAlongInBase64)
{
    auto outgoing = message();
    outgoing.files = {media::test::file_of(std::string(100'000, 'x'), "../x/Bericht ü.txt", "text/plain"),
                      media::test::file_of("abc", "a\"b.eml", "message/rfc822"),
                      media::test::file_of("", "", "no type\r\nX: y")};
    const auto text = composed(outgoing);
    EXPECT_TRUE(has(text, "boundary=\"dmid-"));
    EXPECT_TRUE(has(text, "filename*=utf-8''Bericht%20%C3%BC.txt\r\n")) << text.substr(0, 2000);
    EXPECT_TRUE(has(text, "filename*=utf-8''a%22b.eml\r\n"));
    EXPECT_FALSE(has(text, "message/rfc822"));
    EXPECT_FALSE(has(text, "X: y"));
    const auto read = read_mail(Spool::of_text(text).value(), false);
    ASSERT_TRUE(read);
    ASSERT_EQ(read->files.size(), 3U);
    EXPECT_EQ(test::bytes_of(read->files[0]), std::string(100'000, 'x'));
    EXPECT_EQ(test::bytes_of(read->files[1]), "abc");
    EXPECT_EQ(test::bytes_of(read->files[2]), "");
    outgoing.notice = true;
    EXPECT_FALSE(has(composed(outgoing), "multipart"));
}

TEST(Compose, TooManyBytesOfFilesAreRefused)
{
    auto outgoing = message();
    channel::File file;
    file.size = kMaxFileBytes + 1;
    outgoing.files = {file};
    const auto to = parse_mail_address("alice@mail.example");
    EXPECT_EQ(compose({}, outgoing, *to, "dmid.example", 0).error().code, Errc::channel_too_large);
    // One that says less than it has is found out while it is read.
    outgoing.files[0].size = 1;
    outgoing.files[0].read = [](std::uint64_t, std::size_t limit) -> Result<Bytes> { return Bytes(limit); };
    EXPECT_EQ(compose({}, outgoing, *to, "dmid.example", 0).error().code, Errc::channel_too_large);
}

TEST(Compose, TheEnvelopeSenderIsTheReportToken)
{
    channel::Leg leg;
    leg.id = id(7);
    EXPECT_EQ(bounce_address(leg, "dmid.example"), "b-a4dqobyha4dqobyha4dqobyha4@dmid.example");
    leg.report_token = "zyxwvutsrqponmlkjihgfedcba";
    EXPECT_EQ(bounce_address(leg, "dmid.example"), "b-zyxwvutsrqponmlkjihgfedcba@dmid.example");
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
