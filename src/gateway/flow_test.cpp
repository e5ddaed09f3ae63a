// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow.hpp"
#include "gateway/node_for_test.hpp"
#include "seal/dmid_tag.hpp"
#include "seal/signed_text.hpp"
#include "seal/work.hpp"

namespace dmid::gateway
{
namespace
{
using channel::Outcome;
using channel::Yes;
using testing::Node;
using testing::Person;
using testing::run;

constexpr auto kToContacts = R"(
default = "request"
via = ["mail"]
[[rule]]
who = ["contact"]
do = "deliver"
)";

class FlowTest : public ::testing::Test
{
protected:
    Node node;
    Person ann;

    void with_mail(const std::string& toml = kToContacts)
    {
        node.bind("mail", "me@example.org");
        const auto set = node.policy(toml);
        ASSERT_TRUE(set) << to_string(set.error());
    }
    channel::Attempt attempt(Outcome outcome) const
    {
        channel::Attempt out;
        out.outcome = outcome;
        out.detail = "words of theirs";
        return out;
    }
};

TEST_F(FlowTest, APlainWrapBecomesARequest)
{
    const auto said = node.write(ann, "hello");
    EXPECT_EQ(said.yes, Yes::yes) << said.reason;
    EXPECT_FALSE(said.promise.empty());
    const auto requests = node.inbox(true);
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].id, said.id);
    EXPECT_EQ(requests[0].text, "hello");
    EXPECT_EQ(requests[0].state, State::held);
    EXPECT_EQ(node.work(), 0U);
}

TEST_F(FlowTest, AStoreThatTakesMessagesAgainClearsItsAlarm)
{
    node.alarms.raise("store", "work was put off: store.full", node.clock.now());
    EXPECT_EQ(node.write(ann, "hello").yes, Yes::yes);
    EXPECT_TRUE(node.alarms.all().empty());
}

// MUST ENV-25
TEST_F(FlowTest, APurposeTailDecidesIsAThreadOfItsOwnAndIsKilledAlone)
{
    with_mail(R"(
default = "request"
via = ["mail"]
[tails]
shop = "481920"
[[rule]]
ext = ["shop"]
do = "deliver"
)");
    const auto with_tail = [&](const std::string& text, seal::Tag tag, const Person& from)
    {
        seal::EventBody body = seal::make_text(from.key, node.owner.key, node.clock.now(), text);
        body.tags.push_back(std::move(tag));
        return node.wrap(from, seal::make_rumor(std::move(body)));
    };
    const auto shop = model::Tail::parse("481920").value();
    const auto through = node.receive(with_tail("an order", seal::tail_tag(shop), ann));
    const auto bare = node.write(ann, "no tail");
    node.work();
    EXPECT_EQ(node.message(through.id).state, State::accepted);
    EXPECT_EQ(node.message(bare.id).state, State::held);
    EXPECT_NE(node.message(through.id).thread, node.message(bare.id).thread);

    // The answer stays in the thread of what it answers.
    const auto sent =
        run(reply(*node.context, node.served(), Reference{through.id, {}, {}}, "thank you", false));
    ASSERT_TRUE(sent) << to_string(sent.error());
    EXPECT_EQ(sent->thread, node.message(through.id).thread);

    // A tail that is not listed is answered like one that is, and a stranger's message goes nowhere.
    const Person ben;
    const auto unknown =
        node.receive(with_tail("to a dead tail", seal::tail_tag(model::Tail::parse("000001").value()), ben));
    EXPECT_EQ(unknown.yes, Yes::yes);
    EXPECT_EQ(node.inbox().size(), 3U);
    EXPECT_EQ(node.receive(with_tail("x", {"dmid-ext", "12345"}, ben)).code, Errc::number_extension);
    EXPECT_EQ(node.receive(with_tail("x", {"dmid-ext", "123456", "1"}, ben)).code, Errc::number_extension);
}

