// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/plan.hpp"
#include "chat/text_split.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::telegram
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

TEST(TelegramPlan, TheLongestTextFitsWithAllThatStandsAroundIt)
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
} // namespace dmid::channels::telegram
