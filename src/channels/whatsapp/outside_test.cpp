// SPDX-License-Identifier: Apache-2.0
// Messages to somebody who wrote longer ago than Meta's 24 hours, or never.
#include "channels/whatsapp/testing_calls.hpp"
#include "chat/testing_inbox.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace dmid::channels::whatsapp
{
namespace
{
using namespace test;
using namespace chat::test;
using channel::Outcome;

void with_template(WhatsAppOptions& options)
{
    options.invitation = {"message_waiting", "en", ""};
}
void with_parameter(WhatsAppOptions& options)
{
    options.invitation = {"message_waiting", "pt_BR", "1"};
    options.template_carries_text = true;
}

/// A business that nobody wrote to yet; hears what Meta brings.
class Quiet
{
public:
    explicit Quiet(const Business::Change& change = {})
        : peer{[this](const Seen& seen)
               { return seen.path.ends_with("/messages") ? answer(seen) : http(200, R"({"id":"1"})"); }}
        , business{peer.url(), change}
    {
        running_.emplace(business.channel(), inbox);
    }
    /// Ends the channel and begins another one on the same folder.
    void begin_anew()
    {
        running_.reset();
        business.begin_anew();
        running_.emplace(business.channel(), inbox);
    }
    /// Ann says something, at that time.
    void ann_writes(const std::string& id, UnixTime at)
    {
        meta_calls(said_by_ann(id, text_content("hi"), at));
    }
    void meta_says(const std::string& value) { meta_calls(hook_of(value)); }
    UnixTime now() const { return business.clock.now(); }

    std::function<std::string(const Seen&)> answer = [](const Seen&) { return api_message("t"); };
    HearingInbox inbox;
    ApiPeer peer;
    Business business;

private:
    void meta_calls(const std::string& body)
    {
        // run() takes its inbox on a thread of its own.
        EXPECT_TRUE(eventually([&] { return called_by_meta(business.channel(), body).status == 200; }));
    }
    std::optional<Running> running_;
};
constexpr UnixTime kTwoDays = 48 * 3600;
} // namespace

TEST(WhatsAppOutside, WithoutATemplateNothingBeginsAndWhatWaitsIsSaid)
{
    Quiet quiet;
    const auto never = quiet.business.send(Business::message("hello"));
    EXPECT_EQ(never.outcome, Outcome::refused);
    EXPECT_NE(never.detail.find("never wrote"), std::string::npos) << never.detail;
    quiet.ann_writes("old", quiet.now() - kTwoDays);
    const auto closed = quiet.business.send(Business::message("hello"));
    EXPECT_EQ(closed.outcome, Outcome::deferred);
    ASSERT_TRUE(closed.retry_at);
    EXPECT_GT(*closed.retry_at, quiet.business.clock.now_ms() + 30'000);
    EXPECT_TRUE(quiet.peer.messages().empty()) << "Meta would take it and fail later";
    quiet.ann_writes("new", quiet.now());
    EXPECT_EQ(quiet.business.send(Business::message("hello")).outcome, Outcome::accepted);
}

TEST(WhatsAppOutside, ATemplateAsksOnceAndTheMessageFollowsWhenThePersonWrites)
{
    Quiet quiet{with_template};
    const auto asked = quiet.business.send(Business::message("hello"));
    EXPECT_EQ(asked.outcome, Outcome::deferred) << "a template that says nothing of it did not deliver it";
    EXPECT_NE(asked.detail.find("asked to write"), std::string::npos) << asked.detail;
    EXPECT_TRUE(asked.known_as.empty());
    const auto sent = quiet.peer.messages().at(0);
    EXPECT_EQ(sent.at({"type"}), "template");
    EXPECT_EQ(sent.at({"template", "name"}), "message_waiting");
    EXPECT_EQ(sent.at({"template", "language", "code"}), "en");
    EXPECT_EQ(sent.body.find("hello"), std::string::npos);
    EXPECT_EQ(quiet.business.send(Business::message("again")).outcome, Outcome::deferred);
    quiet.begin_anew();
    EXPECT_EQ(quiet.business.send(Business::message("again")).outcome, Outcome::deferred);
    EXPECT_EQ(quiet.peer.messages().size(), 1U) << "once, also over a restart";
    quiet.ann_writes("answer", quiet.now());
    const auto done = quiet.business.send(Business::message("hello"));
    EXPECT_EQ(done.outcome, Outcome::accepted) << done.detail;
    EXPECT_TRUE(quiet.peer.messages().back().text().ends_with("hello"));
    EXPECT_TRUE(quiet.business.channel().traits().paid);
}

TEST(WhatsAppOutside, TheHoursSurviveARestart)
{
    Quiet quiet;
    quiet.ann_writes("now", quiet.now());
    quiet.begin_anew();
    EXPECT_EQ(quiet.business.channel().trouble(), "") << "the webhook was called before";
    EXPECT_EQ(quiet.business.send(Business::message("hello")).outcome, Outcome::accepted);
}

TEST(WhatsAppOutside, ATemplateThatCarriesTextDeliversAShortMessage)
{
    Quiet quiet{with_parameter};
    auto message = Business::message("hello\nthere");
    const auto attempt = quiet.business.send(message);
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_EQ(attempt.known_as, std::vector<std::string>{"wamid.t"});
    const auto body = quiet.peer.messages().at(0).body;
    EXPECT_NE(body.find("hello ⏎ there"), std::string::npos) << body;
    EXPECT_EQ(body.find("parameter_name"), std::string::npos);
    message.text.assign(2'000, 'x');
    EXPECT_EQ(quiet.business.send(message).outcome, Outcome::deferred);
    EXPECT_NE(quiet.peer.messages().back().body.find("A message is waiting for 8312 3456 7890 1210."),
              std::string::npos);
}

TEST(WhatsAppOutside, ANoticeIsWhatATemplateSays)
{
    Quiet quiet{with_template};
    auto message = Business::message("secret");
    message.notice = true;
    EXPECT_EQ(quiet.business.send(message).outcome, Outcome::accepted);
    EXPECT_EQ(quiet.peer.messages().at(0).body.find("secret"), std::string::npos);
}

TEST(WhatsAppOutside, MetasWordThatTheHoursAreOverCounts)
{
    Quiet quiet{with_template};
    quiet.ann_writes("now", quiet.now());
    quiet.answer = [](const Seen& seen) {
        return seen.at({"type"}) == "text" ? api_error(400, 131047, "Re-engagement message")
                                           : api_message("t");
    };
    EXPECT_EQ(quiet.business.send(Business::message("hello")).outcome, Outcome::deferred);
    EXPECT_EQ(quiet.peer.messages().back().at({"type"}), "template");
    // The same word as a status, for a message that had been accepted.
    Quiet other;
    other.ann_writes("now", other.now());
    EXPECT_EQ(other.business.send(Business::message("hello")).outcome, Outcome::accepted);
    other.meta_says(
        R"("statuses":[{"id":"wamid.t","status":"failed","timestamp":"3","recipient_id":"491701234567","errors":[{"code":131047,"title":"Re-engagement message"}]}])");
    EXPECT_EQ(other.business.send(Business::message("hello")).outcome, Outcome::deferred);
}

TEST(WhatsAppOutside, AnInvitationThatFailsEndsTheWait)
{
    Quiet quiet{with_template};
    EXPECT_EQ(quiet.business.send(Business::message("hello")).outcome, Outcome::deferred);
    quiet.meta_says(
        R"("statuses":[{"id":"wamid.t","status":"failed","timestamp":"3","recipient_id":"491701234567","errors":[{"code":131026,"title":"Message undeliverable"}]}])");
    EXPECT_TRUE(quiet.inbox.reports().empty()) << "it was no message of anybody";
    const auto attempt = quiet.business.send(Business::message("hello"));
    EXPECT_EQ(attempt.outcome, Outcome::refused);
    EXPECT_NE(attempt.detail.find("131026"), std::string::npos) << attempt.detail;
}

TEST(WhatsAppOutside, ATemplateThatMetaRefusesCountsAsNoInvitation)
{
    Quiet quiet{with_template};
    quiet.answer = [](const Seen&) { return api_error(404, 132001, "Template name does not exist"); };
    EXPECT_EQ(quiet.business.send(Business::message("hello")).outcome, Outcome::refused);
    quiet.answer = [](const Seen&) { return api_message("t"); };
    EXPECT_EQ(quiet.business.send(Business::message("hello")).outcome, Outcome::deferred);
    EXPECT_EQ(quiet.peer.messages().size(), 2U);
}

TEST(WhatsAppOutside, SomebodyWhomMetaNamesOtherwiseIsAnsweredAllTheSame)
{
    Quiet quiet{with_template};
    quiet.answer = [](const Seen&)
    {
        return api_message("t", "5511"
                                "87654321");
    };
    auto leg = quiet.business.leg();
    leg.address = "+5511987654321";
    EXPECT_EQ(quiet.business.send(leg, Business::message("hello")).outcome, Outcome::deferred);
    quiet.meta_says(R"("messages":[{"from":"551187654321","id":"wamid.b","timestamp":")" +
                    std::to_string(quiet.now()) + R"(","type":"text","text":{"body":"oi"}}])");
    EXPECT_EQ(quiet.business.send(leg, Business::message("hello")).outcome, Outcome::accepted);
}
} // namespace dmid::channels::whatsapp
