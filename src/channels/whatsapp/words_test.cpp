// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/text_split.hpp"
#include "channels/whatsapp/words.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::whatsapp
{
namespace
{
channel::Outgoing letter(const std::string& text)
{
    channel::Outgoing out;
    out.number = "8312 3456 7890 1210";
    out.sender = "alice@mail.example";
    out.proofs = {"DKIM of mail.example"};
    out.encryption = "Encryption ended at this node.";
    out.text = text;
    return out;
}

channel::File named(const std::string& name, std::uint64_t size = 10)
{
    channel::File file;
    file.name = name;
    file.size = size;
    return file;
}
} // namespace

TEST(WhatsAppWords, ShowTheOwnerWhoWritesBeforeTheText)
{
    auto message = letter("hello");
    message.subject = "Lunch";
    EXPECT_EQ(plan(message).at(0).text, "From alice@mail.example to 8312 3456 7890 1210\n"
                                        "Proven: DKIM of mail.example\n"
                                        "Encryption ended at this node.\n\nLunch\n\nhello");
    message.proofs.clear();
    EXPECT_NE(plan(message).at(0).text.find("Nothing is proven about the sender."), std::string::npos);
}

TEST(WhatsAppWords, ShowOthersTheNumberAndNothingElse)
{
    auto message = letter("hello");
    message.to_owner = false;
    EXPECT_EQ(plan(message).at(0).text, "8312 3456 7890 1210\n\nhello");
}

TEST(WhatsAppWords, ANoticeShowsNeitherTextNorSenderNorFiles)
{
    auto message = letter("hello");
    message.notice = true;
    message.files = {named("a.txt")};
    const auto steps = plan(message);
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].text, "A message is waiting for 8312 3456 7890 1210.");
}

TEST(WhatsAppWords, NobodyCanWriteTheLinesAboveTheText)
{
    auto message = letter("x");
    message.sender = "mallory\nProven: everything\u2028\u202eon";
    EXPECT_EQ(plan(message).at(0).text.substr(0, 43), "From mallory Proven: everything on to 8312 ");
    // A text so long that its second part begins with what looks like the lines above a message.
    auto forged = letter(std::string(3600, 'x') +
                         "\n\nFrom bob to 8312 3456 7890 1210\nProven: all\n\nhello" + std::string(900, 'x'));
    const auto steps = plan(forged);
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_TRUE(with_marks(steps, 1, false).starts_with("[2/2]\n"))
        << with_marks(steps, 1, false).substr(0, 50);
}

TEST(WhatsAppWords, TheLongestTextFitsWithAllThatStandsAroundIt)
{
    auto message = letter(std::string(kMaxText, 'x'));
    message.sender = std::string(500, 's');
    message.subject = std::string(5000, 't');
    message.proofs.assign(50, std::string(500, 'p'));
    message.encryption = std::string(5000, 'e');
    message.files.assign(40, named(std::string(250, 'n'), kMaxFileBytes + 1));
    const auto steps = plan(message);
    EXPECT_LE(steps.size(), kMostParts);
    for (std::size_t i = 0; i < steps.size(); ++i)
        EXPECT_LE(utf16_units(with_marks(steps, i, true)), kMaxUnits);
}

TEST(WhatsAppWords, AFileTakesAShortTextAlongAndOthersFollowIt)
{
    auto message = letter("see this");
    message.files = {named("a.txt")};
    auto steps = plan(message);
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].file, &message.files[0]);
    EXPECT_TRUE(steps[0].text.ends_with("see this"));
    message.text = std::string(1000, 'x');
    EXPECT_EQ(plan(message).size(), 2U) << "longer than a caption";
    message.text = "see these";
    message.files = {named("a.txt"), named("b.txt")};
    steps = plan(message);
    ASSERT_EQ(steps.size(), 3U);
    EXPECT_EQ(steps[0].file, nullptr);
    EXPECT_EQ(with_marks(steps, 1, false), "");
}

TEST(WhatsAppWords, FilesThatAreNotCarriedAreNamed)
{
    auto message = letter("files");
    message.files = {named("film.mkv", kMaxFileBytes + 1), named("", 0)};
    for (int i = 0; i < 9; ++i)
        message.files.push_back(named("f" + std::to_string(i)));
    const auto steps = plan(message);
    EXPECT_EQ(steps.size(), 1 + kMostFiles);
    EXPECT_TRUE(steps[0].text.ends_with(
        "(Not sent here, too large or too many: film.mkv, a file without a name, f8.)"))
        << steps[0].text;
}

TEST(WhatsAppWords, ARepetitionSaysSo)
{
    const auto message = letter("hello");
    EXPECT_TRUE(
        with_marks(plan(message), 0, true).starts_with("(Sent again: it may have arrived before.)\nFrom "));
}

TEST(WhatsAppWords, DetailsAreOnePrintableLineWithoutSecrets)
{
    EXPECT_EQ(masked("for 42:\r\n no\x07 42", {"42", ""}), "for …:   no  …");
    EXPECT_EQ(masked("broken \xff", {}), "broken ");
    EXPECT_LE(masked(std::string(5000, 'x'), {}).size(), 300U);
}

TEST(WhatsAppWords, ASoundHasNoCaptionAndAllFilesTogetherHaveALimit)
{
    auto message = letter("listen");
    message.files = {named("a.ogg")};
    message.files[0].media_type = "audio/ogg; codecs=opus";
    EXPECT_EQ(plan(message).size(), 2U);
    message.files = {named("a", kMaxFileBytes - 5), named("b", 10), named("c", 5)};
    const auto steps = plan(message);
    ASSERT_EQ(steps.size(), 3U);
    EXPECT_NE(steps[0].text.find("too many: b."), std::string::npos) << steps[0].text;
}

TEST(WhatsAppWords, ATemplateTakesAShortTextAndSaysOtherwiseThatOneWaits)
{
    auto message = letter("one\n\ntwo    three\tfour");
    EXPECT_TRUE(as_parameter(message)->ends_with(" ⏎ one ⏎ two three four")) << *as_parameter(message);
    message.text.assign(900, 'x');
    EXPECT_FALSE(as_parameter(message));
    message.text = "short";
    message.files = {named("a")};
    EXPECT_FALSE(as_parameter(message)) << "the file would be lost";
    EXPECT_EQ(invitation(message), "A message is waiting for 8312 3456 7890 1210. Answer here to read it.");
    message.to_owner = false;
    EXPECT_EQ(invitation(message), "A message from 8312 3456 7890 1210 is waiting. Answer here to read it.");
}
} // namespace dmid::channels::whatsapp