TEST_F(FlowTest, AcceptingReleasesWhatIsHeldAndTheNextOneGoesThrough)
{
    with_mail();
    const auto first = node.write(ann, "one");
    const auto second = node.write(ann, "two");
    const auto decided = node.accept(ann.party());
    ASSERT_TRUE(decided) << to_string(decided.error());
    EXPECT_EQ(decided->messages, 2U);
    EXPECT_TRUE(decided->party.contact);
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 2U);
    EXPECT_EQ(node.paper.sent[0].message.text, "one");
    EXPECT_EQ(node.paper.sent[0].leg.address, "me@example.org");
    EXPECT_EQ(node.message(first.id).state, State::accepted);
    EXPECT_EQ(node.message(second.id).state, State::accepted);
    const auto third = node.write(ann, "three");
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 3U);
    EXPECT_EQ(node.paper.sent[2].message.text, "three");
    EXPECT_FALSE(node.paper.sent[2].leg.repeated);
    EXPECT_EQ(node.held(ann.party()).messages, 0U);
}

TEST_F(FlowTest, WhatWasAcceptedIsKeptWhenItsTimeAsARequestIsOver)
{
    with_mail();
    const auto said = node.write(ann, "keep me");
    ASSERT_TRUE(node.accept(ann.party()));
    node.work();
    node.pass(kHoldFor + 1000);
    ASSERT_TRUE(node.mailbox->sweep(node.clock.now_ms(), 0, 100));
    EXPECT_EQ(expire_requests(*node.context, *node.served()).value(), 0U);
    EXPECT_EQ(node.message(said.id).text, "keep me");
}

TEST_F(FlowTest, RequestsExpireAfterThirtyDaysAndMakeRoom)
{
    const auto said = node.write(ann, "never answered");
    node.pass(kHoldFor - 60);
    EXPECT_EQ(expire_requests(*node.context, *node.served()).value(), 0U);
    node.pass(61);
    EXPECT_EQ(expire_requests(*node.context, *node.served()).value(), 1U);
    EXPECT_TRUE(node.inbox(true).empty());
    EXPECT_TRUE(node.mailbox->find(node.box(), said.id).value()->forgotten);
    EXPECT_EQ(node.held(ann.party()).messages, 0U);
    EXPECT_EQ(expire_requests(*node.context, *node.served()).value(), 0U);
}

// MUST POL-11
TEST_F(FlowTest, RejectsChallengesAndDropsAsThePolicySays)
{
    with_mail("default = \"reject\"\n");
    const auto rejected = node.write(ann, "x");
    EXPECT_EQ(rejected.yes, Yes::no);
    EXPECT_EQ(rejected.code, Errc::policy_rejected);
    ASSERT_TRUE(node.policy("default = \"challenge\"\n"));
    const auto challenged = node.write(ann, "x");
    EXPECT_EQ(challenged.yes, Yes::no);
    EXPECT_EQ(challenged.code, Errc::policy_challenge);
    ASSERT_TRUE(node.policy("default = \"drop\"\n"));
    EXPECT_EQ(node.write(ann, "x").yes, Yes::yes);
    EXPECT_TRUE(node.inbox().empty());
    EXPECT_TRUE(node.inbox(true).empty());
    EXPECT_EQ(node.work(), 0U);
}

TEST_F(FlowTest, WorkThatARuleAsksForIsNamedAndSuffices)
{
    with_mail("default = \"drop\"\n[[rule]]\nwho = [\"nostr\"]\ncost = { work = 8 }\ndo = \"request\"\n");
    const auto challenged = node.write(ann, "x");
    EXPECT_EQ(challenged.code, Errc::policy_challenge);
    EXPECT_EQ(challenged.work, 8U);
    seal::WrapExtras extras;
    extras.work_bits = 8;
    EXPECT_EQ(node.receive(node.wrap(ann, "y", extras)).yes, Yes::yes);
    EXPECT_EQ(node.inbox(true).size(), 1U);
}

