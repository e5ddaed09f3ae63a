// SPDX-License-Identifier: Apache-2.0
#include "gateway/alarm_sender.hpp"
#include "gateway/app_passwords.hpp"
#include "gateway/letter_for_test.hpp"
#include "gateway/tokens.hpp"

#include <algorithm>

// What the owner says by mail: it counts with the address of one conversation and a proof, and not otherwise.
namespace dmid::gateway
{
namespace
{
using namespace testing;
using channel::OwnerWords;
using channel::Yes;

constexpr std::string_view kHome = "owner@home.example";

/// A channel that also reaches mail addresses in the clear.
class Post final : public channel::Channel
{
public:
    Paper paper{"email"};

    std::string_view name() const override { return "email"; }
    channel::Traits traits() const override { return paper.how; }
    Result<std::string> parse_address(std::string_view text) const override
    {
        return paper.parse_address(text);
    }
    std::optional<std::string> address_of(const model::Party& party) const override
    {
        const auto* address = std::get_if<model::EmailAddress>(&party);
        return address ? std::optional{address->address} : std::nullopt;
    }
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override
    {
        return paper.send(std::move(leg), std::move(message));
    }
};

/// A node whose owner reads mail at home, and has a letter of Ann there.
struct Conversation
{
    Node node;
    Post post;
    std::string token;
    std::string report;

    explicit Conversation(bool files = false)
    {
        post.paper.how.max_file_bytes = files ? 10'000'000 : 0;
        node.channels["email"] = &post;
        node.bind("mail", std::string{kHome});
        EXPECT_TRUE(node.policy(std::string{kToMail}));
        EXPECT_TRUE(node.accept(mail("ann@example.org")));
        EXPECT_EQ(hand_in(node, letter(node, "ann@example.org", "1@example.org", "Hello")).yes, Yes::yes);
        node.work();
        EXPECT_EQ(post.paper.sent.size(), 1U);
        token = post.paper.sent.at(0).message.reply_token;
        report = post.paper.sent.at(0).leg.report_token;
        post.paper.sent.clear();
    }

