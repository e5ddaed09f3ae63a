// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "channels/email/mime.hpp"
#include "channels/email/testing_smtp.hpp"

#include <gtest/gtest.h>

#include <random>

namespace dmid::channels::email
{
namespace
{
using test::decode_qp;

std::size_t longest_line(std::string_view text)
{
    std::size_t most = 0;
    while (!text.empty())
    {
        const auto end = text.find("\r\n");
        most = std::max(most, std::min(end, text.size()));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return most;
}
} // namespace

TEST(Mime, NothingEndsAHeaderField)
{
    EXPECT_EQ(one_line("a\r\nBcc: x@y.org"), "a Bcc: x@y.org");
    EXPECT_EQ(one_line(std::string_view{"a\0b\tc\x7f ", 7}), "a b c");
    EXPECT_EQ(one_line("  \r\n "), "");
    EXPECT_EQ(one_line("x\xFFy\xC3"), "x\xEF\xBF\xBDy\xEF\xBF\xBD");
}

TEST(Mime, WordsAreEncodedOnlyWhereNeeded)
{
    EXPECT_EQ(encode_words("Hello there"), "Hello there");
    EXPECT_EQ(encode_words("Gr\xC3\xBC\xC3\x9F"
                           "e"),
              "=?utf-8?B?R3LDvMOfZQ==?=");
    EXPECT_EQ(encode_words("=?utf-8?Q?x?="), "=?utf-8?B?PT91dGYtOD9RP3g/PQ==?=");
    EXPECT_EQ(encode_phrase("Jane Doe"), "Jane Doe");
    EXPECT_EQ(encode_phrase("8345 \"q\" (dmid)"), "\"8345 \\\"q\\\" (dmid)\"");
    EXPECT_EQ(encode_phrase(""), "\"\"");
}

TEST(Mime, EncodedWordsAreShortAndSplitAtCharacters)
{
    std::string text;
    for (int i = 0; i < 60; ++i)
        text += i % 3 == 0 ? "\xF0\x9F\x93\xAE" : "\xC3\xA4";
    const auto field = header_field("Subject", encode_words(text));
    EXPECT_LE(longest_line(field), 76U);
    std::string back;
    for (std::size_t at = 0; (at = field.find("?B?", at)) != std::string::npos; ++at)
    {
        const auto word = field.substr(at + 3, field.find("?=", at) - at - 3);
        const auto bytes = from_base64(word);
        ASSERT_TRUE(bytes);
        EXPECT_TRUE(is_utf8(as_text(*bytes)));
        back += as_text(*bytes);
    }
    EXPECT_EQ(back, text);
}

TEST(Mime, FieldsAreFoldedAtSpaces)
{
    std::string value;
    for (int i = 0; i < 30; ++i)
        value += "word" + std::to_string(i) + " ";
    value.pop_back();
    auto field = header_field("References", value);
    EXPECT_LE(longest_line(field), 78U);
    for (std::size_t at = 0; (at = field.find("\r\n ", at)) != std::string::npos;)
        field.erase(at, 2);
    EXPECT_EQ(field, "References: " + value + "\r\n");
    EXPECT_EQ(header_field("X", std::string(200, 'x')), "X: " + std::string(200, 'x') + "\r\n");
    EXPECT_EQ(header_field("X", ""), "X:\r\n");
}

TEST(Mime, DatesAreOfTheStandardsForm)
{
    EXPECT_EQ(mail_date(0), "Thu, 1 Jan 1970 00:00:00 +0000");
    EXPECT_EQ(mail_date(1709210096), "Thu, 29 Feb 2024 12:34:56 +0000");
}

TEST(Mime, PlainTextStaysAsItIs)
{
    const auto text = encode_text("one\ntwo\r\nthree\rfour");
    EXPECT_EQ(text.encoding, "7bit");
    EXPECT_EQ(text.body, "one\r\ntwo\r\nthree\r\nfour\r\n");
    EXPECT_EQ(encode_text("").body, "");
    EXPECT_EQ(encode_text("a\x1b[31m\x07").body, "a[31m\r\n");
}

TEST(Mime, QuotedPrintableReadsBackAndHasNoLongLine)
{
    std::mt19937 random{20261124};
    for (int round = 0; round < 500; ++round)
    {
        std::string text;
        const auto n = random() % 400;
        for (unsigned i = 0; i < n; ++i)
        {
            constexpr std::string_view kPieces[] = {"a",        " ",
                                                    "\t",       "=",
                                                    ".",        "\r\n",
                                                    "\xC3\xA4", "From ",
                                                    "x",        "\xE2\x82\xAC",
                                                    "long",     "\xF0\x9F\x93\xAE"};
            text += kPieces[random() % std::size(kPieces)];
        }
        text += "\xC3\xA4\r\n";
        const auto encoded = encode_text(text);
        ASSERT_EQ(encoded.encoding, "quoted-printable");
        ASSERT_LE(longest_line(encoded.body), 76U);
        ASSERT_EQ(decode_qp(encoded.body), text);
        ASSERT_EQ(encoded.body.find(" \r\n"), std::string::npos);
        ASSERT_EQ(("\r\n" + encoded.body).find("\r\nFrom "), std::string::npos);
    }
}

TEST(Mime, DotsAtLineStartsAreStuffed)
{
    EXPECT_EQ(dot_stuff(".\r\na.b\r\n..c\r\n"), "..\r\na.b\r\n...c\r\n");
    EXPECT_EQ(dot_stuff("no end"), "no end\r\n");
}
} // namespace dmid::channels::email