TEST_F(FlowTest, AcceptingHonoursTheWorkThatWasBroughtAndNeverDiscardsForWantOfIt)
{
    with_mail(
        "default = \"request\"\nvia = [\"mail\"]\n[[rule]]\nwho = [\"contact\"]\ncost = { work = 8 }\ndo = "
        "\"deliver\"\n");
    seal::WrapExtras extras;
    extras.work_bits = 8;
    const auto with = node.receive(node.wrap(ann, "with work", extras));
    const auto without = node.write(ann, "without");
    ASSERT_EQ(node.accept(ann.party())->messages, 1U);
    EXPECT_EQ(node.message(with.id).state, State::queued);
    EXPECT_EQ(node.message(without.id).state, State::held);
}

TEST_F(FlowTest, WhenTheBudgetIsSpentTheDoorNamesWorkThatSuffices)
{
    node.budget.set_limits(1, 1);
    EXPECT_EQ(node.write(ann, "first").yes, Yes::yes);
    const auto refused = node.write(ann, "second");
    EXPECT_EQ(refused.code, Errc::policy_challenge);
    ASSERT_EQ(refused.work, policy::kMinDoorWork);
    seal::WrapExtras extras;
    extras.work_bits = refused.work;
    EXPECT_EQ(node.receive(node.wrap(ann, "second", extras)).yes, Yes::yes);
    EXPECT_EQ(node.inbox(true).size(), 2U);
}

TEST_F(FlowTest, SomeWorkIsNeverWorseThanNone)
{
    node.change([](Served& next) { next.document.terms.work = 20; });
    seal::WrapExtras extras;
    extras.work_bits = policy::kMinDoorWork;
    const auto said = node.receive(node.wrap(ann, "sixteen bits, and budget is left", extras));
    EXPECT_EQ(said.yes, Yes::yes) << said.reason;
}

// MUST ENV-19
TEST_F(FlowTest, OneMessageThroughTwoDoorsIsOne)
{
    const auto rumor = seal::make_text(ann.key, node.owner.key, node.clock.now(), "once");
    const auto first = node.receive(seal::to_json(node.wrap(ann, rumor)), channel::Shape::wrap, "http");
    node.pass(5);
    const auto second =
        node.receive(seal::to_json(node.wrap(ann, rumor)), channel::Shape::wrap, "nostr", "peer");
    EXPECT_EQ(first.id, second.id);
    EXPECT_FALSE(first.duplicate);
    EXPECT_TRUE(second.duplicate);
    EXPECT_EQ(second.yes, Yes::yes);
    EXPECT_EQ(node.inbox().size(), 1U);
    EXPECT_EQ(node.held(ann.party()).messages, 1U);
}

TEST_F(FlowTest, TheSameWordsOfAnotherAuthorAreAnotherMessage)
{
    Person bob;
    EXPECT_NE(node.write(ann, "same").id, node.write(bob, "same").id);
    EXPECT_EQ(node.inbox().size(), 2U);
}

TEST_F(FlowTest, TwentyMessagesOfOneSenderWaitAndNoMore)
{
    for (std::uint64_t i = 0; i < kMaxHeldMessages; ++i)
        ASSERT_EQ(node.write(ann, std::to_string(i)).yes, Yes::yes);
    const auto refused = node.write(ann, "one more");
    EXPECT_EQ(refused.yes, Yes::later);
    EXPECT_EQ(refused.code, Errc::gateway_quota);
    Person bob;
    EXPECT_EQ(node.write(bob, "somebody else").yes, Yes::yes);
}

