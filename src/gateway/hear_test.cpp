// SPDX-License-Identifier: Apache-2.0
#include "gateway/known_as.hpp"
#include "gateway/letter_for_test.hpp"
#include "media/testing_images.hpp"

// What people say to the node's account on a platform: strangers begin with a number, owners answer messages.
namespace dmid::gateway
{
namespace
{
using namespace testing;
using channel::ChatLine;
using channel::Heard;
using channel::Yes;

/// A platform where one account speaks for all numbers; it gives each message that it takes the next id.
class Platform final : public channel::Channel
{
public:
    Paper paper;
    unsigned next_id = 100;

    explicit Platform(std::string called, bool proves)
        : paper{std::move(called)}
    {
        paper.how.inbound = true;
        paper.how.proves_sender = proves;
        paper.how.replies = proves;
    }
    std::string_view name() const override { return paper.name(); }
    channel::Traits traits() const override { return paper.how; }
    Result<std::string> parse_address(std::string_view text) const override { return std::string{text}; }
    std::optional<std::string> address_of(const model::Party& party) const override
    {
        const auto* account = std::get_if<model::PlatformAccount>(&party);
        return account != nullptr && account->platform == name() ? std::optional{account->id} : std::nullopt;
    }
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override
    {
        auto attempt = co_await paper.send(std::move(leg), std::move(message));
        if (attempt.outcome == channel::Outcome::accepted)
            attempt.known_as = {std::to_string(next_id++)};
        co_return attempt;
    }
};

struct Desk
{
    Node node;
    Platform telegram{"telegram", true};
    Platform sms{"sms", false};
    unsigned native = 1;

    Desk()
    {
        node.channels["telegram"] = &telegram;
        node.channels["sms"] = &sms;
    }

    ChatLine line(const std::string& account, const std::string& text, const std::string& answers = {})
    {
        ChatLine out;
        out.channel = "telegram";
        out.account = account;
        out.native_id = std::to_string(native++);
        out.answers = answers;
        out.text = text;
        out.sent_at = node.clock.now();
        out.source = "telegram " + account;
        return out;
    }
    ChatLine short_message(const std::string& account, const std::string& text)
    {
        auto out = line(account, text);
        out.channel = "sms";
        out.proven = false;
        return out;
    }
    Heard hear(ChatLine what) { return run(node.flow->hear(std::move(what))); }
    Heard hear(const std::string& account, const std::string& text, const std::string& answers = {})
    {
        return hear(line(account, text, answers));
    }
    /// The owner's second number on the same node.
    model::Number second()
    {
        Served next = *node.served();
        next.identity.number = other_number(node);
        node.served_numbers.put(std::move(next));
        return other_number(node);
    }
};

const std::string kNumber = "8312 3456 7890 1210";

// MUST ENV-37, ENV-43
TEST(Hear, AStrangerBeginsWithTheNumberAndThenJustWrites)
{
    Desk desk;
    const auto first = desk.hear("77", kNumber + " Hello there");
    EXPECT_EQ(first.answer.yes, Yes::yes);
    EXPECT_NE(first.say.find(kNumber), std::string::npos) << first.say;
    const auto next = desk.hear("77", "and one more");
    EXPECT_EQ(next.answer.yes, Yes::yes);
    EXPECT_TRUE(next.say.empty()) << "told once: " << next.say;
    const auto requests = desk.node.inbox(true);
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[0].text, "Hello there");
    EXPECT_EQ(requests[0].thread, requests[1].thread);
    EXPECT_EQ(requests[0].with.id, "telegram:77");
}

TEST(Hear, WordsWithoutANumberGoToNobodyAndSayHowToBegin)
{
    Desk desk;
    const auto heard = desk.hear("77", "Hello?");
    EXPECT_NE(heard.say.find("Begin with the number"), std::string::npos);
    EXPECT_TRUE(desk.node.inbox(true).empty());
}

TEST(Hear, DigitsThatWereMeantAsANumberAreNeverGuessedAt)
{
    Desk desk;
    const auto heard = desk.hear("77", "8312 3456 7890 1211 Hello");
    EXPECT_NE(heard.say.find("went to nobody"), std::string::npos) << heard.say;
    EXPECT_TRUE(desk.node.inbox(true).empty());
}

// MUST ENV-37
TEST(Hear, ANumberAloneChoosesWhereTheNextWordsGo)
{
    Desk desk;
    EXPECT_NE(desk.hear("77", kNumber).say.find("You write to " + kNumber), std::string::npos);
    EXPECT_TRUE(desk.node.inbox(true).empty());
    EXPECT_EQ(desk.hear("77", "Hello").answer.yes, Yes::yes);
    ASSERT_EQ(desk.node.inbox(true).size(), 1U);
    EXPECT_NE(desk.hear("78", other_number(desk.node).in_fours()).say.find("Not sent"), std::string::npos);
}

// MUST ENV-37
TEST(Hear, TwoOpenConversationsAreAskedAboutAndAnAnswerTellsThemApart)
{
    Desk desk;
    const auto second = desk.second();
    desk.hear("77", kNumber + " one");
    desk.hear("77", second.in_fours() + " two");
    const auto asked = desk.hear("77", "three");
    EXPECT_NE(asked.say.find("Whom is this for"), std::string::npos) << asked.say;
    EXPECT_NE(asked.say.find(second.in_fours()), std::string::npos);
    EXPECT_EQ(desk.node.inbox(true).size(), 1U);
    // The first line had the platform's id 1.
    EXPECT_EQ(desk.hear("77", "four", "1").answer.yes, Yes::yes);
    const auto requests = desk.node.inbox(true);
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[1].text, "four");
    desk.node.pass(2 * 24 * 3600);
    EXPECT_EQ(desk.hear("77", kNumber + " five").answer.yes, Yes::yes);
    EXPECT_TRUE(desk.hear("77", "six").say.empty()) << "the other one is a day old";
}

