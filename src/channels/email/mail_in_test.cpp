// SPDX-License-Identifier: Apache-2.0
#include "channels/email/mail_in.hpp"
#include "channels/email/testing_mail.hpp"
#include "model/envelope.hpp"

#include <thread>

namespace dmid::channels::email
{
namespace
{
using test::bytes_of;
using test::mail;
using test::message;
using test::spooled;

const std::string kMixed = message("Content-Type: multipart/mixed; boundary=b\n", R"(preamble
--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
--c
Content-Type: text/html

<p>Other words</p>
--c--
--b
Content-Type: image/png; name="x.png"
Content-Disposition: attachment;
 filename*0*=utf-8''../../a%20;
 filename*1*=b%C3%A4.png
Content-Transfer-Encoding: base64

aGVsbG8g
d29ybGQ=
--b
Content-Type: message/rfc822

Subject: inner
Content-Type: multipart/mixed; boundary=z

--z

inner text
--z--
--b--
)");
} // namespace

TEST(MailIn, ReadsTheHeader)
{
    const auto read =
        mail("From: =?utf-8?Q?J=C3=BCrgen?= <J.Doe@Mail.EXAMPLE>, x@[127.0.0.1]\n"
             "Sender: s@a.example\nReply-To: Group: a@b.example, c@d.example;\nTo: <n@dmid.example>\n"
             "Cc: \"B, C\" <bc@b.example>\nDate: Tue, 14 Nov 2023 23:13:20 +0100\n"
             "Subject: =?iso-8859-1?Q?=DCber?=\n =?utf-8?B?IGVz?= and\n more\n"
             "Message-ID: <a@b>\nIn-Reply-To: <p@q>\nReferences: <1@x> <2@x>\n <p@q>\n\nbody\n");
    ASSERT_EQ(read.from.size(), 2U);
    EXPECT_EQ(read.from_fields, 1U);
    EXPECT_EQ(read.from[0].name, "Jürgen");
    EXPECT_EQ(read.from[0].address, "J.Doe@mail.example");
    EXPECT_EQ(read.from[1].address, "");
    EXPECT_EQ(read.sender[0].address, "s@a.example");
    ASSERT_EQ(read.reply_to.size(), 2U);
    EXPECT_EQ(read.reply_to[1].address, "c@d.example");
    EXPECT_EQ(read.cc[0].name, "B, C");
    EXPECT_EQ(read.sent_at, 1'700'000'000);
    EXPECT_EQ(read.subject, "Über es and more");
    EXPECT_EQ(read.message_id, "a@b");
    EXPECT_EQ(read.answers, (std::vector<std::string>{"p@q", "2@x", "1@x"}));
    EXPECT_EQ(read.text, "body");
    EXPECT_EQ(read.lost, "");
    EXPECT_FALSE(read.automatic);
}

TEST(MailIn, BrokenFieldsAreReadAsTheyCanBe)
{
    const auto read = mail("From: a\nDate: yesterday\nSubject: =?x-klingon?Q?=FC?= \xFC =?utf-8?B?!!?=\n"
                           "Message-ID: no brackets\nMessage-ID: <b@c>\nReferences: garbage <x@y\n\n");
    EXPECT_EQ(read.sent_at, 0);
    EXPECT_TRUE(is_utf8(read.subject));
    EXPECT_NE(read.subject.find("ü"), std::string::npos) << read.subject;
    EXPECT_TRUE(read.answers.empty());
    EXPECT_EQ(read.text, "");
    EXPECT_EQ(mail("").text, "");
    EXPECT_EQ(mail("\n\n\n").text, "");
    EXPECT_EQ(mail("no header at all").text.find("header at all"), std::string::npos);
}

TEST(MailIn, PrefersPlainTextAndKeepsFiles)
{
    const auto read = mail(kMixed);
    EXPECT_EQ(read.text, "Grüße");
    ASSERT_EQ(read.files.size(), 2U);
    EXPECT_EQ(read.files[0].name, "a bä.png");
    EXPECT_EQ(read.files[0].media_type, "image/png");
    EXPECT_EQ(read.files[0].size, 11U);
    EXPECT_EQ(bytes_of(read.files[0]), "hello world");
    EXPECT_EQ(read.files[1].media_type, "message/rfc822");
    EXPECT_TRUE(bytes_of(read.files[1]).starts_with("Subject: inner\r\n"));
    EXPECT_TRUE(bytes_of(read.files[1]).ends_with("--z--"));
    EXPECT_EQ(read.lost, "");
}

TEST(MailIn, FilesAreReadInAnyOrderAndByManyThreads)
{
    const auto read = mail(kMixed);
    const auto& file = read.files[0];
    EXPECT_EQ(as_text(*file.read(6, 3)), "wor");
    EXPECT_EQ(as_text(*file.read(0, 5)), "hello");
    EXPECT_EQ(as_text(*file.read(9, 100)), "ld");
    EXPECT_EQ(file.read(11, 5)->size(), 0U);
    EXPECT_EQ(file.read(~0ULL, 5)->size(), 0U);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back(
            [&file]
            {
                for (int n = 0; n < 200; ++n)
                    EXPECT_EQ(as_text(*file.read(4, 4)), "o wo");
            });
    for (auto& thread : threads)
        thread.join();
}

TEST(MailIn, ALargeAttachmentIsReadPieceByPiece)
{
    std::string lines;
    for (int i = 0; i < 100'000; ++i)
        lines += "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\n";
    const auto read =
        mail(message("Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n", lines));
    ASSERT_EQ(read.files.size(), 1U);
    EXPECT_EQ(read.files[0].size, 5'400'000U);
    std::uint64_t at = 0;
    while (true)
    {
        const auto piece = read.files[0].read(at, 100'000);
        ASSERT_TRUE(piece);
        if (piece->empty())
            break;
        EXPECT_EQ((*piece)[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01"[at % 54]);
        at += piece->size();
    }
    EXPECT_EQ(at, 5'400'000U);
}

TEST(MailIn, HtmlAloneIsReducedToText)
{
    const auto read = mail(
        message("Content-Type: text/html; charset=utf-8\n",
                "<title>t</title><p>Hello <b>you</b><p><a href=\"https://evil.example/x\">bank.example</a>"
                "<img src=\"http://tracker.example/1.gif\">"));
    EXPECT_EQ(read.text, "Hello you\n\nbank.example <https://evil.example/x>");
}

TEST(MailIn, AnEmptyPlainPartGivesWayToHtml)
{
    EXPECT_EQ(mail(message("Content-Type: multipart/alternative; boundary=b\n",
                           "--b\n\n \n--b\nContent-Type: text/html\n\n<p>Words\n--b--\n"))
                  .text,
              "Words");
}

TEST(MailIn, UnknownCharacterSetsFallBackAndSaySo)
{
    auto read = mail(message("Content-Type: text/plain; charset=x-klingon\n", "gr\xC3\xBCn"));
    EXPECT_EQ(read.text, "grün");
    EXPECT_EQ(read.lost, "a text names a character set that is not known here; it was read as UTF-8");
    read = mail(message("Content-Type: text/plain; charset=../../tmp/evil\n", "gr\xFCn"));
    EXPECT_EQ(read.text, "grün");
    EXPECT_EQ(read.lost, "a text names a character set that is not known here; it was read as windows-1252");
    read = mail(message("Content-Type: text/plain; charset=utf-8\n", "gr\xFCn"));
    EXPECT_EQ(read.text, "gr\xEF\xBF\xBDn");
    read = mail(message("", "gr\xC3\xBCn"));
    EXPECT_EQ(read.text, "grün");
    EXPECT_EQ(read.lost, "");
    read = mail(message("Content-Type: text/plain; charset=iso-2022-jp\n", "\x1b$B$3\x1b(B."));
    EXPECT_EQ(read.text, "こ.");
}

TEST(MailIn, FlowedTextIsJoined)
{
    EXPECT_EQ(mail(message("Content-Type: text/plain; format=flowed\n",
                           "One \nline.\n>> quoted \n>> too\n> less\n -- \n-- \nme"))
                  .text,
              "One line.\n>> quoted too\n> less\n-- \n-- \nme");
    EXPECT_EQ(mail(message("Content-Type: text/plain; format=flowed; delsp=yes\n", "Don \nau")).text,
              "Donau");
}

TEST(MailIn, TextsOverTheLimitAreCutAndDeclared)
{
    const auto read = mail(message("", std::string(70'000, 'x')));
    EXPECT_EQ(read.text.size(), model::kMaxText);
    EXPECT_EQ(read.lost, "the text was cut after 65535 bytes");
}

TEST(MailIn, DeepAndManyPartsAreRefused)
{
    std::string body;
    for (int i = 0; i < 40; ++i)
        body += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
                std::to_string(i) + "\n";
    auto read = read_mail(spooled("From: a@b.example\n" + body), false);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::codec_too_deep);
    body.clear();
    for (int i = 0; i < 1100; ++i)
        body += "--b\n\nx\n";
    read = read_mail(spooled(message("Content-Type: multipart/mixed; boundary=b\n", body)), false);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::codec_too_deep);
}

TEST(MailIn, ManyBoundariesBeforeManyLinesAreRefusedBeforeTheyAreCompared)
{
    std::string body = "Content-Type: multipart/mixed";
    for (int i = 0; i < 1000; ++i)
        body += "; Boundary=b";
    for (int i = 0; i < 30'000; ++i)
        body += "\n--";
    const auto read = read_mail(spooled(body), false);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().context, "too many boundaries");
    // Lines of dashes alone are no boundaries of anything.
    EXPECT_TRUE(read_mail(spooled(message("", body.substr(body.find("\n--")))), false));
    EXPECT_EQ(read_mail(spooled("To: " + std::string(300'000, ',')), false).error().context,
              "the header is too long");
}

TEST(MailIn, ManyFilesAreLeftOutAndDeclared)
{
    std::string body;
    for (int i = 0; i < 40; ++i)
        body += "--b\nContent-Type: image/gif\n\nx\n";
    const auto read = mail(message("Content-Type: multipart/mixed; boundary=b\n", body + "--b--\n"));
    EXPECT_EQ(read.files.size(), 31U);
    EXPECT_EQ(read.lost, "9 more files were left out");
}

TEST(MailIn, AMultipartWithoutAnEndIsReadAndDeclared)
{
    const auto read = mail(message("Content-Type: multipart/mixed; boundary=b\n",
                                   "--b\n\nWords\n--b\nContent-Type: image/png\n\nx"));
    EXPECT_EQ(read.text, "Words");
    EXPECT_EQ(read.files.size(), 1U);
    EXPECT_NE(read.lost.find("broken"), std::string::npos) << read.lost;
    EXPECT_EQ(mail(message("Content-Type: multipart/mixed\n", "Words")).text, "Words");
}

TEST(MailIn, KnowsWhatProgramsSend)
{
    for (const std::string_view field :
         {"Auto-Submitted: auto-replied", "auto-submitted: auto-generated (x)", "Precedence: bulk",
          "Precedence: LIST", "List-Id: <x.y>", "X-Auto-Response-Suppress: All", "X-Autoreply: yes",
          "Content-Type: multipart/report; boundary=x", "X-Failed-Recipients: a@b"})
        EXPECT_TRUE(mail(message(std::string{field} + "\n", "x")).automatic) << field;
    EXPECT_TRUE(mail("From: MAILER-DAEMON@mx.example (Mail Delivery System)\n\nx").automatic);
    EXPECT_TRUE(mail(message("", "x"), true).automatic);
    for (const std::string_view field :
         {"Auto-Submitted: no", "Precedence: normal", "X-Auto-Response-Suppress: None"})
        EXPECT_FALSE(mail(message(std::string{field} + "\n", "x")).automatic) << field;
}

TEST(MailIn, TheContentHashKnowsRelaysFromLiars)
{
    const auto hash = [](const std::string& text) { return mail(text).content; };
    const auto base =
        message("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n", "Grüße\n");
    EXPECT_EQ(hash(base),
              hash("Received: from a by b;\n Tue\nReturn-Path: <x@y>\nAuthentication-Results: x; spf=pass\n" +
                   base));
    EXPECT_EQ(
        hash(base),
        hash(message(
            "Content-Type: text/plain;\n\tcharset=\"utf-8\"\nContent-Transfer-Encoding: quoted-printable\n",
            "Gr=C3=BC=C3=9Fe\n\n")));
    EXPECT_EQ(hash(base),
              hash(message(
                  "X-Spam: no\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n",
                  "R3LDvMOfZQ==\n")));
    auto other = base;
    other.replace(other.find("Hello"), 5, "Hullo");
    EXPECT_NE(hash(base), hash(other));
    EXPECT_NE(hash(base), hash(base + "more"));
    other = base;
    other.replace(other.find("bob@"), 4, "rob@");
    EXPECT_NE(hash(base), hash(other));
    // What stands in one part or in two is not the same.
    EXPECT_NE(hash(message("Content-Type: multipart/mixed; boundary=b\n", "--b\n\na\n--b\n\nb\n--b--\n")),
              hash(message("Content-Type: multipart/mixed; boundary=b\n", "--b\n\na\n\nb\n--b--\n")));
    auto file = kMixed;
    file.replace(file.find("aGVs"), 4, "bGVs");
    EXPECT_NE(hash(kMixed), hash(file));
}

TEST(MailIn, TheSpoolMayBeUnlinkedWhileItIsRead)
{
    EXPECT_FALSE(Spool::open("/nonexistent/spool"));
    EXPECT_EQ(Spool::of_text(std::string(Spool::kMaxSize + 1, 'x')).error().code, Errc::channel_too_large);
    EXPECT_EQ(Spool::open("/dev/null").error().code, Errc::store_io);
}
} // namespace dmid::channels::email
