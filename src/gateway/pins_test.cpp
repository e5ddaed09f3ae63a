// SPDX-License-Identifier: Apache-2.0
#include "gateway/node_for_test.hpp"
#include "model/document.hpp"

namespace dmid::gateway
{
namespace
{
using testing::Node;
using testing::Person;

class PinsTest : public ::testing::Test
{
protected:
    Node node;
    Person first;
    Person second;
    Person third;

    model::Identity other(std::uint32_t epoch = 1) const
    {
        return {node.resolver->network(), model::Number::parse("8345 6789 0123 4548").value(), epoch};
    }
    model::Document document(const Person& inbox) const
    {
        model::Document out;
        out.inbox_key = inbox.key;
        out.policy_key = node.policy_key.key;
        return out;
    }
    void hand_over(model::Document& to, const Person& from, std::uint32_t epoch = 1) const
    {
        model::Handover step{from.key, to.inbox_key, to.policy_key, {}};
        step.signature =
            crypto::sign_schnorr(model::handover_message(other(epoch), from.key, to.inbox_key, to.policy_key),
                                 from.secret, Hash32{})
                .value();
        to.handovers.push_back(step);
    }
    Standing judge(const model::Document& what, std::uint32_t epoch = 1, bool disputed = false)
    {
        KeyFacts facts;
        facts.disputed = disputed;
        facts.final = true;
        facts.from_first_sight = true;
        return judge(what, epoch, facts);
    }
    Standing judge(const model::Document& what, std::uint32_t epoch, const KeyFacts& facts)
    {
        return node.pins->judge(node.box(), other(epoch), what, facts, node.clock.now()).value();
    }
    XOnlyKey pinned() const
    {
        return node.pins->find(node.box(), other().network, other().number).value()->inbox_key;
    }
};

TEST_F(PinsTest, TheFirstKeysArePinnedAndStayTrusted)
{
    EXPECT_EQ(judge(document(first)), Standing::first);
    EXPECT_EQ(judge(document(first)), Standing::trusted);
    EXPECT_EQ(pinned(), first.key);
}

TEST_F(PinsTest, AHandoverFromThePinnedKeyMovesThePin)
{
    judge(document(first));
    auto next = document(second);
    hand_over(next, first);
    EXPECT_EQ(judge(next), Standing::trusted);
    EXPECT_EQ(pinned(), second.key);
}

TEST_F(PinsTest, AHandoverFromAKeyThatWasNeverAcceptedCountsForNothing)
{
    judge(document(first));
    auto next = document(third);
    hand_over(next, second);
    EXPECT_EQ(judge(next), Standing::held);
    EXPECT_EQ(pinned(), first.key);
}

TEST_F(PinsTest, AChangeWithoutHandoverIsHeldForADayAndThenTaken)
{
    judge(document(first));
    EXPECT_EQ(judge(document(second)), Standing::held);
    node.pass(kUnprovenKeyWait - 1);
    EXPECT_EQ(judge(document(second)), Standing::held);
    node.pass(1);
    EXPECT_EQ(judge(document(second)), Standing::trusted);
    EXPECT_EQ(pinned(), second.key);
}

TEST_F(PinsTest, AnotherChangeMeanwhileBeginsTheDayAnewAndGoingBackEndsIt)
{
    judge(document(first));
    judge(document(second));
    node.pass(kUnprovenKeyWait - 10);
    EXPECT_EQ(judge(document(third)), Standing::held);
    node.pass(20);
    EXPECT_EQ(judge(document(third)), Standing::held);
    EXPECT_EQ(judge(document(first)), Standing::trusted);
    node.pass(kUnprovenKeyWait);
    EXPECT_EQ(judge(document(third)), Standing::held);
}

TEST_F(PinsTest, ADisputedRecordIsHeldAsLongAsItIs)
{
    judge(document(first));
    judge(document(second), 1, true);
    node.pass(10 * kUnprovenKeyWait);
    EXPECT_EQ(judge(document(second), 1, true), Standing::held);
    EXPECT_EQ(judge(document(second)), Standing::trusted);
}

TEST_F(PinsTest, ANewEpochIsAnotherPersonUntilConfirmedHoweverLong)
{
    judge(document(first));
    EXPECT_EQ(judge(document(second), 2), Standing::new_epoch);
    node.pass(100 * kUnprovenKeyWait);
    EXPECT_EQ(judge(document(second), 2), Standing::new_epoch);
    ASSERT_TRUE(node.pins->confirm(node.box(), other(2), document(second)));
    EXPECT_EQ(judge(document(second), 2), Standing::trusted);
    EXPECT_EQ(judge(document(first), 1), Standing::held) << "and the old epoch does not come back";
    node.pass(2 * kUnprovenKeyWait);
    EXPECT_EQ(judge(document(first), 1), Standing::held);
}

TEST_F(PinsTest, AContinuityProofOfThePinnedKeyCarriesOverTheEpoch)
{
    judge(document(first));
    auto next = document(second);
    model::Continuity proof;
    proof.from_epoch = 1;
    proof.from = first.key;
    proof.next_inbox = second.key;
    next.continuity = proof; // its signature was checked with the document
    EXPECT_EQ(judge(next, 2), Standing::trusted);
    EXPECT_EQ(pinned(), second.key);
}

// MUST FIN-03
TEST_F(PinsTest, OnlyWhatIsFinalIsPinned)
{
    const KeyFacts early;
    EXPECT_EQ(judge(document(first), 1, early), Standing::not_final);
    EXPECT_EQ(judge(document(second)), Standing::first) << "the first was never pinned";
    auto next = document(third);
    hand_over(next, second);
    EXPECT_EQ(judge(next, 1, early), Standing::trusted) << "by the pinned key's own word";
    EXPECT_EQ(pinned(), second.key);
    EXPECT_EQ(judge(document(second)), Standing::trusted) << "the chain took the handover back";
    EXPECT_EQ(judge(next), Standing::trusted);
    EXPECT_EQ(pinned(), third.key);
}

TEST_F(PinsTest, AChangeThatIsNotFinalIsHeldHoweverLong)
{
    judge(document(first));
    KeyFacts early;
    early.published_for = 10 * kUnprovenKeyWait;
    EXPECT_EQ(judge(document(second), 1, early), Standing::held);
    EXPECT_EQ(pinned(), first.key);
}

TEST_F(PinsTest, TheDayIsCountedFromThePublishingBlockWhereThatIsKnown)
{
    judge(document(first));
    KeyFacts facts;
    facts.final = true;
    facts.published_for = kUnprovenKeyWait - 1;
    EXPECT_EQ(judge(document(second), 1, facts), Standing::held);
    node.pass(2 * kUnprovenKeyWait);
    EXPECT_EQ(judge(document(second), 1, facts), Standing::held) << "published anew meanwhile";
    facts.published_for = kUnprovenKeyWait;
    EXPECT_EQ(judge(document(second), 1, facts), Standing::trusted);
    EXPECT_EQ(judge(document(second), 1, facts), Standing::trusted);
}

TEST_F(PinsTest, ChangedKeysAreListedUntilWhatWaitedForThemIsReleased)
{
    const auto changed = [&] { return node.pins->changed(node.box(), other().network).value().size(); };
    judge(document(first));
    EXPECT_EQ(changed(), 0U);
    judge(document(second));
    EXPECT_EQ(changed(), 1U);
    node.pass(kUnprovenKeyWait);
    judge(document(second));
    judge(document(second));
    node.reopen();
    EXPECT_EQ(changed(), 1U) << "trusted, and what waited is not released yet";
    ASSERT_TRUE(node.pins->note_released(node.box(), other().network, other().number));
    EXPECT_EQ(changed(), 0U);
}

TEST_F(PinsTest, PinsOutliveTheProcess)
{
    judge(document(first));
    judge(document(second));
    node.reopen();
    EXPECT_EQ(pinned(), first.key);
    node.pass(kUnprovenKeyWait);
    EXPECT_EQ(judge(document(second)), Standing::trusted);
}

TEST_F(PinsTest, ThePolicyOfAKeyWithoutHandoverWaits)
{
    Person thief;
    ASSERT_TRUE(node.policy("default = \"request\"\n"));
    // As refresh leaves it while the published policy key is not the pinned one.
    node.change([&](Served& next) { next.document.policy_key = thief.key; });
    auto content = prepare_policy(*node.context, *node.served(), "default = \"drop\"\n").value();
    EXPECT_EQ(content.key, node.policy_key.key);
    EXPECT_EQ(content.seq, 2U);
    auto stolen = content;
    stolen.key = thief.key;
    stolen.seq = 1;
    stolen.previous = {};
    EXPECT_EQ(node.policy(stolen, thief).error().code, Errc::policy_signature);
    EXPECT_TRUE(node.policy(content, node.policy_key));
}

TEST_F(PinsTest, PoliciesFollowEachOther)
{
    ASSERT_TRUE(node.policy("default = \"request\"\n"));
    auto content = prepare_policy(*node.context, *node.served(), "default = \"drop\"\n").value();
    auto gap = content;
    ++gap.seq;
    EXPECT_EQ(node.policy(gap, node.policy_key).error().code, Errc::policy_seq);
    ASSERT_TRUE(node.policy(content, node.policy_key));
    EXPECT_EQ(node.policy(content, node.policy_key).error().code, Errc::policy_seq);
    node.reopen();
    EXPECT_EQ(node.served()->policy->position.seq, 2U);
    const auto unbound = node.policy("default = \"deliver\"\nvia = [\"nowhere\"]\n");
    ASSERT_FALSE(unbound);
    EXPECT_EQ(unbound.error().code, Errc::policy_unknown_label);
}
} // namespace
} // namespace dmid::gateway