TEST(Hear, TheSameLineAgainIsOneMessageAndIsNotTalkedTo)
{
    Desk desk;
    const auto once = desk.line("77", kNumber + " Hello");
    EXPECT_FALSE(desk.hear(once).say.empty());
    const auto again = desk.hear(once);
    EXPECT_EQ(again.answer.yes, Yes::yes);
    EXPECT_TRUE(again.say.empty());
    EXPECT_EQ(desk.node.inbox(true).size(), 1U);
}

// MUST ENV-43
TEST(Hear, ProgramsAndChatterboxesAreNotTalkedTo)
{
    Desk desk;
    auto robot = desk.line("77", "beep");
    robot.automatic = true;
    EXPECT_TRUE(desk.hear(robot).say.empty());
    unsigned said = 0;
    for (int i = 0; i < 20; ++i)
        said += desk.hear("78", "beep").say.empty() ? 0 : 1;
    EXPECT_EQ(said, 3U);
}

TEST(Hear, TheOwnersAnswerReachesTheStrangerAndTheStrangersAnswerTheOwner)
{
    Desk desk;
    desk.node.bind("chat", "900", "telegram");
    ASSERT_TRUE(desk.node.policy(
        "default = \"request\"\n[[rule]]\nwho = [\"contact\"]\ndo = \"deliver\"\nvia = [\"chat\"]\n"));
    ASSERT_TRUE(desk.node.accept(model::PlatformAccount{"telegram", "77"}));
    desk.hear("77", kNumber + " Hello");
    desk.node.work();
    ASSERT_EQ(desk.telegram.paper.sent.size(), 1U);
    EXPECT_EQ(desk.telegram.paper.sent[0].leg.address, "900");
    // The platform called it 100 in the owner's conversation.
    const auto answered = desk.hear("900", "Hello back", "100");
    EXPECT_EQ(answered.answer.yes, Yes::yes) << answered.say;
    desk.node.work();
    ASSERT_EQ(desk.telegram.paper.sent.size(), 2U);
    const auto& out = desk.telegram.paper.sent[1];
    EXPECT_EQ(out.leg.address, "77");
    EXPECT_EQ(out.message.text, "Hello back");
    EXPECT_EQ(out.message.quotes, "1") << "shown as an answer to what they wrote";
    // The stranger answers that message, from a conversation with other numbers open.
    const auto second = desk.second();
    desk.hear("77", second.in_fours() + " aside");
    EXPECT_EQ(desk.hear("77", "Thanks", "101").answer.yes, Yes::yes);
    desk.node.work();
    ASSERT_EQ(desk.telegram.paper.sent.size(), 3U);
    EXPECT_EQ(desk.telegram.paper.sent[2].leg.address, "900");
    EXPECT_EQ(desk.telegram.paper.sent[2].message.text, "Thanks");
}