TEST_F(FlowTest, TheBytesOfOneSenderAreCappedToo)
{
    const std::string long_text(20'000, 'x');
    int taken = 0;
    while (node.write(ann, long_text + std::to_string(taken)).yes == Yes::yes)
        ++taken;
    EXPECT_LE(node.held(ann.party()).bytes, kMaxHeldBytes);
    EXPECT_GT(taken, 1);
    EXPECT_LT(taken, 13);
}

TEST_F(FlowTest, WhenTheRoomForStrangersIsFullTheyAreToldLater)
{
    node.context->stranger_quota = 1;
    EXPECT_EQ(node.write(ann, "fills it").yes, Yes::yes);
    Person bob;
    const auto said = node.write(bob, "no room");
    EXPECT_EQ(said.yes, Yes::later);
    EXPECT_EQ(said.code, Errc::gateway_quota);
}

TEST_F(FlowTest, ABlockedSenderHearsWhatItHeardBeforeAndNothingArrives)
{
    with_mail();
    ASSERT_TRUE(node.accept(ann.party()));
    const auto before = node.write(ann, "before");
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 1U);
    ASSERT_TRUE(node.block(ann.party()));
    const auto after = node.write(ann, "after");
    node.work();
    EXPECT_EQ(node.paper.sent.size(), 1U);
    EXPECT_EQ(after.yes, before.yes);
    EXPECT_EQ(after.reason, before.reason);
    EXPECT_EQ(after.promise.size(), before.promise.size());
    EXPECT_EQ(after.duplicate, before.duplicate);
    EXPECT_TRUE(node.inbox(true).empty());
    EXPECT_EQ(node.inbox().size(), 1U);
}

TEST_F(FlowTest, ABlockedStrangerRunsIntoTheSameCapAndItLiftsWhenARequestWouldHaveExpired)
{
    ASSERT_TRUE(node.block(ann.party()));
    for (std::uint64_t i = 0; i < kMaxHeldMessages; ++i)
        ASSERT_EQ(node.write(ann, std::to_string(i)).yes, Yes::yes);
    EXPECT_EQ(node.write(ann, "one more").yes, Yes::later);
    node.pass(24 * 3600);
    ASSERT_TRUE(node.mailbox->sweep(node.clock.now_ms(), 0, 100));
    EXPECT_EQ(node.write(ann, "a day on").yes, Yes::later) << "shrinking must not show";
    EXPECT_EQ(InboxView::open(*node.mailbox)->held_bytes(node.box()).value(), 0U) << "but it frees the quota";
    node.pass(kHoldFor);
    EXPECT_EQ(node.write(ann, "a month on").yes, Yes::yes);
    EXPECT_EQ(node.held(ann.party()).messages, 1U);
}

TEST_F(FlowTest, WhatWasDroppedShrinksWithinADayAndStillDeduplicates)
{
    ASSERT_TRUE(node.block(ann.party()));
    const auto rumor = seal::make_text(ann.key, node.owner.key, node.clock.now(), std::string(5000, 'x'));
    const auto said = node.receive(node.wrap(ann, rumor));
    node.pass(24 * 3600);
    ASSERT_EQ(node.mailbox->sweep(node.clock.now_ms(), 0, 100).value(), 1U);
    const auto left = node.mailbox->find(node.box(), said.id).value();
    ASSERT_TRUE(left);
    EXPECT_TRUE(left->forgotten);
    EXPECT_LE(left->entry.meta.size() + left->entry.body.size(), store::kMaxTombstone);
    EXPECT_TRUE(node.receive(node.wrap(ann, rumor)).duplicate);
}

