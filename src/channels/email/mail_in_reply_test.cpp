// SPDX-License-Identifier: Apache-2.0
#include "channels/email/mail_in.hpp"
#include "channels/email/testing_mail.hpp"
#include "media/testing_images.hpp"

namespace dmid::channels::email
{
namespace
{
using test::message;

Reply reply(std::string_view text, std::vector<std::string> secrets = {})
{
    auto read = read_reply(test::spooled(text), false, "dmid.example", std::move(secrets));
    EXPECT_TRUE(read) << read.error().context;
    return read.value_or(Reply{});
}

std::string in_base64(const std::string& bytes)
{
    std::string out;
    const auto text = to_base64(as_bytes(bytes));
    for (std::size_t i = 0; i < text.size(); i += 76)
        out += text.substr(i, 76) + "\n";
    return out;
}
} // namespace

TEST(Reply, IsTheNewestTextAlone)
{
    const auto out = reply(message(
        "In-Reply-To: <x@dmid.example>\n",
        "Yes, at five.\n\nOn 1 Jan 2024 at 10:00, x <r-abc@dmid.example> wrote:\n> When?\n-- \nBob\n"));
    EXPECT_EQ(out.text, "Yes, at five.");
    EXPECT_EQ(out.hold, "");
    EXPECT_EQ(out.lost, "");
    EXPECT_EQ(out.message_id, "1@mail.example");
    EXPECT_FALSE(out.automatic);
}

TEST(Reply, TheHtmlSaysWhereTheQuoteIsIfThePlainTextDoesNot)
{
    const auto out = reply(
        message("Content-Type: multipart/alternative; boundary=b\n",
                "--b\n\nYes.\nbob@mail.example asked\nWhen?\n--b\nContent-Type: text/html\n\n"
                "<p>Yes.</p><blockquote type=cite>bob@mail.example asked<br>When?</blockquote>\n--b--\n"));
    EXPECT_EQ(out.text, "Yes.");
    EXPECT_EQ(out.hold, "");
    EXPECT_EQ(reply(message("Content-Type: text/html\n",
                            "<div>Yes</div><div class=gmail_quote>bob@mail.example</div>"))
                  .text,
              "Yes");
}

TEST(Reply, WhatShowsAnAddressOfTheHeaderIsHeld)
{
    EXPECT_NE(reply(message("", "Write to bob@mail.example instead.\n")).hold, "");
    EXPECT_NE(reply(message("", "Write to Bob (at) mail dot example.\n")).hold, "");
    EXPECT_NE(reply(message("Delivered-To: other@work.example\n", "other@work.example\n")).hold, "");
    EXPECT_NE(reply(message("", "+49 151 2345 6789\n"), {"+4915123456789"}).hold, "");
    // The node's own addresses are no secret, nor are those that the message does not name.
    EXPECT_EQ(reply(message("", "8312345678901210@dmid.example or carol@else.example\n")).hold, "");
}

TEST(Reply, WithNothingLeftIsHeld)
{
    EXPECT_NE(reply(message("", "> only\n> quotes\n")).hold, "");
    EXPECT_NE(reply(message("", "")).hold, "");
}

TEST(Reply, FilesAreCleanedRenamedOrLeftOutInWords)
{
    const auto picture = media::test::with_metadata(media::test::png(), "bob@mail.example");
    const auto out =
        reply(message("Content-Type: multipart/mixed; boundary=b\n",
                      "--b\n\nSee these.\n--b\nContent-Type: image/png; name=\"bob@mail.example.png\"\n"
                      "Content-Transfer-Encoding: base64\n\n" +
                          in_base64(picture) +
                          "--b\nContent-Type: application/pdf; name=cv.pdf\n\n%PDF-1.7\n"
                          "--b\nContent-Type: text/plain; name=notes.txt\n\nask bob@mail.example\n--b--\n"));
    EXPECT_EQ(out.text, "See these.");
    EXPECT_EQ(out.hold, "");
    ASSERT_EQ(out.files.size(), 1U);
    EXPECT_EQ(out.files[0].name, "file-1.png");
    EXPECT_EQ(test::bytes_of(out.files[0]), media::test::png());
    EXPECT_EQ(out.lost, "file-2 is of a kind that may carry your name inside and cannot be cleaned here; "
                        "file-3 shows an address of yours");
}

TEST(Reply, PicturesInsideTheTextAreLeftOut)
{
    const auto out = reply(
        message("Content-Type: multipart/related; boundary=b\n",
                "--b\nContent-Type: text/html\n\n<p>Yes<img src=cid:logo>\n--b\nContent-Type: image/png\n"
                "Content-ID: <logo>\nContent-Transfer-Encoding: base64\n\n" +
                    in_base64(media::test::png()) + "--b--\n"));
    EXPECT_EQ(out.text, "Yes");
    EXPECT_TRUE(out.files.empty());
    EXPECT_EQ(out.lost, "1 pictures inside the text were left out; attach them to send them");
}

TEST(Reply, AutomaticAnswersAreMarked)
{
    EXPECT_TRUE(reply(message("Auto-Submitted: auto-replied\n", "I am away.\n")).automatic);
}
} // namespace dmid::channels::email
