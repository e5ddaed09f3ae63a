// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/alphabets.hpp"
#include "channels/sms/phone_text.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::sms
{
namespace
{
channel::Outgoing to_the_owner()
{
    channel::Outgoing out;
    out.number = "8312 3456 7890 1210";
    out.sender = "8345 0000 0000 0015";
    out.text = "See you at nine.";
    return out;
}

TEST(PhoneText, TheOwnerReadsWhoWritesThenTheText)
{
    auto message = to_the_owner();
    EXPECT_EQ(words_for_phone(message), "From 8345 0000 0000 0015:\nSee you at nine.");
    message.proofs = {"dmid", "dkim"};
    message.answer_code = "abcdefgh";
    EXPECT_EQ(words_for_phone(message),
              "From 8345 0000 0000 0015 [dmid +1]:\nSee you at nine.\nAnswer: abcdefgh and your text");
}

TEST(PhoneText, ANoticeSaysNothingOfWhoOrWhat)
{
    auto message = to_the_owner();
    message.notice = true;
    message.subject = "secret";
    EXPECT_EQ(words_for_phone(message), "A message is waiting for 8312 3456 7890 1210.");
}

TEST(PhoneText, OthersReadTheNumberAndNothingOfTheSender)
{
    auto message = to_the_owner();
    message.to_owner = false;
    message.sender = "private";
    message.proofs = {"private"};
    message.answer_code = "private";
    EXPECT_EQ(words_for_phone(message), "8312 3456 7890 1210:\nSee you at nine.");
}

TEST(PhoneText, FilesAreNamedAndCounted)
{
    auto message = to_the_owner();
    message.files = {{"map.png", "image/png", 3, {}}, {"b", "", 1, {}}};
    EXPECT_TRUE(words_for_phone(message).ends_with("\n[2 files not carried: map.png]"));
}

TEST(PhoneText, TheFrameStaysUnderItsLimitWhateverIsInIt)
{
    channel::Outgoing message;
    std::string owls;
    for (int i = 0; i < 500; ++i)
        owls += "🦉";
    message.sender = message.subject = message.number = owls;
    message.proofs = std::vector<std::string>(99, owls);
    message.files = std::vector<channel::File>(999, {owls, "", 1, {}});
    message.answer_code = "abcdefgh";
    for (const bool owner : {true, false})
    {
        message.to_owner = owner;
        EXPECT_LE(to_ucs2(words_for_phone(message)).size() / 2, kMostFrame);
    }
    message.sender = "two\r\nlines\xff";
    EXPECT_EQ(words_for_phone(message).find('\r'), std::string::npos);
}
} // namespace
} // namespace dmid::channels::sms
