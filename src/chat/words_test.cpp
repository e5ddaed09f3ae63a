// SPDX-License-Identifier: Apache-2.0
#include "chat/captioned.hpp"

#include <gtest/gtest.h>

namespace dmid::chat
{
namespace
{
constexpr std::uint64_t kLargest = 1000;

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

std::vector<Step> plan(const channel::Outgoing& message)
{
    CaptionedLimits limits;
    limits.files = {3, kLargest, 2 * kLargest};
    limits.text = 4096;
    limits.caption = 1024;
    limits.takes_caption = [](const channel::File& file) { return file.media_type != "audio/ogg"; };
    return captioned_plan(message, limits);
}
} // namespace

TEST(ChatWords, ShowTheOwnerWhoWritesBeforeTheText)
{
    auto message = letter("hello");
    message.subject = "Lunch";
    EXPECT_EQ(plan(message).at(0).text, "From alice@mail.example to 8312 3456 7890 1210\n"
                                        "Proven: DKIM of mail.example\n"
                                        "Encryption ended at this node.\n\nLunch\n\nhello");
    message.proofs.clear();
    EXPECT_NE(plan(message).at(0).text.find("Nothing is proven about the sender."), std::string::npos);
}

TEST(ChatWords, ShowOthersTheNumberAndNothingElse)
{
    auto message = letter("hello");
    message.to_owner = false;
    EXPECT_EQ(plan(message).at(0).text, "8312 3456 7890 1210\n\nhello");
}

TEST(ChatWords, ANoticeShowsNeitherTextNorSenderNorFiles)
{
    auto message = letter("hello");
    message.notice = true;
    message.files = {named("a.txt")};
    const auto steps = plan(message);
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].text, "A message is waiting for 8312 3456 7890 1210.");
}

TEST(ChatWords, NobodyCanWriteTheLinesAboveTheText)
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

TEST(ChatWords, AFileTakesAShortTextAlongAndOthersFollowIt)
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

TEST(ChatWords, FilesThatAreNotCarriedAreNamed)
{
    auto message = letter("files");
    message.files = {named("film.mkv", kLargest + 1), named("", 0)};
    for (int i = 0; i < 4; ++i)
        message.files.push_back(named("f" + std::to_string(i)));
    const auto steps = plan(message);
    EXPECT_EQ(steps.size(), 4U);
    EXPECT_TRUE(steps[0].text.ends_with(
        "(Not sent here, too large or too many: film.mkv, a file without a name, f3.)"))
        << steps[0].text;
}

TEST(ChatWords, AllFilesTogetherHaveALimitToo)
{
    auto message = letter("files");
    message.files = {named("a", kLargest), named("b", kLargest - 5), named("c", 10), named("d", 5)};
    const auto steps = plan(message);
    ASSERT_EQ(steps.size(), 4U);
    EXPECT_TRUE(steps[0].text.ends_with("too many: c.)")) << steps[0].text;
    EXPECT_EQ(steps[3].file, &message.files[3]);
}

TEST(ChatWords, AFileThatTakesNoCaptionFollowsTheText)
{
    auto message = letter("listen");
    message.files = {named("a.ogg")};
    message.files[0].media_type = "audio/ogg";
    EXPECT_EQ(plan(message).size(), 2U);
}

TEST(ChatWords, ARepetitionSaysSo)
{
    const auto message = letter("hello");
    EXPECT_TRUE(
        with_marks(plan(message), 0, true).starts_with("(Sent again: it may have arrived before.)\nFrom "));
}

TEST(ChatWords, DetailsAreOnePrintableLineWithoutSecrets)
{
    EXPECT_EQ(masked("for 42:\r\n no\x07 42", {"42", ""}), "for …:   no  …");
    EXPECT_EQ(masked("broken \xff", {}), "broken ");
    EXPECT_LE(masked(std::string(5000, 'x'), {}).size(), 300U);
}
} // namespace dmid::chat