// MUST ENV-38
TEST(Hear, WhatABoundAccountSaysGoesNowhereUnlessItAnswersAMessage)
{
    Desk desk;
    const auto second = desk.second();
    desk.node.bind("chat", "900", "telegram");
    for (const auto& text : {std::string{"Hello"}, kNumber + " Hello", second.in_fours() + " Hello"})
    {
        const auto heard = desk.hear("900", text);
        EXPECT_NE(heard.say.find("reply to their message"), std::string::npos) << heard.say;
    }
    EXPECT_TRUE(desk.node.inbox(true).empty()) << "the bound address is shown to nobody";
    // Somebody else answers with the id that the owner's conversation has.
    desk.hear("77", kNumber + " Hi");
    EXPECT_TRUE(desk.hear("78", "gotcha", "100").answer.yes == Yes::yes);
    EXPECT_EQ(desk.node.inbox(true).size(), 1U);
}

// MUST ENV-39
TEST(Hear, WithoutProofAnOwnerAnswersWithTheCodeOfAMessageOnce)
{
    Desk desk;
    desk.node.bind("phone", "+4915100000000", "sms");
    ASSERT_TRUE(desk.node.policy(
        "default = \"request\"\n[[rule]]\nwho = [\"contact\"]\ndo = \"deliver\"\nvia = [\"phone\"]\n"));
    ASSERT_TRUE(desk.node.accept(model::PlatformAccount{"telegram", "77"}));
    desk.hear("77", kNumber + " Hello");
    desk.node.work();
    ASSERT_EQ(desk.sms.paper.sent.size(), 1U);
    const auto code = desk.sms.paper.sent[0].message.answer_code;
    ASSERT_EQ(code.size(), 8U);
    EXPECT_NE(desk.hear(desk.short_message("+4915100000000", "Hello")).say.find("code"), std::string::npos);
    EXPECT_NE(desk.hear(desk.short_message("+4915100000000", "aaaaaaaa Hello")).say.find("code"),
              std::string::npos);
    EXPECT_TRUE(desk.hear(desk.short_message("+4915199999999", code + " Hello")).answer.yes == Yes::yes);
    desk.node.work();
    EXPECT_TRUE(desk.telegram.paper.sent.empty()) << "the code is good from its own address alone";
    EXPECT_EQ(desk.hear(desk.short_message("+4915100000000", code + ": Hello back")).answer.yes, Yes::yes);
    desk.node.work();
    ASSERT_EQ(desk.telegram.paper.sent.size(), 1U);
    EXPECT_EQ(desk.telegram.paper.sent[0].message.text, "Hello back");
    const auto twice = desk.hear(desk.short_message("+4915100000000", code + " something else"));
    EXPECT_EQ(twice.answer.yes, Yes::no);
    EXPECT_EQ(twice.answer.code, Errc::gateway_duplicate_conflict);
    const auto alarms = desk.node.alarms.all();
    EXPECT_TRUE(std::any_of(alarms.begin(), alarms.end(),
                            [](const Alarm& alarm) { return alarm.what == "answer forged"; }));
}

