// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/plan.hpp"
#include "chat/text_split.hpp"

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

TEST(WhatsAppPlan, TheLongestTextFitsWithAllThatStandsAroundIt)
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
        EXPECT_LE(chat::utf16_units(with_marks(steps, i, true)), kMaxUnits);
}

TEST(WhatsAppPlan, ASoundHasNoCaptionAndAllFilesTogetherHaveALimit)
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

TEST(WhatsAppPlan, ATemplateTakesAShortTextAndSaysOtherwiseThatOneWaits)
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
