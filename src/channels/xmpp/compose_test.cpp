// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/compose.hpp"
#include "channels/xmpp/errors.hpp"
#include "channels/xmpp/namespaces.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::xmpp
{
namespace
{
channel::Leg leg_to_alice()
{
    channel::Leg leg;
    leg.id.bytes.fill(7);
    leg.address = "alice@example.org";
    return leg;
}
channel::Outgoing for_owner(std::string text)
{
    channel::Outgoing out;
    out.number = "8312 3456 7890 1210";
    out.sender = "8345 0000 0000 0015 (dmid)";
    out.proofs = {"signature", "contact"};
    out.encryption = "End-to-end encryption ended at your node.";
    out.text = std::move(text);
    return out;
}
channel::Outgoing for_others(std::string text)
{
    auto out = for_owner(std::move(text));
    out.to_owner = false;
    return out;
}
Element composed_of(const channel::Outgoing& message)
{
    return compose(leg_to_alice(), message, "dmid.example");
}
StanzaError error_with(std::string type, std::string condition, std::string text = {})
{
    return {std::move(type), std::move(condition), std::move(text)};
}
} // namespace

TEST(XmppCompose, SendsFromTheNumberWithTheSameIdAtEachAttempt)
{
    const auto stanza = composed_of(for_others("hello"));
    EXPECT_EQ(stanza.attribute("from"), "8312345678901210@dmid.example");
    EXPECT_EQ(stanza.attribute("to"), "alice@example.org");
    EXPECT_EQ(stanza.attribute("id").size(), 26U);
    EXPECT_EQ(stanza.child("origin-id", kIdsNs)->attribute("id"), stanza.attribute("id"));
    EXPECT_EQ(stanza.text_of("body", kComponentNs), "hello");
    EXPECT_NE(stanza.child("request", kReceiptsNs), nullptr);
    EXPECT_EQ(composed_of(for_others("hello")), stanza);
}

TEST(XmppCompose, TellsTheOwnerWhoWritesAndOthersNothing)
{
    const auto words = words_of(leg_to_alice(), for_owner("hello"));
    EXPECT_EQ(words, "From 8345 0000 0000 0015 (dmid); proven: signature; proven: contact\n"
                     "End-to-end encryption ended at your node.\n\nhello");
    EXPECT_EQ(words_of(leg_to_alice(), for_others("hello")), "hello");
    auto notice = for_owner("secret");
    notice.notice = true;
    EXPECT_EQ(words_of(leg_to_alice(), notice), "A message is waiting for 8312 3456 7890 1210.");
}

TEST(XmppCompose, NamesFilesAndCountsWhatCannotBeCarried)
{
    auto message = for_others("a\x01");
    message.files.push_back({"cat\n.jpg", "image/jpeg", 1234, {}});
    EXPECT_EQ(words_of(leg_to_alice(), message), "a\uFFFD\n\n(Not carried over XMPP: cat .jpg, 1234 bytes)"
                                                 "\n\n(1 characters that XMPP cannot carry were replaced.)");
}

TEST(XmppCompose, AnswersCorrectsTakesBackAndReacts)
{
    auto reply = for_others("yes");
    reply.quotes = "their-1";
    EXPECT_EQ(composed_of(reply).child("reply", kReplyNs)->attribute("id"), "their-1");
    EXPECT_EQ(composed_of(reply).child("reply", kReplyNs)->attribute("to"), "alice@example.org");
    reply.quotes = stanza_id(leg_to_alice().id);
    EXPECT_EQ(composed_of(reply).child("reply", kReplyNs)->attribute("to"), "8312345678901210@dmid.example");
    using Kind = channel::Amendment::Kind;
    auto edit = for_others("better");
    edit.amends = channel::Amendment{Kind::edited, {"mine-1"}};
    EXPECT_EQ(composed_of(edit).child("replace", kCorrectNs)->attribute("id"), "mine-1");
    EXPECT_EQ(composed_of(edit).text_of("body", kComponentNs), "better");
    auto gone = for_others("");
    gone.amends = channel::Amendment{Kind::taken_back, {"mine-1"}};
    EXPECT_EQ(composed_of(gone).child("retract", kRetractNs)->attribute("id"), "mine-1");
    EXPECT_EQ(composed_of(gone).child("request", kReceiptsNs), nullptr);
    auto put = for_others("\U0001F44D");
    put.amends = channel::Amendment{Kind::reacted, {"their-1"}};
    const auto reactions = composed_of(put);
    EXPECT_EQ(reactions.child("reactions", kReactionsNs)->children.front().text, "\U0001F44D");
    EXPECT_EQ(reactions.child("body", kComponentNs), nullptr);
    put.text.clear();
    EXPECT_TRUE(composed_of(put).child("reactions", kReactionsNs)->children.empty());
}

TEST(XmppCompose, ShowsNothingOfAMessageThatIsOnlyAnnounced)
{
    auto put = for_owner("\U0001F44D");
    put.notice = true;
    put.amends = channel::Amendment{channel::Amendment::Kind::reacted, {"their-1"}};
    EXPECT_EQ(to_xml(composed_of(put), kComponentNs).find("\U0001F44D"), std::string::npos);
}

TEST(XmppCompose, SpeaksAsTheComponentWhereThereIsNoNumber)
{
    channel::Outgoing alarm;
    alarm.text = "a channel is down";
    EXPECT_EQ(composed_of(alarm).attribute("from"), "dmid.example");
}

TEST(XmppCompose, MarksWhatTheNodeSays)
{
    auto alarm = for_owner("code 123");
    alarm.made_by_node = true;
    EXPECT_NE(composed_of(alarm).child("headers", kHeadersNs), nullptr);
    EXPECT_NE(compose_words("8312345678901210@dmid.example", "a@b.example", "x").child("headers", kHeadersNs),
              nullptr);
}

TEST(XmppErrors, TellRefusalsFromDelays)
{
    using channel::Outcome;
    EXPECT_EQ(meaning_of(error_with("cancel", "service-unavailable")).outcome, Outcome::refused);
    EXPECT_FALSE(meaning_of(error_with("cancel", "service-unavailable")).address_gone);
    EXPECT_TRUE(meaning_of(error_with("cancel", "item-not-found")).address_gone);
    EXPECT_EQ(meaning_of(error_with("wait", "policy-violation")).outcome, Outcome::deferred);
    EXPECT_EQ(meaning_of(error_with("cancel", "remote-server-not-found")).outcome, Outcome::deferred);
    EXPECT_EQ(meaning_of(error_with("", "")).outcome, Outcome::refused);
}

TEST(XmppErrors, ShowNoAddressInDetails)
{
    EXPECT_EQ(detail_of(error_with("cancel", "gone", "user alice@example.org left")),
              "gone: user (address) left");
    EXPECT_LE(detail_of(error_with("cancel", "gone", std::string(900, 'x'))).size(), 300U);
    EXPECT_EQ(one_line("a\x1b\n\u0085z", 100), "a   z");
    EXPECT_EQ(one_line("\u00e4\u00e4", 3), "\u00e4");
}

TEST(XmppErrors, MapStreamErrors)
{
    const auto code = [](const std::string& condition)
    {
        Element error;
        error.add(condition, kStreamErrorNs);
        return read_stream_error(error).code;
    };
    EXPECT_EQ(code("not-authorized"), Errc::channel_auth_failed);
    EXPECT_EQ(code("host-unknown"), Errc::channel_refused);
    EXPECT_EQ(code("conflict"), Errc::channel_unreachable);
    EXPECT_EQ(code("system-shutdown"), Errc::channel_unreachable);
    EXPECT_EQ(code("not-well-formed"), Errc::channel_peer_protocol);
    EXPECT_EQ(code("policy-violation"), Errc::channel_too_large);
    EXPECT_EQ(code("something-new"), Errc::channel_unreachable);
}
} // namespace dmid::channels::xmpp
