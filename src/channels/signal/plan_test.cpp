// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "channel/channel.hpp"
#include "channels/signal/plan.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::signal
{
namespace
{
channel::Outgoing to_the_owner(const std::string& text)
{
    channel::Outgoing out;
    out.number = "8312 3456 7890 1210";
    out.sender = "alice@mail.example";
    out.proofs = {"DKIM of mail.example"};
    out.encryption = "Encryption ended at this node.";
    out.text = text;
    return out;
}
channel::File sized(const std::string& name, std::uint64_t size)
{
    channel::File file;
    file.name = name;
    file.size = size;
    return file;
}
} // namespace

TEST(SignalPlan, ShowTheOwnerWhoWritesAndOthersTheNumber)
{
    auto message = to_the_owner("hello");
    EXPECT_EQ(plan(message).at(0).text, "From alice@mail.example to 8312 3456 7890 1210\n"
                                        "Proven: DKIM of mail.example\n"
                                        "Encryption ended at this node.\n\nhello");
    message.proofs.clear();
    EXPECT_NE(plan(message).at(0).text.find("Nothing is proven about the sender."), std::string::npos);
    message.to_owner = false;
    EXPECT_EQ(plan(message).at(0).text, "8312 3456 7890 1210\n\nhello");
    message.notice = true;
    message.files.push_back(sized("a", 5));
    EXPECT_EQ(plan(message).at(0).text, "A message is waiting for 8312 3456 7890 1210.");
    EXPECT_TRUE(plan(message).at(0).files.empty());
}

TEST(SignalPlan, CarryFilesWithTheLastPartAndNameWhatIsLeftOut)
{
    auto message = to_the_owner(std::string(5000, 'x'));
    message.files = {sized("a.png", 20'000'000), sized("b.png", 6'000'000), sized("c.png", 5'000'000),
                     sized("d", 0)};
    const auto steps = plan(message);
    ASSERT_EQ(steps.size(), 3U);
    EXPECT_TRUE(steps[0].files.empty());
    ASSERT_EQ(steps[2].files.size(), 2U);
    EXPECT_EQ(steps[2].files[1]->name, "c.png");
    EXPECT_NE(steps[2].text.find("b.png, d.)"), std::string::npos) << steps[2].text;
    EXPECT_TRUE(with_marks(steps, 1, true).starts_with("[2/3]\n(Sent again: it may have arrived before.)\n"));
}

TEST(SignalPlan, FitTheLargestTextIntoItsParts)
{
    auto message = to_the_owner({});
    // The worst place for every cut, and all that stands around a text.
    while (message.text.size() + 1440 <= kMaxText)
        message.text += std::string(1439, 'x') + ' ';
    message.text.resize(kMaxText, 'y');
    message.sender.assign(500, 's');
    message.proofs.assign(9, std::string(200, 'p'));
    message.encryption.assign(500, 'e');
    message.subject.assign(900, 'u');
    message.files.assign(40, sized(std::string(100, 'n'), 0));
    const auto steps = plan(message);
    EXPECT_LE(steps.size(), channel::kMostKnownAs);
    for (std::size_t i = 0; i < steps.size(); ++i)
        EXPECT_LE(with_marks(steps, i, true).size(), kMaxPart);
}
} // namespace dmid::channels::signal