// MUST ENV-40
TEST(Hear, AnUnprovenSenderHasAThreadAndAnAnswerButNoProof)
{
    Desk desk;
    const auto heard = desk.hear(desk.short_message("+4917000000000", kNumber + " It is me"));
    EXPECT_EQ(heard.answer.yes, Yes::yes) << heard.answer.reason;
    desk.hear(desk.short_message("+4918000000000", kNumber + " And me"));
    const auto requests = desk.node.inbox(true);
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_NE(requests[0].thread, requests[1].thread);
    EXPECT_TRUE(requests[0].proofs.empty());
    EXPECT_NE(requests[0].with.words.find("+4917000000000"), std::string::npos) << requests[0].with.words;
    EXPECT_NE(requests[0].with.words.find("says"), std::string::npos) << requests[0].with.words;
    Reference to;
    to.message = requests[0].id;
    ASSERT_TRUE(run(reply(*desk.node.context, desk.node.served(), to, "Who?", false)));
    desk.node.work();
    ASSERT_EQ(desk.sms.paper.sent.size(), 1U);
    EXPECT_EQ(desk.sms.paper.sent[0].leg.address, "+4917000000000");
}

// MUST ENV-41
TEST(Hear, EditsAndReactionsFindTheirMessageNativelyOrInWords)
{
    Desk desk;
    desk.node.bind("chat", "900", "telegram");
    ASSERT_TRUE(desk.node.policy(
        "default = \"request\"\n[[rule]]\nwho = [\"contact\"]\ndo = \"deliver\"\nvia = [\"chat\"]\n"));
    ASSERT_TRUE(desk.node.accept(model::PlatformAccount{"telegram", "77"}));
    const auto heard = desk.hear("77", kNumber + " Hello at four");
    desk.node.work();
    auto edit = desk.line("77", "Hello at five");
    edit.kind = ChatLine::Kind::edited;
    edit.of = "1";
    EXPECT_EQ(desk.hear(edit).answer.yes, Yes::yes);
    desk.node.work();
    ASSERT_EQ(desk.telegram.paper.sent.size(), 2U);
    EXPECT_EQ(desk.telegram.paper.sent[1].message.text,
              "[changed \u201cHello at four\u201d to:]\nHello at five");
    EXPECT_FALSE(desk.telegram.paper.sent[1].message.amends);
    desk.telegram.paper.how.reactions = true;
    auto reaction = desk.line("77", "\U0001F44D");
    reaction.kind = ChatLine::Kind::reacted;
    reaction.of = "1";
    EXPECT_EQ(desk.hear(reaction).answer.yes, Yes::yes);
    desk.node.work();
    ASSERT_EQ(desk.telegram.paper.sent.size(), 3U);
    const auto& native = desk.telegram.paper.sent[2].message;
    ASSERT_TRUE(native.amends);
    EXPECT_EQ(native.amends->known_as, std::vector<std::string>{"100"})
        << "as the owner's conversation knows it";
    EXPECT_EQ(native.text, "\U0001F44D");
    EXPECT_EQ(desk.node.message(heard.answer.id).text, "Hello at four") << "what was said stays";
    // Of a message that never came: gone is no news, what it says now is.
    auto gone = desk.line("77", "");
    gone.kind = ChatLine::Kind::taken_back;
    gone.of = "999";
    EXPECT_EQ(desk.hear(gone).answer.yes, Yes::yes);
    desk.node.work();
    EXPECT_EQ(desk.telegram.paper.sent.size(), 3U);
}

