// SPDX-License-Identifier: Apache-2.0
#include "gateway/backoff.hpp"
#include "gateway/budget.hpp"
#include "gateway/legs.hpp"
#include "gateway/records.hpp"
#include "gateway/stages.hpp"
#include "gateway/words.hpp"

#include <gtest/gtest.h>

#include <random>

namespace dmid::gateway
{
namespace
{
constexpr UnixTime kPiecesNow = 1'800'000'000;

TEST(Budget, EndsForOneSourceBeforeItEndsForAll)
{
    Budget budget{5, 2};
    EXPECT_TRUE(budget.take("a", kPiecesNow));
    EXPECT_TRUE(budget.take("a", kPiecesNow));
    EXPECT_FALSE(budget.take("a", kPiecesNow));
    EXPECT_TRUE(budget.take("b", kPiecesNow));
    EXPECT_EQ(budget.percent_used(kPiecesNow), 60U);
}

TEST(Budget, EndsForAllAndComesBackWithTheMinute)
{
    Budget budget{2, 2};
    EXPECT_TRUE(budget.take("a", kPiecesNow));
    EXPECT_TRUE(budget.take("b", kPiecesNow));
    EXPECT_FALSE(budget.take("c", kPiecesNow));
    EXPECT_TRUE(budget.take("c", kPiecesNow + 60));
    EXPECT_TRUE(budget.take("c", kPiecesNow - 86'400)) << "a clock set back begins a minute like any other";
}

TEST(Budget, CountsMoreSourcesThanItKnowsAsOne)
{
    Budget budget{1'000'000, 1};
    for (int i = 0; i < 4096; ++i)
        ASSERT_TRUE(budget.take(std::to_string(i), kPiecesNow));
    EXPECT_TRUE(budget.take("one more", kPiecesNow));
    EXPECT_FALSE(budget.take("and another", kPiecesNow));
}

TEST(Backoff, DoublesFromTenSecondsToAnHourGiveOrTakeAFifth)
{
    std::mt19937_64 random{7};
    for (std::uint32_t tried = 0; tried < 70; ++tried)
    {
        const auto middle = std::min<UnixMillis>(
            kLongestRetryMs, kFirstRetryMs << std::min<std::uint32_t>(tried == 0 ? 0 : tried - 1, 20));
        const auto wait = retry_delay(tried, random());
        EXPECT_GE(wait, middle * 8 / 10) << tried;
        EXPECT_LE(wait, middle * 12 / 10) << tried;
    }
    EXPECT_GT(retry_delay(UINT32_MAX, UINT64_MAX), 0);
}

model::Identity identity(std::uint32_t epoch)
{
    model::Network network;
    network.chain_id = 1;
    return {network, model::Number::parse("8312 3456 7890 1210").value(), epoch};
}

Arrived some_arrival()
{
    Arrived meta;
    meta.state = State::queued;
    meta.action = 1;
    meta.rule = 3;
    meta.reason = "because";
    meta.policy_seq = 9;
    meta.from = {identity(2), model::EmailAddress{"a@example.org"}};
    meta.classes = 5;
    meta.door = "http";
    meta.received_at = kPiecesNow;
    meta.size = 77;
    meta.counted = true;
    meta.work = 18;
    meta.legs = {{"phone", 0, true}, {"mail", 600, false}};
    return meta;
}

/// Whatever one byte is changed to: read as something, or store.corrupt; never anything else.
template <class T> void survives_damage(const Bytes& good, Result<T> (*decode)(ByteView))
{
    ASSERT_TRUE(decode(good));
    for (std::size_t i = 0; i < good.size(); ++i)
    {
        auto cut = Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(i));
        const auto shorter = decode(cut);
        ASSERT_FALSE(shorter);
        EXPECT_EQ(shorter.error().code, Errc::store_corrupt);
        auto bent = good;
        for (const unsigned flip : {1U, 64U, 255U})
        {
            bent[i] = static_cast<std::uint8_t>(good[i] ^ flip);
            const auto read = decode(bent);
            const bool sound = read || read.error().code == Errc::store_corrupt;
            ASSERT_TRUE(sound) << i;
        }
    }
    auto longer = good;
    longer.push_back(0);
    EXPECT_EQ(decode(longer).error().code, Errc::store_corrupt);
    EXPECT_EQ(decode({}).error().code, Errc::store_corrupt);
}

TEST(Records, ArrivedReadsBack)
{
    const auto meta = some_arrival();
    const auto bytes = encode(meta);
    const auto back = decode_arrived(bytes);
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(encode(*back), bytes);
    EXPECT_EQ(back->from, meta.from);
    EXPECT_EQ(back->legs, meta.legs);
    EXPECT_EQ(back->rule, meta.rule);
    EXPECT_TRUE(back->counted);
    EXPECT_EQ(back->work, 18);
    survives_damage(bytes, &decode_arrived);
}

TEST(Records, EveryOtherKindReadsBack)
{
    Hash32 one;
    one.bytes.fill(1);
    Hash32 two;
    two.bytes.fill(2);
    Outgoing outgoing;
    outgoing.to = identity(1);
    outgoing.thread = one;
    outgoing.sent_at = kPiecesNow;
    outgoing.control = true;
    outgoing.why = "it waits";
    survives_damage(encode(outgoing), &decode_outgoing);
    EXPECT_EQ(decode_outgoing(encode(outgoing))->to, outgoing.to);
    Letter letter;
    letter.text = "text";
    letter.subject = "subject";
    letter.answers = {"1@example.org"};
    letter.files = {model::Attachment{one, 5, "image/png", "cat.png", two, {one}}};
    EXPECT_EQ(decode_letter(encode(letter))->files, letter.files);
    survives_damage(encode(letter), &decode_letter);
    LegMeta leg{one, true, {"mail", 5, true}, "email", kPiecesNow * 1000};
    survives_damage(encode(leg), &decode_leg);
    EXPECT_EQ(decode_leg(encode(leg))->plan, leg.plan);
    const OutcomeMeta outcome{one,  two,  State::failed, "mail",     "email",   "550 no",
                              true, true, kPiecesNow,    {"7", "8"}, {one, two}};
    survives_damage(encode(outcome), &decode_outcome);
    EXPECT_TRUE(decode_outcome(encode(outcome))->repeated);
    EXPECT_TRUE(decode_outcome(encode(outcome))->reported);
    EXPECT_EQ(decode_outcome(encode(outcome))->known_as, outcome.known_as);
    EXPECT_EQ(decode_outcome(encode(outcome))->names, outcome.names);
    const ConsentMeta consent{{identity(1)}, true, false, kPiecesNow};
    survives_damage(encode(consent), &decode_consent);
    const RevisedMeta revised{one, State::expired, "why", {{"mail", 0, false}}, kPiecesNow};
    survives_damage(encode(revised), &decode_revised);
    EXPECT_EQ(decode_revised(encode(revised))->state, State::expired);
    const NoticeMeta notice{identity(1), "receipt", one, 6, kPiecesNow};
    survives_damage(encode(notice), &decode_notice);
    EXPECT_EQ(decode_notice(encode(notice))->receipt, 6);
}

TEST(Records, ProgressReadsBackAndDamageMeansTheBeginning)
{
    LegProgress progress{70'000, 3, true, true, std::nullopt};
    const auto back = decode_progress(encode(progress));
    EXPECT_EQ(back.finished, 70'000U);
    EXPECT_EQ(back.failures, 3U);
    EXPECT_TRUE(back.uncertain);
    EXPECT_TRUE(back.hold_told);
    EXPECT_EQ(decode_progress(Bytes(8)).finished, 0U);
}

TEST(Records, QueuesOfChannelsAreNeverTheFanOut)
{
    for (const auto* channel : {"", "email", "nostr", "sms"})
        EXPECT_GE(queue_of(channel), 0x8000U);
    EXPECT_NE(queue_of("email"), queue_of("nostr"));
}

TEST(Words, ShortenedCutsBetweenCharacters)
{
    EXPECT_EQ(shortened("häh", 2), "h");
    EXPECT_EQ(shortened("häh", 3), "hä");
    EXPECT_EQ(shortened("€€", 5), "€");
    EXPECT_EQ(shortened("abc", 10), "abc");
    EXPECT_EQ(shortened("\xff\xfe", 10), "");
}

TEST(Words, SayWhoWrites)
{
    EXPECT_EQ(sender_words(model::Counterparty{}), "somebody who proved nothing");
    EXPECT_EQ(sender_words(model::Party{identity(1)}), "8312 3456 7890 1210");
    EXPECT_EQ(party_kind({identity(1)}), "dmid");
    EXPECT_EQ(party_kind({model::WalletAddress{}}), "wallet");
    EXPECT_EQ(party_kind({}), "anonymous");
    EXPECT_EQ(proof_words(0).size(), 0U);
    EXPECT_EQ(proof_words(model::bit(model::Class::nostr)).size(), 1U);
}

TEST(Words, SayWhereEncryptionEnds)
{
    const auto ends = encryption_words(model::Shape::rumor, true, "email");
    EXPECT_NE(ends.find("over email"), std::string::npos);
    EXPECT_EQ(encryption_words(model::Shape::rumor, false, "nostr").find("nostr"), std::string::npos);
    EXPECT_NE(encryption_words(model::Shape::signed_text, false, "").find("not encrypted"),
              std::string::npos);
}

TEST(PlanLegs, AddsUpTheWaitsOfTheLegsBefore)
{
    const std::vector<policy::Leg> via{{"phone", 600, true}, {"mail", 0, false}, {"other", 60, false}};
    policy::Verdict verdict;
    verdict.action = policy::Action::deliver;
    verdict.via = via;
    const auto legs = plan_legs(verdict);
    ASSERT_EQ(legs.size(), 3U);
    EXPECT_EQ(legs[0], (LegPlan{"phone", 0, true}));
    EXPECT_EQ(legs[1], (LegPlan{"mail", 600, false}));
    EXPECT_EQ(legs[2], (LegPlan{"other", 600, false}));
    EXPECT_TRUE(plan_legs({}).empty());
    verdict.urgent = true;
    EXPECT_TRUE(plan_legs(verdict).back().urgent);
    verdict.action = policy::Action::digest;
    EXPECT_TRUE(plan_legs(verdict).back().digest);
}

TEST(Refuse, SaysLaterForWhatMayPassAndNeverQuotesTheStore)
{
    EXPECT_EQ(refuse(Errc::store_full).yes, channel::Yes::later);
    EXPECT_EQ(refuse(Errc::policy_rejected).yes, channel::Yes::no);
    EXPECT_EQ(refuse(Error{Errc::store_io, "/secret/path"}).reason.find("secret"), std::string::npos);
    EXPECT_EQ(refuse(Error{Errc::message_kind, "not of kind 14"}).reason, "not of kind 14");
}
} // namespace
} // namespace dmid::gateway