TEST_F(FlowTest, BlockingDiscardsWhatWaitsAndAcceptingAfterwardsUndoesIt)
{
    const auto said = node.write(ann, "waits");
    EXPECT_EQ(node.block(ann.party())->messages, 1U);
    EXPECT_EQ(node.message(said.id).state, State::discarded);
    // In the same second, and with a clock that was set back a day meanwhile.
    node.pass(-86'400);
    ASSERT_TRUE(node.accept(ann.party()));
    EXPECT_EQ(node.accept(ann.party())->party.blocked, false);
    EXPECT_EQ(node.write(ann, "again").yes, Yes::yes);
    EXPECT_EQ(node.inbox().back().text, "again");
    ASSERT_TRUE(node.block(ann.party()));
    EXPECT_TRUE(node.block(ann.party())->party.blocked);
}

// MUST TICKET-06
TEST_F(FlowTest, ATicketOpensTheDoorOnceWhenTheBudgetIsSpent)
{
    node.budget.set_limits(0, 0);
    const auto ticket = issue_ticket(*node.context, *node.served(), ann.party()).value();
    seal::WrapExtras extras;
    extras.ticket_day_key =
        seal::ticket_day_key(ticket, node.identity().number, seal::utc_day(node.clock.now()));
    const auto rumor = seal::make_text(ann.key, node.owner.key, node.clock.now(), "let me in");
    const auto wrap = node.wrap(ann, rumor, extras);
    EXPECT_EQ(node.receive(wrap).yes, Yes::yes);
    EXPECT_TRUE(node.receive(wrap).duplicate) << "the identical message again gets the identical answer";

    // The same one-time key once more, for another message, dated a day back: no second use.
    const auto other = seal::make_text(ann.key, node.owner.key, node.clock.now(), "and me");
    seal::SealRandom random{keys::random_fixed<Hash32>(), keys::random_fixed<Hash32>(), 60};
    const auto sealed = seal::make_seal(other, ann.secret, node.owner.key, node.clock.now(), random).value();
    const auto ephemeral = keys::random_private_key();
    const auto use = [&](const seal::Event& what, std::uint32_t back)
    {
        seal::WrapRandom again{ephemeral, keys::random_fixed<Hash32>(), keys::random_fixed<Hash32>(), back,
                               0};
        return node.receive(seal::make_wrap(what, node.owner.key, node.clock.now(), again, extras).value());
    };
    EXPECT_EQ(use(sealed, 60).yes, Yes::yes);
    const auto third = seal::make_text(ann.key, node.owner.key, node.clock.now(), "me too");
    const auto sealed_too =
        seal::make_seal(third, ann.secret, node.owner.key, node.clock.now(), random).value();
    EXPECT_EQ(use(sealed_too, 90'000).code, Errc::policy_rate_limited);
    EXPECT_EQ(node.write(ann, "without one").code, Errc::policy_challenge);
}

// MUST TICKET-08
TEST_F(FlowTest, ATicketShownByAnotherOpensTheDoorAndCountsForNothingMore)
{
    with_mail();
    ASSERT_TRUE(node.accept(ann.party()));
    node.budget.set_limits(0, 0);
    const auto ticket = issue_ticket(*node.context, *node.served(), ann.party()).value();
    seal::WrapExtras extras;
    extras.ticket_day_key =
        seal::ticket_day_key(ticket, node.identity().number, seal::utc_day(node.clock.now()));
    const Person bob;
    const auto rumor = seal::make_text(bob.key, node.owner.key, node.clock.now(), "I found a ticket");
    EXPECT_EQ(node.receive(node.wrap(bob, rumor, extras)).yes, Yes::yes);
    node.work();
    EXPECT_TRUE(node.paper.sent.empty()) << "the finder is no contact";
    ASSERT_EQ(node.inbox(true).size(), 1U);
    EXPECT_EQ(node.held(bob.party()).messages, 1U);
}

// MUST TICKET-07
TEST_F(FlowTest, ABlockedContactsTicketWorksAsBeforeAfterARestartToo)
{
    node.budget.set_limits(0, 0);
    const auto ticket = issue_ticket(*node.context, *node.served(), ann.party()).value();
    ASSERT_TRUE(node.block(ann.party()));
    node.reopen();
    seal::WrapExtras extras;
    extras.ticket_day_key =
        seal::ticket_day_key(ticket, node.identity().number, seal::utc_day(node.clock.now()));
    const auto wrap = node.wrap(ann, "let me in", extras);
    const auto shown =
        node.tickets->shown(node.identity().number, wrap, wrap.pubkey.view(), node.clock.now());
    ASSERT_TRUE(shown);
    EXPECT_TRUE(shown->sink);
    EXPECT_EQ(node.receive(wrap).yes, Yes::yes);
    EXPECT_TRUE(node.inbox(true).empty());
    ASSERT_TRUE(node.accept(ann.party()));
    EXPECT_FALSE(
        node.tickets->shown(node.identity().number, wrap, wrap.pubkey.view(), node.clock.now())->sink);
}

TEST_F(FlowTest, ARatedSenderIsToldLaterAndCountsSurviveARestart)
{
    with_mail(
        "default = \"reject\"\n[[rule]]\nwho = [\"nostr\"]\nrate = \"2 per day each\"\ndo = \"request\"\n");
    EXPECT_EQ(node.write(ann, "1").yes, Yes::yes);
    EXPECT_EQ(node.write(ann, "2").yes, Yes::yes);
    node.reopen();
    const auto third = node.write(ann, "3");
    EXPECT_EQ(third.yes, Yes::later);
    EXPECT_EQ(third.code, Errc::policy_rate_limited);
    Person bob;
    EXPECT_EQ(node.write(bob, "1").yes, Yes::yes);
}

TEST_F(FlowTest, ADenySetDropsWithTheAnswerThatThereWouldHaveBeen)
{
    with_mail("default = \"request\"\n[sets]\nbad = [\"nostr:" + to_hex(ann.key.view()) +
              "\"]\n[deny]\nbad = \"drop\"\n");
    const auto dropped = node.write(ann, "x");
    Person bob;
    const auto kept = node.write(bob, "x");
    EXPECT_EQ(dropped.yes, Yes::yes);
    EXPECT_EQ(dropped.promise.size(), kept.promise.size());
    ASSERT_EQ(node.inbox(true).size(), 1U);
    EXPECT_EQ(node.inbox(true)[0].with.id, model::to_string(bob.party()));
}

TEST_F(FlowTest, ForeignLateAndForgedWrapsAreRefusedByName)
{
    EXPECT_EQ(node.receive(std::string{"{}"}).code, Errc::message_event_invalid);
    auto wrap = node.wrap(ann, "x");
    wrap.sig.bytes[3] ^= 1;
    EXPECT_EQ(node.receive(wrap).code, Errc::message_signature);
    const auto old = node.wrap(ann, "x");
    node.pass(51 * 3600);
    EXPECT_EQ(node.receive(old).code, Errc::message_time);
    node.change([](Served& next) { next.keys.clear(); });
    EXPECT_EQ(node.receive(node.wrap(ann, "x")).code, Errc::gateway_not_served);
}

TEST_F(FlowTest, ALongSubjectIsCutBetweenCharacters)
{
    auto body = seal::EventBody{
        ann.key, node.clock.now(), seal::kKindText, {{"p", to_hex(node.owner.key.view())}}, "x"};
    std::string subject(997, 'a');
    body.tags.push_back({"subject", subject + "ä and more"});
    const auto said = node.receive(node.wrap(ann, seal::make_rumor(body)));
    EXPECT_EQ(said.yes, Yes::yes) << said.reason;
    EXPECT_EQ(node.message(said.id).subject, subject);
}

// MUST RCPT-04
TEST_F(FlowTest, AFullStoreSaysLaterAndLosesNothing)
{
    Node small{std::size_t{1} << 20U};
    std::vector<Hash32> taken;
    std::vector<Person> people(200);
    bool full = false;
    for (const auto& person : people)
    {
        const auto said = small.write(person, std::string(20'000, 'x'));
        if (said.yes == Yes::yes)
            taken.push_back(said.id);
        else
        {
            full = true;
            EXPECT_EQ(said.yes, Yes::later);
            EXPECT_TRUE(said.code == Errc::store_full || said.code == Errc::gateway_quota) << name(said.code);
            break;
        }
    }
    EXPECT_TRUE(full);
    small.reopen();
    EXPECT_EQ(small.inbox(true).size(), taken.size());
}

TEST_F(FlowTest, AClockADayBackTakesMessagesAndDelivers)
{
    with_mail();
    ASSERT_TRUE(node.accept(ann.party()));
    EXPECT_EQ(node.write(ann, "today").yes, Yes::yes);
    node.pass(-86'400);
    EXPECT_EQ(node.write(ann, "yesterday").yes, Yes::yes);
    node.work();
    node.pass(86'400);
    node.work();
    EXPECT_EQ(node.paper.sent.size(), 2U);
}

TEST_F(FlowTest, AnUnknownZoneMakesAPolicyInvalid)
{
    const auto with_zone = [](const std::string& zone)
    {
        return "default = \"request\"\n[[rule]]\nwhen = [\"mon-fri 09:00-17:00 " + zone +
               "\"]\ndo = \"reject\"\n";
    };
    EXPECT_TRUE(node.policy(with_zone("Europe/Berlin")));
    const auto refused = node.policy(with_zone("Europe/Nowhere"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::policy_value);
    EXPECT_EQ(node.served()->policy->position.seq, 1U) << "the last valid one stays";
}

// --- the shape `signed` ---

class SignedTest : public FlowTest
{
protected:
    Secret32 wallet = keys::random_private_key();
    seal::SignedText message(const std::string& text) const
    {
        seal::SignedText out;
        out.to = node.identity();
        out.text = text;
        out.nonce = keys::random_fixed<Hash32>();
        out.sent_at = node.clock.now();
        out.deadline = node.clock.now() + 600;
        return out;
    }
    std::string sign(seal::SignedText what) const
    {
        what.signature = crypto::sign_ecdsa(seal::signed_text_digest(what).value(), wallet).value();
        return seal::to_json(what);
    }
    channel::Answer bring(const std::string& json) { return node.receive(json, channel::Shape::signed_text); }
};

TEST_F(SignedTest, AWalletsWordIsARequestOfThatWallet)
{
    const auto said = bring(sign(message("hello")));
    ASSERT_EQ(said.yes, Yes::yes) << said.reason;
    const auto info = node.message(said.id);
    EXPECT_EQ(info.with.kind, "wallet");
    EXPECT_EQ(info.with.id, model::to_string(model::WalletAddress{crypto::address_of(wallet).value()}));
    EXPECT_EQ(info.text, "hello");
}

// MUST ENV-24
TEST_F(SignedTest, AReplayIsTheSameMessage)
{
    const auto json = sign(message("once"));
    const auto first = bring(json);
    const auto again = bring(json);
    EXPECT_EQ(first.id, again.id);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(node.inbox().size(), 1U);
    EXPECT_NE(bring(sign(message("once"))).id, first.id) << "another nonce is another message";
}

// MUST ENV-21, ENV-22
TEST_F(SignedTest, AnotherEpochAndADeadlineOutOfPlaceAreRefused)
{
    auto other = message("x");
    other.to.epoch = 2;
    EXPECT_EQ(bring(sign(other)).code, Errc::message_recipient);
    auto late = message("x");
    late.deadline = node.clock.now() - 1;
    EXPECT_EQ(bring(sign(late)).code, Errc::message_deadline);
    auto far = message("x");
    far.deadline = node.clock.now() + seal::kMaxSignedDeadline + 1;
    EXPECT_EQ(bring(sign(far)).code, Errc::message_deadline);
    EXPECT_TRUE(node.inbox().empty());
}

// MUST ENV-23
TEST_F(SignedTest, AForgedSignatureNeverCountsAsAShownProof)
{
    node.budget.set_limits(0, 0);
    node.change([](Served& next) { next.document.terms.accepts = model::bit(model::Class::wallet); });
    auto forged = message("x");
    EXPECT_EQ(bring(seal::to_json(forged)).code, Errc::crypto_signature_invalid);
    EXPECT_EQ(bring(sign(message("x"))).yes, Yes::yes);
}
} // namespace
} // namespace dmid::gateway