// MUST ENV-41
TEST(Hear, TheOwnersEditsAndReactionsReachTheOtherSideNativelyOrInWords)
{
    Desk desk;
    auto& node = desk.node;
    const auto heard = desk.hear("77", kNumber + " Hello");
    Reference to;
    to.message = heard.answer.id;
    const auto sent = run(reply(*node.context, node.served(), to, "At four", false));
    ASSERT_TRUE(sent);
    node.work();
    ASSERT_EQ(desk.telegram.paper.sent.size(), 1U);
    ASSERT_TRUE(run(edit(*node.context, node.served(), sent->id, "At five", false)));
    node.work();
    ASSERT_EQ(desk.telegram.paper.sent.size(), 2U);
    EXPECT_FALSE(desk.telegram.paper.sent[1].message.amends);
    EXPECT_EQ(desk.telegram.paper.sent[1].message.text, "[changed \u201cAt four\u201d to:]\nAt five");
    auto& how = desk.telegram.paper.how;
    how.edits = how.deletions = how.reactions = true;
    ASSERT_TRUE(run(edit(*node.context, node.served(), sent->id, "At six", false)));
    ASSERT_TRUE(run(react(*node.context, node.served(), heard.answer.id, "\U0001F44D")));
    ASSERT_TRUE(run(edit(*node.context, node.served(), sent->id, "", false)));
    node.work();
    ASSERT_EQ(desk.telegram.paper.sent.size(), 5U);
    using Kind = channel::Amendment::Kind;
    std::map<Kind, std::pair<std::vector<std::string>, std::string>> did;
    for (std::size_t i = 2; i < 5; ++i)
    {
        const auto& message = desk.telegram.paper.sent[i].message;
        ASSERT_TRUE(message.amends);
        EXPECT_TRUE(message.quotes.empty());
        did[message.amends->kind] = {message.amends->known_as, message.text};
    }
    const std::vector<std::string> ours{"100"};
    const std::vector<std::string> theirs{"1"};
    EXPECT_EQ(did[Kind::edited], std::pair(ours, std::string{"At six"}));
    EXPECT_EQ(did[Kind::taken_back], std::pair(ours, std::string{}));
    EXPECT_EQ(did[Kind::reacted], std::pair(theirs, std::string{"\U0001F44D"}));
    // Each side changes its own alone.
    EXPECT_EQ(run(edit(*node.context, node.served(), heard.answer.id, "x", false)).error().code,
              Errc::input_usage);
    EXPECT_EQ(run(react(*node.context, node.served(), sent->id, "x")).error().code, Errc::input_usage);
}

// MUST ENV-48
TEST(Hear, WhatTheOwnerChangesAndPutsToMessagesOnABoundPlatformReachesTheOtherSideOnce)
{
    Desk desk;
    auto& sent = desk.telegram.paper.sent;
    auto& how = desk.telegram.paper.how;
    how.edits = how.deletions = how.reactions = true;
    desk.node.bind("chat", "900", "telegram");
    ASSERT_TRUE(desk.node.policy(
        "default = \"request\"\n[[rule]]\nwho = [\"contact\"]\ndo = \"deliver\"\nvia = [\"chat\"]\n"));
    ASSERT_TRUE(desk.node.accept(model::PlatformAccount{"telegram", "77"}));
    desk.hear("77", kNumber + " Hello"); // theirs: 1; brought to the owner as 100
    desk.node.work();
    auto answer = desk.line("900", "At four", "100");
    desk.hear(answer); // at the other side: 101
    desk.node.work();
    ASSERT_EQ(sent.size(), 2U);
    const auto amend = [&](ChatLine::Kind kind, const std::string& of, const std::string& text)
    {
        auto line = desk.line("900", text);
        line.kind = kind;
        line.of = of;
        return line;
    };
    const auto edited = amend(ChatLine::Kind::edited, answer.native_id, "At five");
    const auto reacted = amend(ChatLine::Kind::reacted, "100", "\U0001F44D");
    for (const auto& line : {edited, reacted, edited, reacted})
        EXPECT_EQ(desk.hear(line).answer.yes, Yes::yes);
    desk.node.work();
    ASSERT_EQ(sent.size(), 4U) << "a line that comes again does nothing";
    std::map<std::string, std::vector<std::string>> did;
    for (std::size_t i = 2; i < 4; ++i)
    {
        EXPECT_EQ(sent[i].leg.address, "77");
        did[sent[i].message.text] = sent[i].message.amends.value().known_as;
    }
    EXPECT_EQ(did["At five"], std::vector<std::string>{"101"});
    EXPECT_EQ(did["\U0001F44D"], std::vector<std::string>{"1"});
    // Of the owner's own words no reaction, of what was brought no change, and of what nobody knows nothing.
    for (const auto& line :
         {amend(ChatLine::Kind::reacted, answer.native_id, "x"), amend(ChatLine::Kind::edited, "100", "x"),
          amend(ChatLine::Kind::edited, "999", "x")})
        EXPECT_TRUE(desk.hear(line).say.empty());
    // Somebody else's name for a message is not the owner's.
    auto stranger = amend(ChatLine::Kind::edited, answer.native_id, "x");
    stranger.account = "78";
    desk.hear(stranger);
    desk.node.work();
    EXPECT_EQ(sent.size(), 4U);
    EXPECT_EQ(desk.hear(amend(ChatLine::Kind::taken_back, answer.native_id, "")).answer.yes, Yes::yes);
    desk.node.work();
    ASSERT_EQ(sent.size(), 5U);
    EXPECT_EQ(sent[4].message.amends.value().kind, channel::Amendment::Kind::taken_back);
}

