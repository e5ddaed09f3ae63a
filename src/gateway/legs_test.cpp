// SPDX-License-Identifier: Apache-2.0
// What becomes of legs: outcomes, retries, cuts, fallbacks, expiry.
#include "gateway/backoff.hpp"
#include "gateway/legs.hpp"
#include "gateway/letters.hpp"
#include "gateway/node_for_test.hpp"
#include "gateway/owner.hpp"
#include "gateway/receipts_out.hpp"
#include "gateway/stages.hpp"
#include "model/npub.hpp"
#include "seal/dmid_tag.hpp"
#include "seal/envelope_id.hpp"

namespace dmid::gateway
{
namespace
{
using channel::Outcome;
using testing::Node;
using testing::Person;
using testing::run;

class LegsTest : public ::testing::Test
{
protected:
    Node node;
    Person ann;

    void SetUp() override
    {
        node.bind("mail", "me@example.org");
        ASSERT_TRUE(node.policy("default = \"deliver\"\nvia = [\"mail\"]\n"));
    }
    channel::Attempt attempt(Outcome outcome, std::string detail = "words of theirs") const
    {
        channel::Attempt out;
        out.outcome = outcome;
        out.detail = std::move(detail);
        return out;
    }
    Hash32 write(const std::string& text = "hello") { return node.write(ann, text).id; }
};

// MUST RCPT-05
TEST_F(LegsTest, AnAcceptedLegIsAcceptedAndNeverMore)
{
    const auto id = write();
    node.work();
    const auto info = node.message(id);
    EXPECT_EQ(info.state, State::accepted);
    ASSERT_EQ(info.receipts.size(), 1U);
    EXPECT_EQ(info.receipts[0].label, "mail");
    EXPECT_FALSE(info.receipts[0].repeated);
}

TEST_F(LegsTest, AConfirmedLegIsDelivered)
{
    auto confirmed = attempt(Outcome::accepted);
    confirmed.reached = channel::Confirms::delivered;
    node.paper.script = {confirmed};
    const auto id = write();
    node.work();
    EXPECT_EQ(node.message(id).state, State::delivered);
}

TEST_F(LegsTest, ALetterNamesTheNewestOfItsThreadForThreading)
{
    std::vector<Hash32> legs;
    for (int i = 0; i < 40; ++i)
    {
        // What the owner says in between is not named, and pushes nothing out.
        if (i % 3 == 0)
        {
            const auto mine = run(send(*node.context, node.served(), model::to_npub(ann.key),
                                       "mine " + std::to_string(i), {}, false));
            ASSERT_TRUE(mine) << to_string(mine.error());
        }
        write("hello " + std::to_string(i));
        node.work();
        ASSERT_EQ(node.paper.sent.size(), legs.size() + 1);
        const auto& earlier = node.paper.sent.back().message.earlier;
        const auto count = std::min<std::size_t>(legs.size(), 8);
        EXPECT_EQ(earlier, std::vector<Hash32>(legs.end() - static_cast<std::ptrdiff_t>(count), legs.end()));
        legs.push_back(node.paper.sent.back().leg.id);
    }
}

TEST_F(LegsTest, ARefusedLegFailsForGoodAndSaysWhy)
{
    node.paper.script = {attempt(Outcome::refused)};
    const auto id = write();
    node.work();
    const auto info = node.message(id);
    EXPECT_EQ(info.state, State::failed);
    EXPECT_EQ(info.why, "words of theirs");
    node.pass(86'400);
    EXPECT_EQ(node.work(), 0U);
}

TEST_F(LegsTest, ADeferredLegComesAgainNotBeforeTheTimeNamed)
{
    auto deferred = attempt(Outcome::deferred);
    deferred.retry_at = (Node::kStart + 900) * 1000;
    node.paper.script = {deferred};
    const auto id = write();
    node.work();
    node.pass(899);
    EXPECT_EQ(node.work(), 0U);
    node.pass(1);
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 2U);
    EXPECT_EQ(node.paper.sent[0].leg.id, node.paper.sent[1].leg.id);
    EXPECT_FALSE(node.paper.sent[1].leg.repeated) << "nothing had been handed over";
    EXPECT_EQ(node.paper.sent[1].leg.attempt, 1U);
    EXPECT_EQ(node.message(id).state, State::accepted);
}

TEST_F(LegsTest, AnUncertainLegIsSentAgainUnderTheSameIdAndMarked)
{
    node.paper.script = {attempt(Outcome::uncertain)};
    const auto id = write();
    node.work();
    node.pass(13);
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 2U);
    EXPECT_EQ(node.paper.sent[0].leg.id, node.paper.sent[1].leg.id);
    EXPECT_FALSE(node.paper.sent[0].leg.repeated);
    EXPECT_TRUE(node.paper.sent[1].leg.repeated);
    EXPECT_TRUE(node.message(id).receipts.back().repeated);
}

TEST_F(LegsTest, ALegThatWasCutIsSentAgainAndMarked)
{
    const auto id = write();
    // The fan-out runs; the leg is claimed, and the process ends behind the handing over.
    auto items = node.mailbox->claim(kFanOutQueue, node.clock.now_ms(), 90'000, 1).value();
    ASSERT_EQ(items.size(), 1U);
    run(node.flow->route(std::move(items[0])));
    ASSERT_EQ(node.mailbox->claim(queue_of("email"), node.clock.now_ms(), 90'000, 1)->size(), 1U);
    node.reopen();
    node.pass(91);
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 1U);
    EXPECT_TRUE(node.paper.sent[0].leg.repeated);
    EXPECT_EQ(node.message(id).state, State::accepted);
    node.pass(7 * 86'400);
    EXPECT_EQ(node.work(), 0U);
}

TEST_F(LegsTest, AFanOutThatWasCutIsDoneOnce)
{
    write();
    ASSERT_EQ(node.mailbox->claim(kFanOutQueue, node.clock.now_ms(), 90'000, 1)->size(), 1U);
    node.reopen();
    node.pass(91);
    node.work();
    EXPECT_EQ(node.paper.sent.size(), 1U);
}

TEST_F(LegsTest, AnUnreachableChannelIsTriedForFiveDaysThenItFails)
{
    for (int i = 0; i < 2000; ++i)
        node.paper.script.push_back(attempt(Outcome::unreachable));
    const auto id = write();
    for (int hour = 0; hour < 24 * 6; ++hour)
    {
        node.work();
        node.pass(3600);
    }
    EXPECT_EQ(node.message(id).state, State::failed);
    EXPECT_GT(node.paper.sent.size(), 60U);
    EXPECT_LT(node.paper.sent.size(), 200U);
    bool alarmed = false;
    for (const auto& alarm : node.alarms.all())
        alarmed = alarmed || alarm.what == "way mail";
    EXPECT_TRUE(alarmed);
    node.paper.script.clear();
    write("again");
    node.work();
    EXPECT_TRUE(node.alarms.all().empty()) << "a success ends the alarm";
}

TEST_F(LegsTest, AFallbackGoesOnlyIfNothingBeforeItSucceeded)
{
    node.bind("phone", "phone@example.org");
    ASSERT_TRUE(
        node.policy("default = \"deliver\"\nvia = [{ to = \"phone\", within = \"10m\", notice = true }, "
                    "\"mail\"]\n"));
    write("first");
    node.work();
    node.pass(601);
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 1U);
    EXPECT_EQ(node.paper.sent[0].leg.address, "phone@example.org");
    EXPECT_TRUE(node.paper.sent[0].message.notice);

    node.paper.script = {attempt(Outcome::refused)};
    const auto second = write("second");
    node.work();
    EXPECT_EQ(node.message(second).state, State::queued) << "the fallback is still to come";
    node.pass(601);
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 3U);
    EXPECT_EQ(node.paper.sent[2].leg.address, "me@example.org");
    EXPECT_FALSE(node.paper.sent[2].message.notice);
    EXPECT_EQ(node.message(second).state, State::accepted);
}

TEST_F(LegsTest, ALabelThatIsNotBoundAnyMoreFailsAndSaysSo)
{
    const auto id = write();
    ASSERT_TRUE(node.bindings->remove(node.box(), "mail"));
    node.work();
    const auto info = node.message(id);
    EXPECT_EQ(info.state, State::failed);
    EXPECT_NE(info.why.find("not bound"), std::string::npos);
    EXPECT_TRUE(node.paper.sent.empty());
}

TEST_F(LegsTest, WordsOfAChannelThatAreNoTextDoNotStopTheOutcome)
{
    node.paper.script = {attempt(Outcome::refused, "\xff\xfe" + std::string(5000, 'x'))};
    const auto id = write();
    node.work();
    EXPECT_EQ(node.message(id).state, State::failed);
}

TEST_F(LegsTest, AMessageToANostrKeyGoesOutSealedAndUnderOneIdPerLeg)
{
    const auto sent = run(send(*node.context, node.served(), model::to_string(ann.party()), "hi", "", false));
    ASSERT_TRUE(sent) << to_string(sent.error());
    node.work();
    ASSERT_EQ(node.sealing.sent.size(), 1U);
    const auto& message = node.sealing.sent[0].message;
    ASSERT_TRUE(message.sealed);
    EXPECT_EQ(message.sealed->recipient, ann.key);
    EXPECT_EQ(node.message(sent->id).state, State::accepted);
    // Whoever was written to has been answered.
    EXPECT_TRUE(InboxView::open(*node.mailbox)->contact(node.box(), {ann.party()})->answered());
}

TEST_F(LegsTest, TheSameWordsTwiceInASecondAreTwoMessages)
{
    const auto one = run(send(*node.context, node.served(), model::to_string(ann.party()), "ok", "", false));
    const auto two = run(send(*node.context, node.served(), model::to_string(ann.party()), "ok", "", false));
    ASSERT_TRUE(one && two);
    EXPECT_NE(one->id, two->id);
    node.work();
    EXPECT_EQ(node.sealing.sent.size(), 2U);
}

TEST_F(LegsTest, WhatNamesABoundAddressDoesNotLeave)
{
    const auto refused = run(send(*node.context, node.served(), model::to_string(ann.party()),
                                  "write to ME@example.org", "", false));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::channel_mask_broken);
    EXPECT_TRUE(
        run(send(*node.context, node.served(), model::to_string(ann.party()), "me@example.org", "", true)));
}

TEST_F(LegsTest, AnAnswerNamesWhatItAnswers)
{
    const auto id = write("a question");
    const auto sent = run(reply(*node.context, node.served(), Reference{id, {}, {}}, "an answer", false));
    ASSERT_TRUE(sent) << to_string(sent.error());
    EXPECT_EQ(sent->thread, node.message(id).thread);
    const auto stored = node.mailbox->find(node.box(), sent->id).value();
    const auto rumor = seal::parse_rumor(decode_letter(stored->entry.body)->rumor).value();
    EXPECT_NE(seal::find_tag(rumor, "e"), nullptr);
}

// --- receipts between numbers ---

class ReceiptsTest : public LegsTest
{
protected:
    model::Identity other() const
    {
        return {node.resolver->network(), model::Number::parse("8345 6789 0123 4548").value(), 1};
    }
    /// A message of a proven number, as resolve would have left it.
    Arrival arrive(const seal::Rumor& rumor)
    {
        Arrival arrival;
        arrival.in.door = "http";
        arrival.in.source = "192.0.2.7";
        arrival.in.body = seal::to_json(node.wrap(ann, rumor));
        arrival.now = node.clock.now();
        EXPECT_FALSE(receive(*node.context, arrival));
        EXPECT_FALSE(authenticate(*node.context, arrival));
        arrival.envelope.from = {other()};
        arrival.envelope.classes |= model::bit(model::Class::dmid_holder);
        model::Document document;
        document.inbox_key = ann.key;
        KeyFacts facts;
        facts.final = true;
        facts.from_first_sight = true;
        arrival.standing = node.pins->judge(node.box(), other(), document, facts, arrival.now).value();
        EXPECT_FALSE(authorise(*node.context, arrival));
        bool duplicate = false;
        EXPECT_FALSE(run(keep(*node.context, arrival, duplicate)));
        return arrival;
    }
    Arrival arrive(const std::string& text)
    {
        return arrive(seal::make_text(ann.key, node.owner.key, node.clock.now(), text));
    }
    /// The receipts that are on their way to the other side.
    std::vector<model::SignedReceipt> told() const
    {
        std::vector<model::SignedReceipt> out;
        const auto log = node.mailbox->read(node.box(), 1, 1000).value();
        for (const auto& stored : log)
        {
            if (stored.entry.kind != static_cast<std::uint16_t>(Kind::outgoing))
                continue;
            const auto rumor = seal::parse_rumor(decode_letter(stored.entry.body)->rumor).value();
            if (const auto* tag = seal::find_tag(rumor, kReceiptTag))
                out.push_back(model::decode_receipt(from_base64url((*tag)[1]).value()).value());
        }
        return out;
    }
};

// MUST RCPT-06
TEST_F(ReceiptsTest, NobodyIsToldAnythingUnlessTheOwnerAllowsIt)
{
    node.paper.script = {attempt(Outcome::refused)};
    arrive("hello");
    node.work();
    EXPECT_TRUE(told().empty());
}

// MUST RCPT-06, RCPT-08
TEST_F(ReceiptsTest, AFailureIsToldWhereTheOperatorAllowsIt)
{
    node.change([](Served& next) { next.receipts = true; });
    node.paper.script = {attempt(Outcome::refused)};
    const auto arrival = arrive("hello");
    node.work();
    const auto receipts = told();
    ASSERT_EQ(receipts.size(), 1U);
    EXPECT_EQ(receipts[0].receipt.state, model::ReceiptState::failed);
    EXPECT_EQ(receipts[0].receipt.envelope, arrival.id);
    EXPECT_TRUE(model::verify_receipt(receipts[0]));
    EXPECT_TRUE(node.inbox().size() == 1U) << "no message that people see";
    EXPECT_FALSE(issued_ticket(*node.context, node.box(), other()).value()) << "a receipt grants nothing";
}

// MUST RCPT-06, RCPT-07, RCPT-08
TEST_F(ReceiptsTest, ADeliveryIsToldToTheClassesOfThePolicyAndNeverToTheBlocked)
{
    ASSERT_TRUE(node.policy("default = \"deliver\"\nvia = [\"mail\"]\nreceipts = [\"dmid-holder\"]\n"));
    auto confirmed = attempt(Outcome::accepted);
    confirmed.reached = channel::Confirms::delivered;
    node.paper.script = {confirmed, confirmed};
    arrive("one");
    node.work();
    ASSERT_EQ(told().size(), 1U);
    EXPECT_EQ(told()[0].receipt.state, model::ReceiptState::delivered);
    arrive("two");
    ASSERT_TRUE(node.block(other()));
    node.work();
    EXPECT_EQ(told().size(), 1U);
}

// MUST RCPT-08
TEST_F(ReceiptsTest, AnExpiredRequestIsToldWhereReceiptsAreOn)
{
    ASSERT_TRUE(node.policy("default = \"request\"\n"));
    arrive("waits");
    node.pass(kHoldFor + 1);
    EXPECT_EQ(expire_requests(*node.context, *node.served()).value(), 1U);
    EXPECT_TRUE(told().empty());
    node.change([](Served& next) { next.receipts = true; });
    arrive("waits too");
    node.pass(kHoldFor + 1);
    EXPECT_EQ(expire_requests(*node.context, *node.served()).value(), 1U);
    ASSERT_EQ(told().size(), 1U);
    EXPECT_EQ(told()[0].receipt.state, model::ReceiptState::expired);
}

// MUST RCPT-09
TEST_F(ReceiptsTest, WhoWasNeverWrittenToSendsOrdinaryMessages)
{
    ASSERT_TRUE(node.policy("default = \"request\"\n"));
    auto body = seal::EventBody{
        ann.key, node.clock.now(), seal::kKindText, {{"p", to_hex(node.owner.key.view())}}, "a receipt"};
    body.tags.push_back({std::string{kControlTag}, "receipt"});
    arrive(seal::make_rumor(body));
    ASSERT_EQ(node.inbox(true).size(), 1U);
    EXPECT_EQ(node.inbox(true)[0].text, "a receipt");
}

// MUST RCPT-10, RCPT-11
TEST_F(ReceiptsTest, AReceiptOfTheirsStandsAtOurMessageAndForgeriesDoNot)
{
    // Our letter to them, as a node that could resolve would have written it.
    Draft draft;
    draft.text = "did it arrive?";
    auto letter = write_letter(*node.context, *node.served(), other(), ann.key, std::move(draft)).value();
    const auto sent = letter.entries.front().id;
    ASSERT_TRUE(node.mailbox->append(std::move(letter)));

    Person their_node;
    model::SignedReceipt receipt;
    receipt.receipt.envelope = seal::envelope_id_rumor(other(), sent, node.owner.key);
    receipt.receipt.to = other();
    receipt.receipt.state = model::ReceiptState::delivered;
    receipt.receipt.at = node.clock.now();
    receipt.node_key = their_node.key;
    const auto control = [&](const model::SignedReceipt& what, const Hash32& about)
    {
        auto body = seal::EventBody{
            ann.key, node.clock.now(), seal::kKindText, {{"p", to_hex(node.owner.key.view())}}, ""};
        body.tags.push_back({"e", to_hex(about.view())});
        body.tags.push_back({std::string{kControlTag}, "receipt"});
        body.tags.push_back({std::string{kReceiptTag}, to_base64url(model::encode_receipt(what))});
        return seal::make_rumor(body);
    };
    arrive(control(receipt, sent)); // not signed
    EXPECT_TRUE(node.message(sent).receipts.empty());
    receipt.signature = crypto::sign_schnorr(model::receipt_message(receipt.receipt, receipt.node_key),
                                             their_node.secret, Hash32{})
                            .value();
    auto elsewhere = receipt;
    elsewhere.receipt.to.epoch += 1;
    elsewhere.receipt.envelope = seal::envelope_id_rumor(elsewhere.receipt.to, sent, node.owner.key);
    elsewhere.signature = crypto::sign_schnorr(model::receipt_message(elsewhere.receipt, elsewhere.node_key),
                                               their_node.secret, Hash32{})
                              .value();
    node.pass(1);
    arrive(control(elsewhere, sent)); // of another epoch than its author
    EXPECT_TRUE(node.message(sent).receipts.empty());
    node.pass(1);
    arrive(control(receipt, Hash32{})); // about no message of ours
    EXPECT_TRUE(node.message(sent).receipts.empty());
    node.pass(1);
    arrive(control(receipt, sent));
    const auto info = node.message(sent);
    ASSERT_EQ(info.receipts.size(), 1U);
    EXPECT_EQ(info.state, State::delivered);
    EXPECT_EQ(info.receipts[0].detail, "their node says: delivered");
    EXPECT_EQ(node.inbox().size(), 1U) << "control messages are never shown";
}
} // namespace
} // namespace dmid::gateway