    OwnerWords words(const std::string& text) const
    {
        OwnerWords out;
        out.token = token;
        out.channel = "email";
        out.proof = OwnerWords::Proof::signature;
        out.address = kHome;
        out.once = {hash("mine: " + text)};
        out.native_id = "r1@home.example";
        out.text = text;
        return out;
    }
    channel::Answer say(OwnerWords what) { return run(node.flow->answer(std::move(what))); }
    channel::Answer tell(channel::Report what) { return run(node.flow->report(std::move(what))); }
    channel::Answer tell(channel::Report::Fate fate, bool gone = false)
    {
        channel::Report out;
        out.token = report;
        out.fate = fate;
        out.address_gone = gone;
        out.detail = "550 5.1.1 no such user";
        return tell(std::move(out));
    }
    bool alarmed(const std::string& what) const
    {
        const auto all = node.alarms.all();
        return std::any_of(all.begin(), all.end(), [&](const Alarm& alarm) { return alarm.what == what; });
    }
    std::size_t went_out()
    {
        node.work();
        return post.paper.sent.size();
    }
};

TEST(Answers, OfTheOwnerGoOutFromTheNumberAlone)
{
    Conversation c;
    ASSERT_EQ(c.say(c.words("Yes, tomorrow")).yes, Yes::yes);
    ASSERT_EQ(c.went_out(), 1U);
    const auto& out = c.post.paper.sent[0];
    EXPECT_EQ(out.leg.address, "ann@example.org");
    EXPECT_FALSE(out.message.to_owner);
    EXPECT_EQ(out.message.number, "8312 3456 7890 1210");
    EXPECT_EQ(out.message.text, "Yes, tomorrow");
    EXPECT_EQ(out.message.subject, "Re: A question");
    EXPECT_EQ(out.message.answers, std::vector<std::string>{"1@example.org"});
    EXPECT_TRUE(out.message.proofs.empty());
    EXPECT_TRUE(out.message.reply_token.empty());
    EXPECT_TRUE(c.node.alarms.all().empty());
}

TEST(Answers, ToANostrKeyGoOutSealed)
{
    Conversation c;
    const Person bob;
    ASSERT_TRUE(c.node.accept(bob.party()));
    ASSERT_EQ(c.node.write(bob, "Hi").yes, Yes::yes);
    c.node.work();
    auto words = c.words("Hi Bob");
    words.token = c.post.paper.sent.at(0).message.reply_token;
    ASSERT_EQ(c.say(words).yes, Yes::yes);
    c.node.work();
    ASSERT_EQ(c.node.sealing.sent.size(), 1U);
    EXPECT_EQ(c.node.sealing.sent[0].leg.address, to_hex(bob.key.view()));
    EXPECT_TRUE(c.node.sealing.sent[0].message.sealed);
}

// MUST ENV-31
TEST(Answers, WithTheRightTokenAndTheWrongSignatureAreRefusedAndTold)
{
    Conversation c;
    auto forged = c.words("Send the money there");
    forged.address = "mallory@evil.example";
    EXPECT_EQ(c.say(forged).code, Errc::gateway_unauthorised);
    EXPECT_TRUE(c.alarmed("answer forged"));
    auto unsigned_words = c.words("Send the money there");
    unsigned_words.proof = OwnerWords::Proof::none;
    EXPECT_EQ(c.say(unsigned_words).code, Errc::gateway_unauthorised);
    auto other_channel = c.words("Send the money there");
    other_channel.channel = "nostr";
    EXPECT_EQ(c.say(other_channel).code, Errc::gateway_unauthorised);
    auto no_value = c.words("Send the money there");
    no_value.once.clear();
    EXPECT_EQ(c.say(no_value).code, Errc::gateway_unauthorised);
    EXPECT_EQ(c.went_out(), 0U);
    // Nothing of what was tried stands in the alarm but how.
    for (const auto& alarm : c.node.alarms.all())
        EXPECT_EQ(alarm.words.find("mallory"), std::string::npos);
}

TEST(Answers, WithTheRightSignatureAndTheWrongTokenAreRefused)
{
    Conversation c;
    auto words = c.words("Yes");
    for (const auto& token :
         {std::string(26, 'a'), std::string{}, c.report, c.token.substr(0, 25), "x" + c.token.substr(1)})
    {
        words.token = token;
        if (token == c.token)
            continue;
        EXPECT_EQ(c.say(words).code, Errc::gateway_not_served) << token;
    }
    EXPECT_EQ(c.went_out(), 0U);
}

// MUST ENV-32
TEST(Answers, ThatAreReplayedToAnotherConversationAreRefusedAndTold)
{
    Conversation c;
    ASSERT_TRUE(c.node.accept(mail("bob@example.org")));
    ASSERT_EQ(hand_in(c.node, letter(c.node, "bob@example.org", "7@example.org", "Hi")).yes, Yes::yes);
    c.node.work();
    const auto to_bob = c.post.paper.sent.at(0).message.reply_token;
    c.post.paper.sent.clear();
    auto words = c.words("Yes");
    ASSERT_EQ(c.say(words).yes, Yes::yes);
    ASSERT_EQ(c.went_out(), 1U);
    words.token = to_bob;
    EXPECT_EQ(c.say(words).code, Errc::gateway_duplicate_conflict);
    EXPECT_TRUE(c.alarmed("answer replayed"));
    EXPECT_EQ(c.went_out(), 1U);
}

TEST(Answers, ThatComeTwiceGoOutOnceAndAreTold)
{
    Conversation c;
    ASSERT_EQ(c.say(c.words("Yes")).yes, Yes::yes);
    c.node.reopen();
    const auto again = c.say(c.words("Yes"));
    EXPECT_EQ(again.yes, Yes::yes);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(c.went_out(), 1U);
    EXPECT_TRUE(c.alarmed("answer repeated"));
}

/// A second number of the node, of somebody else.
model::Identity neighbour(const Node& node)
{
    auto identity = node.identity();
    identity.number = other_number(node);
    return identity;
}

TEST(Answers, FromAnotherOwnerOnTheNodeAreRefused)
{
    Conversation c;
    Served other = *c.node.served();
    other.identity = neighbour(c.node);
    c.node.served_numbers.put(other);
    const auto box = mailbox_of(other.identity);
    ASSERT_TRUE(
        c.node.bindings->begin(box, "mail", "email", "other@home.example", "aaaa-bbbb", c.node.clock.now()));
    ASSERT_TRUE(c.node.bindings->confirm(box, "mail", "aaaa-bbbb", c.node.clock.now()));
    auto words = c.words("I am not the owner of this number");
    words.address = "other@home.example";
    EXPECT_EQ(c.say(words).code, Errc::gateway_unauthorised);
    const auto theirs = make_app_password(*c.node.context, other, "mail").value();
    const auto account = run(c.node.flow->sign_in(theirs.user, theirs.password, "192.0.2.9")).value();
    words.proof = OwnerWords::Proof::session;
    words.account = account;
    EXPECT_EQ(c.say(words).code, Errc::gateway_unauthorised);
    EXPECT_EQ(c.went_out(), 0U);
    EXPECT_TRUE(c.alarmed("answer forged"));
}

// MUST ENV-34
TEST(Answers, ThatAProgramMadeGoNowhereAndRaiseNoAlarm)
{
    Conversation c;
    auto words = c.words("I am on holiday");
    words.automatic = true;
    EXPECT_EQ(c.say(words).code, Errc::policy_rejected);
    EXPECT_EQ(c.went_out(), 0U);
    EXPECT_TRUE(c.node.alarms.all().empty());
}

TEST(Answers, OfAQuarantinedAddressCountForNothing)
{
    Conversation c;
    ASSERT_TRUE(
        c.node.bindings->set_state(c.node.box(), "mail", BindingState::quarantined, c.node.clock.now()));
    EXPECT_EQ(c.say(c.words("Yes")).code, Errc::gateway_unauthorised);
}

// MUST ENV-33
TEST(Answers, ThatNameABoundAddressWaitForTheOwner)
{
    Conversation c;
    const auto held = c.say(c.words("Write to me at OWNER@home.example"));
    ASSERT_EQ(held.yes, Yes::yes);
    EXPECT_EQ(c.went_out(), 0U);
    EXPECT_TRUE(c.alarmed("answer held"));
    const auto waiting = c.node.inbox(true);
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_FALSE(waiting[0].incoming);
    EXPECT_NE(waiting[0].why.find("one of your own addresses"), std::string::npos);
    Reference which;
    which.message = waiting[0].id;
    ASSERT_TRUE(run(accept(*c.node.context, c.node.served(), which)));
    EXPECT_EQ(c.went_out(), 1U);
    EXPECT_TRUE(c.node.inbox(true).empty());
    EXPECT_FALSE(run(accept(*c.node.context, c.node.served(), which)));
}

TEST(Answers, ThatAreHeldLapseAndNeverGoOut)
{
    Conversation c;
    auto words = c.words("Hm");
    words.hold = "a file could not be cleaned";
    ASSERT_EQ(c.say(words).yes, Yes::yes);
    // Accepting their sender again does not send what the owner said.
    ASSERT_TRUE(c.node.accept(mail("ann@example.org")));
    EXPECT_EQ(c.went_out(), 0U);
    c.node.pass(kHoldFor + 1);
    EXPECT_EQ(expire_requests(*c.node.context, *c.node.served()).value(), 1U);
    EXPECT_TRUE(c.node.inbox(true).empty());
    EXPECT_EQ(c.went_out(), 0U);
}

TEST(Answers, TakeTheirFilesAlongWhereTheyAreCarried)
{
    Conversation c{true};
    auto words = c.words("Here");
    words.files = {file_of("plan.txt", noise(1000))};
    ASSERT_EQ(c.say(words).yes, Yes::yes);
    ASSERT_EQ(c.went_out(), 1U);
    ASSERT_EQ(c.post.paper.sent[0].message.files.size(), 1U);
    EXPECT_EQ(all_of(c.post.paper.sent[0].message.files[0]), noise(1000));
}

TEST(Answers, WithFilesThatAreNotCarriedWaitAndGoWithoutThem)
{
    Conversation c;
    auto words = c.words("Here");
    words.files = {file_of("plan.txt", noise(1000))};
    ASSERT_EQ(c.say(words).yes, Yes::yes);
    EXPECT_EQ(c.went_out(), 0U);
    Reference which;
    which.message = c.node.inbox(true).at(0).id;
    ASSERT_TRUE(run(accept(*c.node.context, c.node.served(), which)));
    ASSERT_EQ(c.went_out(), 1U);
    EXPECT_TRUE(c.post.paper.sent[0].message.files.empty());
}

TEST(Answers, HaveAnAddressThatExpires)
{
    Conversation c;
    channel::Destination there;
    there.kind = channel::Destination::Kind::reply;
    there.token = c.token;
    EXPECT_EQ(run(c.node.flow->expects(there)).yes, Yes::yes);
    c.node.reopen();
    EXPECT_EQ(run(c.node.flow->expects(there)).yes, Yes::yes);
    c.node.pass(kReplyPeriods * kReplyPeriod);
    EXPECT_EQ(run(c.node.flow->expects(there)).yes, Yes::yes);
    c.node.pass(kReplyPeriod);
    EXPECT_EQ(run(c.node.flow->expects(there)).code, Errc::gateway_not_served);
    EXPECT_EQ(c.say(c.words("Late")).code, Errc::gateway_not_served);
}

TEST(Answers, AreKnownByNumberReplyAndReportAddresses)
{
    Conversation c;
    channel::Destination there;
    there.number = c.node.identity().number;
    EXPECT_EQ(run(c.node.flow->expects(there)).yes, Yes::yes);
    there.ext = model::Tail::from_value(123456).value();
    EXPECT_EQ(run(c.node.flow->expects(there)).yes, Yes::yes);
    there.kind = channel::Destination::Kind::report;
    there.token = c.report;
    EXPECT_EQ(run(c.node.flow->expects(there)).yes, Yes::yes);
    there.token = c.token;
    EXPECT_EQ(run(c.node.flow->expects(there)).code, Errc::gateway_not_served);
}

TEST(AppPasswords, OpenASessionThatAnswersAsTheOwner)
{
    Conversation c;
    const auto made = make_app_password(*c.node.context, *c.node.served(), "mail").value();
    const auto account = run(c.node.flow->sign_in(made.user + "@node.example", made.password, "192.0.2.9"));
    ASSERT_TRUE(account);
    auto words = c.words("From my mail program");
    words.proof = OwnerWords::Proof::session;
    words.address.clear();
    words.once.clear();
    words.account = *account;
    ASSERT_EQ(c.say(words).yes, Yes::yes);
    EXPECT_TRUE(c.say(words).duplicate);
    EXPECT_EQ(c.went_out(), 1U);
    ASSERT_TRUE(revoke_app_password(*c.node.context, *c.node.served(), "mail"));
    EXPECT_FALSE(run(c.node.flow->sign_in(made.user, made.password, "192.0.2.9")));
    words.native_id = "r2";
    EXPECT_EQ(c.say(words).code, Errc::gateway_unauthorised);
}

TEST(AppPasswords, EndWithTheirBindingAndAreNotGuessedAt)
{
    Conversation c;
    EXPECT_EQ(make_app_password(*c.node.context, *c.node.served(), "phone").error().code,
              Errc::gateway_no_such_entry);
    const auto made = make_app_password(*c.node.context, *c.node.served(), "mail").value();
    EXPECT_EQ(canonical_code(made.password).size(), 26U);
    EXPECT_FALSE(run(c.node.flow->sign_in(made.user, "wrong", "192.0.2.9")));
    EXPECT_FALSE(run(c.node.flow->sign_in("nobody", made.password, "192.0.2.9")));
    for (int i = 0; i < 20; ++i)
        (void)run(c.node.flow->sign_in(made.user, "wrong", "192.0.2.66"));
    EXPECT_FALSE(run(c.node.flow->sign_in(made.user, made.password, "192.0.2.66")));
    EXPECT_TRUE(run(c.node.flow->sign_in(made.user, made.password, "192.0.2.9")));
    ASSERT_TRUE(c.node.bindings->remove(c.node.box(), "mail"));
    EXPECT_FALSE(run(c.node.flow->sign_in(made.user, made.password, "192.0.2.9")));
}

TEST(Reports, OfAFailureEndALegThatWasAcceptedAndQuarantineWhatIsGone)
{
    Conversation c;
    const auto id = c.node.inbox().at(0).id;
    EXPECT_EQ(c.node.message(id).state, State::accepted);
    ASSERT_EQ(c.tell(channel::Report::Fate::delayed).yes, Yes::yes);
    EXPECT_EQ(c.node.message(id).state, State::accepted);
    ASSERT_EQ(c.tell(channel::Report::Fate::failed, true).yes, Yes::yes);
    EXPECT_EQ(c.node.message(id).state, State::failed);
    const auto receipts = c.node.message(id).receipts.size();
    ASSERT_EQ(c.tell(channel::Report::Fate::failed, true).yes, Yes::yes);
    EXPECT_EQ(c.node.message(id).receipts.size(), receipts);
    EXPECT_EQ(c.node.bindings->find(c.node.box(), "mail").value()->state, BindingState::quarantined);
    EXPECT_TRUE(c.alarmed("way mail"));
    // No report causes a message to anybody.
    EXPECT_EQ(c.went_out(), 0U);
    EXPECT_TRUE(c.node.sealing.sent.empty());
}

TEST(Reports, NeverSayMoreThanTheChannelConfirms)
{
    Conversation c;
    const auto id = c.node.inbox().at(0).id;
    ASSERT_EQ(c.tell(channel::Report::Fate::delivered).yes, Yes::yes);
    EXPECT_EQ(c.node.message(id).state, State::accepted);
    Conversation more;
    more.post.paper.how.confirms = channel::Confirms::delivered;
    ASSERT_EQ(more.tell(channel::Report::Fate::delivered).yes, Yes::yes);
    EXPECT_EQ(more.node.message(more.node.inbox().at(0).id).state, State::delivered);
    ASSERT_EQ(more.tell(channel::Report::Fate::failed).yes, Yes::yes);
    EXPECT_EQ(more.node.message(more.node.inbox().at(0).id).state, State::delivered);
}

// MUST ENV-35
TEST(Reports, WithAForgedTokenDoNothing)
{
    Conversation c;
    channel::Report forged;
    forged.address_gone = true;
    for (const auto& token : {std::string(26, 'a'), c.token, c.report.substr(0, 10) + std::string(16, 'b')})
    {
        forged.token = token;
        EXPECT_EQ(c.tell(forged).code, Errc::gateway_not_served);
    }
    EXPECT_EQ(c.node.message(c.node.inbox().at(0).id).state, State::accepted);
    EXPECT_EQ(c.node.bindings->find(c.node.box(), "mail").value()->state, BindingState::bound);
}

TEST(Reports, AboutAnAddressThatWasBoundAnewLeaveTheNewOneAlone)
{
    Conversation c;
    c.node.pass(10);
    c.node.bind("mail", "new@home.example");
    ASSERT_EQ(c.tell(channel::Report::Fate::failed, true).yes, Yes::yes);
    EXPECT_EQ(c.node.bindings->find(c.node.box(), "mail").value()->state, BindingState::bound);
}

TEST(AlarmSending, GoesOverAnotherWayOnceAnHour)
{
    Conversation c;
    ASSERT_EQ(c.tell(channel::Report::Fate::failed, true).yes, Yes::yes);
    c.node.pass(kAlarmPatience);
    EXPECT_EQ(run(send_alarms(*c.node.context)), 0U) << "there is no other way";
    c.node.bind("phone", "second@home.example");
    EXPECT_EQ(run(send_alarms(*c.node.context)), 1U);
    ASSERT_EQ(c.post.paper.sent.size(), 1U);
    EXPECT_EQ(c.post.paper.sent[0].leg.address, "second@home.example");
    EXPECT_TRUE(c.post.paper.sent[0].message.made_by_node);
    EXPECT_EQ(c.post.paper.sent[0].message.text.find(kHome), std::string::npos);
    EXPECT_EQ(run(send_alarms(*c.node.context)), 0U);
    c.node.pass(3600);
    EXPECT_EQ(run(send_alarms(*c.node.context)), 1U);
}

TEST(AlarmSending, ThatFailsRaisesNothingAndTriesTheNextWay)
{
    Conversation c;
    c.node.bind("phone", "second@home.example");
    c.node.alarms.raise("index", "the follower halted", c.node.clock.now());
    c.node.pass(kAlarmPatience);
    channel::Attempt dead;
    dead.outcome = channel::Outcome::unreachable;
    c.post.paper.script = {dead};
    EXPECT_EQ(run(send_alarms(*c.node.context)), 1U);
    EXPECT_EQ(c.post.paper.sent.size(), 2U);
    EXPECT_EQ(c.node.alarms.all().size(), 1U);
}

TEST(AlarmSending, TellsAnOwnerNothingOfAnother)
{
    Conversation c;
    AlarmScope scope;
    scope.number = neighbour(c.node).number;
    c.node.alarms.raise("answer forged", "somebody", c.node.clock.now(), scope);
    c.node.pass(kAlarmPatience);
    EXPECT_EQ(run(send_alarms(*c.node.context)), 0U);
}

TEST(OwnerSends, FirstLettersToMailAddressesWhereAChannelReachesThem)
{
    Conversation c;
    const auto sent =
        run(send(*c.node.context, c.node.served(), "mailto:new@example.org", "Hello", "Subject", false));
    ASSERT_TRUE(sent) << to_string(sent.error());
    ASSERT_EQ(c.went_out(), 1U);
    EXPECT_EQ(c.post.paper.sent[0].leg.address, "new@example.org");
    EXPECT_EQ(c.post.paper.sent[0].message.subject, "Subject");
    // What comes back belongs to the same conversation, from somebody whom the owner wrote to.
    const auto back = hand_in(c.node, letter(c.node, "new@example.org", "9@example.org", "Hello back"));
    ASSERT_EQ(back.yes, Yes::yes);
    EXPECT_EQ(c.node.message(back.id).thread, sent->thread);
    EXPECT_EQ(c.node.message(back.id).state, State::queued);
    Node without;
    EXPECT_EQ(
        run(send(*without.context, without.served(), "mailto:a@example.org", "Hi", "", false)).error().code,
        Errc::internal_unsupported);
}
} // namespace
} // namespace dmid::gateway