// MUST ENV-50
TEST(Hear, TheOwnersPicturesGoOnWithoutWhatTellsOfTheirMakerAndOtherFilesWaitForTheOwnersWord)
{
    Desk desk;
    auto& sent = desk.telegram.paper.sent;
    desk.telegram.paper.how.max_file_bytes = 25'000'000;
    desk.node.bind("chat", "900", "telegram");
    ASSERT_TRUE(desk.node.policy(
        "default = \"request\"\n[[rule]]\nwho = [\"contact\"]\ndo = \"deliver\"\nvia = [\"chat\"]\n"));
    ASSERT_TRUE(desk.node.accept(model::PlatformAccount{"telegram", "77"}));
    desk.hear("77", kNumber + " Hello");
    desk.node.work();
    ASSERT_EQ(sent.size(), 1U);
    auto picture = desk.line("900", "Here I am", "100");
    picture.files = {media::test::file_of(media::test::with_metadata(media::test::jpeg(), "52.5200,13.4050"),
                                          "IMG_20261129_101500.jpg", "image/jpeg")};
    EXPECT_EQ(desk.hear(picture).answer.yes, Yes::yes);
    desk.node.work();
    ASSERT_EQ(sent.size(), 2U);
    ASSERT_EQ(sent[1].message.files.size(), 1U);
    const auto& file = sent[1].message.files[0];
    EXPECT_EQ(file.name, "file-1.jpg");
    EXPECT_EQ(as_text(file.read(0, 100'000).value()).find("52.5200"), std::string::npos);
    auto letter = desk.line("900", "The contract", "100");
    letter.files = {media::test::file_of("%PDF-1.7 by Anna Private", "contract.pdf", "application/pdf")};
    const auto held = desk.hear(letter);
    EXPECT_EQ(held.answer.yes, Yes::yes);
    desk.node.work();
    ASSERT_EQ(sent.size(), 2U) << "it waits";
    EXPECT_NE(desk.node.message(held.answer.id).why.find("may carry your name inside"), std::string::npos)
        << desk.node.message(held.answer.id).why;
}

// MUST ENV-41
TEST(Hear, NobodyChangesWhatSomebodyElseWrote)
{
    Desk desk;
    const auto heard = desk.hear("77", kNumber + " Hello");
    auto edit = desk.line("78", "Goodbye");
    edit.kind = ChatLine::Kind::edited;
    edit.of = "1";
    desk.hear(edit);
    const auto requests = desk.node.inbox(true);
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].id, heard.answer.id);
    EXPECT_FALSE(requests[0].amends);
}

// MUST ENV-42
TEST(Hear, StopBarsTheAddressAndTellsTheOwner)
{
    Desk desk;
    desk.node.bind("chat", "900", "telegram");
    EXPECT_FALSE(desk.hear("900", " stop. ").say.empty());
    const auto binding = desk.node.bindings->find(desk.node.box(), "chat");
    ASSERT_TRUE(binding && *binding);
    EXPECT_EQ((*binding)->state, BindingState::barred);
    EXPECT_FALSE(desk.node.alarms.all().empty());
    EXPECT_EQ(desk.hear("77", kNumber + " stop the presses").answer.yes, Yes::yes);
    EXPECT_EQ(desk.node.inbox(true).size(), 1U) << "a word within a message is none";
}

TEST(Hear, AReportFindsItsLegByThePlatformsId)
{
    Desk desk;
    desk.telegram.paper.how.confirms = channel::Confirms::read;
    desk.node.bind("chat", "900", "telegram");
    ASSERT_TRUE(desk.node.policy(
        "default = \"request\"\n[[rule]]\nwho = [\"contact\"]\ndo = \"deliver\"\nvia = [\"chat\"]\n"));
    ASSERT_TRUE(desk.node.accept(model::PlatformAccount{"telegram", "77"}));
    const auto heard = desk.hear("77", kNumber + " Hello");
    desk.node.work();
    channel::Report report;
    report.channel = "telegram";
    report.account = "900";
    report.known_as = "100";
    report.fate = channel::Report::Fate::read;
    EXPECT_EQ(run(desk.node.flow->report(report)).yes, Yes::yes);
    EXPECT_EQ(desk.node.message(heard.answer.id).state, State::delivered);
    report.account = "901";
    EXPECT_EQ(run(desk.node.flow->report(report)).yes, Yes::no) << "another conversation's id";
}

TEST(Hear, WhatIsForgottenIsFoundByNoName)
{
    Desk desk;
    const auto heard = desk.hear("77", kNumber + " Hello");
    ASSERT_TRUE(find_known(*desk.node.context, "telegram", "77", "1").value());
    store::Append forget;
    forget.mailbox = desk.node.box();
    forget.forget.push_back(heard.answer.id);
    ASSERT_TRUE(run(append(*desk.node.context, std::move(forget))));
    EXPECT_FALSE(find_known(*desk.node.context, "telegram", "77", "1").value());
}
// MUST ENV-44
TEST(Hear, AnAddressInNewHandsGetsNothingBeforeItIsProvenAgain)
{
    Desk desk;
    auto& node = desk.node;
    const auto code = make_code(keys::random_bytes(5));
    ASSERT_TRUE(node.bindings->begin(node.box(), "tg", "telegram", "77", code, node.clock.now()));
    ASSERT_TRUE(node.bindings->confirm(node.box(), "tg", code, node.clock.now()));
    ASSERT_TRUE(node.bindings->begin(node.box(), "other", "telegram", "77", code, node.clock.now()));
    ASSERT_TRUE(node.bindings->confirm(node.box(), "other", code, node.clock.now()));
    const auto changed = [&](const std::string& account) {
        return run(node.flow->changed_hands({"telegram", account, "its safety number changed"})).yes;
    };
    EXPECT_EQ(changed("78"), Yes::yes) << "nobody is bound there";
    EXPECT_EQ(node.bindings->find(node.box(), "tg").value()->state, BindingState::bound);
    EXPECT_EQ(changed("77"), Yes::yes);
    EXPECT_EQ(changed("77"), Yes::yes);
    EXPECT_EQ(node.bindings->find(node.box(), "tg").value()->state, BindingState::quarantined);
    EXPECT_EQ(node.bindings->find(node.box(), "other").value()->state, BindingState::quarantined)
        << "under whatever label";
    // The process ended before the owner was told: the platform says it again.
    node.alarms.clear("way tg", node.served()->identity.number);
    EXPECT_EQ(changed("77"), Yes::yes);
    const auto alarms = node.alarms.all();
    ASSERT_EQ(alarms.size(), 2U);
    EXPECT_NE(alarms[0].words.find("its safety number changed"), std::string::npos) << alarms[0].words;
    ASSERT_TRUE(node.bindings->begin(node.box(), "tg", "telegram", "77", code, node.clock.now()));
    ASSERT_TRUE(node.bindings->confirm(node.box(), "tg", code, node.clock.now()));
    EXPECT_EQ(node.bindings->find(node.box(), "tg").value()->state, BindingState::bound);
}
} // namespace
} // namespace dmid::gateway
