// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/memory.hpp"
#include "channels/whatsapp/pace.hpp"
#include "channels/whatsapp/people.hpp"
#include "net/testing_peer.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace dmid::channels::whatsapp
{
namespace
{
constexpr UnixTime kNow = 1'800'000'000;
constexpr UnixTime kDay = 24 * 3600;
const std::string kBob = "+16505551234";
} // namespace

TEST(WhatsAppPeople, AWindowIsOpenForADayLessAMinute)
{
    People people;
    EXPECT_EQ(people.window(kBob, kNow), Window::never);
    people.wrote(kBob, "", kNow, kNow);
    EXPECT_EQ(people.window(kBob, kNow), Window::open);
    EXPECT_EQ(people.window(kBob, kNow + kDay - 61), Window::open);
    EXPECT_EQ(people.window(kBob, kNow + kDay - 60), Window::closed);
    people.wrote(kBob, "", kNow - 9 * kDay, kNow + kDay);
    EXPECT_EQ(people.window(kBob, kNow + 10), Window::open)
        << "an old message that Meta repeats closes nothing";
    people.wrote(kBob, "", kNow + 900 * kDay, kNow);
    EXPECT_EQ(people.window(kBob, kNow + kDay), Window::closed) << "and one from the future opens no more";
    people.close(kBob);
    EXPECT_EQ(people.window(kBob, kNow), Window::closed);
}

TEST(WhatsAppPeople, InvitationsAreFewAndBeginAnewWhenThePersonWrites)
{
    People people;
    UnixTime now = kNow;
    for (unsigned i = 0; i < kMostInvitations; ++i, now += kBetweenInvitations)
    {
        EXPECT_TRUE(people.begin_invitation(kBob, now));
        EXPECT_FALSE(people.begin_invitation(kBob, now + 10));
    }
    EXPECT_FALSE(people.begin_invitation(kBob, now + 90 * kDay));
    people.wrote(kBob, "", now, now);
    EXPECT_TRUE(people.begin_invitation(kBob, now + 2 * kDay));
    people.undo_invitation(kBob);
    EXPECT_TRUE(people.begin_invitation(kBob, now + 2 * kDay + 1));
}

TEST(WhatsAppPeople, SomebodyWhomMetaNamesOtherwiseIsTheSamePerson)
{
    People people;
    // Brazil's ninth digit: written to with it, answers without.
    people.learn_name("+5511987654321", "+551187654321");
    people.wrote("+551187654321", "", kNow, kNow);
    EXPECT_EQ(people.window("+5511987654321", kNow + 5), Window::open);
    people.close("+5511987654321");
    EXPECT_EQ(people.window("+5511987654321", kNow + 5), Window::closed);
}

TEST(WhatsAppPeople, ANumberThatIsHiddenLaterStaysTheAddress)
{
    People people;
    people.wrote(kBob, "US.77", kNow, kNow);
    EXPECT_EQ(people.account_of({"US.77", "US.77", ""}), kBob);
    EXPECT_EQ(people.account_of({"US.78", "US.78", ""}), "US.78");
    EXPECT_EQ(people.account_of({"+4917000000", "US.77", ""}), "+4917000000") << "what is shown counts";
    people.forget(kBob);
    EXPECT_EQ(people.account_of({"US.77", "US.77", ""}), "US.77");
}

TEST(WhatsAppPeople, ReadBackAsTheyWereWritten)
{
    People people;
    people.wrote(kBob, "US.77", kNow, kNow);
    people.keep_key(kBob, "DF2lS5v2W6x=");
    people.learn_name("+5511987654321", "+551187654321");
    people.begin_invitation("+5511987654321", kNow);
    const auto again = People::decode(people.encode());
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(again->encode(), people.encode());
    EXPECT_TRUE(again->has_other_key(kBob, "other"));
    EXPECT_FALSE(again->has_other_key(kBob, "DF2lS5v2W6x="));
    EXPECT_EQ(again->account_of({"US.77", "US.77", ""}), kBob);
    for (const auto* wrong :
         {"", "[]", R"({"version":2,"people":[]})", R"({"version":1,"people":[{"wrote":1}]})",
          R"({"version":1,"people":[{"account":"bob","wrote":1}]})",
          R"({"version":1,"people":[{"account":"+16505551234","wrote":-1}]})"})
        EXPECT_FALSE(People::decode(wrong)) << wrong;
}

TEST(WhatsAppPeople, AreAtMostTenThousand)
{
    People people;
    for (std::size_t i = 0; i < kMostPeople + 5; ++i)
        people.wrote("+4917" + std::to_string(1'000'000 + i), "", kNow + static_cast<UnixTime>(i),
                     kNow + static_cast<UnixTime>(i));
    EXPECT_EQ(people.size(), kMostPeople);
    EXPECT_EQ(people.window("+49171000000", kNow), Window::never) << "the oldest goes";
    EXPECT_LT(people.encode().size(), kMaxPeopleFile);
}

TEST(WhatsAppMemory, SurvivesARestartAndAFileThatIsBroken)
{
    const net::testing::TemporaryDirectory directory;
    const auto folder = directory.file("state");
    {
        const auto memory = Memory::open(folder).value();
        memory->change([](People& people) { people.wrote(kBob, "", kNow, kNow); });
        ASSERT_TRUE(memory->flush());
    }
    const auto again = Memory::open(folder).value();
    EXPECT_EQ(again->read([](const People& people) { return people.window(kBob, kNow); }), Window::open);
    const auto file = folder + "/whatsapp-people.json";
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::ofstream{file} << "{\"version\":";
    EXPECT_TRUE(Memory::open(folder).value()->read([](const People& people) { return people.empty(); }));
}

TEST(WhatsAppPace, GivesABurstAtOnceAndThenTheLongRunsPace)
{
    PaceLimits limits;
    limits.burst = 3;
    limits.in_all = net::Millis{0};
    Pace pace{limits};
    const net::Deadline now{std::chrono::hours{1}};
    const auto far = now + std::chrono::hours{1};
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(pace.take(kBob, now, far).at, now);
    EXPECT_EQ(pace.take(kBob, now, far).at, now + net::Millis{6'000});
    EXPECT_EQ(pace.take(kBob, now, far).at, now + net::Millis{12'000});
    EXPECT_EQ(pace.take("+4917000000", now, far).at, now) << "others need not wait";
    const auto late = pace.take(kBob, now, now + net::Millis{100});
    EXPECT_FALSE(late.granted);
    EXPECT_EQ(late.at, now + net::Millis{18'000});
}

TEST(WhatsAppPace, HoldsOnePersonWhereTheServiceAsksForIt)
{
    Pace pace{PaceLimits{}};
    const net::Deadline now{std::chrono::hours{1}};
    const auto far = now + std::chrono::hours{1};
    pace.hold(kBob, now, now + net::Millis{30'000});
    EXPECT_EQ(pace.take(kBob, now, far).at, now + net::Millis{30'000});
    EXPECT_LT(pace.take("+4917000000", now, far).at, now + net::Millis{1'000});
}
} // namespace dmid::channels::whatsapp
