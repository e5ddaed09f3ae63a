// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/body.hpp"
#include "channels/xmpp/incoming.hpp"
#include "channels/xmpp/namespaces.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::xmpp
{
namespace
{
constexpr UnixTime kNow = 1'790'000'000;
const std::string kEnds = " from='Alice@example.org/phone' to='8312345678901210+481920@dmid.example'";

Arrived arrived_of(const std::string& xml)
{
    StreamReader reader;
    EXPECT_TRUE(reader.feed("<s:stream xmlns:s='http://etherx.jabber.org/streams' "
                            "xmlns='jabber:component:accept'>" +
                            xml))
        << xml;
    (void)reader.next();
    auto event = reader.next();
    EXPECT_TRUE(event) << xml;
    return event ? std::get<Arrived>(*event) : Arrived{};
}
Incoming read_in(const std::string& xml)
{
    return read_stanza(arrived_of(xml), "dmid.example", kNow);
}
Incoming message_with(const std::string& inside, const std::string& attributes = " type='chat' id='m1'")
{
    return read_in("<message" + kEnds + attributes + ">" + inside + "</message>");
}
channel::ChatLine line_with(const std::string& inside)
{
    const auto incoming = message_with(inside);
    const auto* said = std::get_if<Said>(&incoming);
    EXPECT_NE(said, nullptr) << inside;
    return said != nullptr ? said->line : channel::ChatLine{};
}
std::string refused_with(const Incoming& incoming)
{
    const auto* back = std::get_if<SendBack>(&incoming);
    return back != nullptr ? read_stanza_error(back->stanza).condition : "none";
}
bool ignored(const Incoming& incoming)
{
    return std::holds_alternative<Ignored>(incoming);
}
} // namespace

TEST(XmppIncoming, ReadsATextToANumber)
{
    const auto incoming = message_with("<body>Gr\u00fc\u00dfe</body><request xmlns='urn:xmpp:receipts'/>"
                                       "<nick xmlns='http://jabber.org/protocol/nick'>Al\nice</nick>");
    const auto& said = std::get<Said>(incoming);
    EXPECT_EQ(said.line.kind, channel::ChatLine::Kind::said);
    EXPECT_EQ(said.line.channel, "xmpp");
    EXPECT_EQ(said.line.account, "alice@example.org");
    EXPECT_EQ(said.line.source, "example.org");
    EXPECT_TRUE(said.line.proven);
    EXPECT_EQ(said.line.called, "Al ice");
    EXPECT_EQ(said.line.to->number.digits(), "8312345678901210");
    EXPECT_EQ(said.line.to->ext->digits(), "481920");
    EXPECT_EQ(said.line.native_id, "m1");
    EXPECT_EQ(said.line.text, "Gr\u00fc\u00dfe");
    EXPECT_EQ(said.line.sent_at, kNow);
    EXPECT_FALSE(said.line.automatic);
    EXPECT_TRUE(said.wants_receipt);
    EXPECT_EQ(said.head.attribute("from"), "Alice@example.org/phone");
    EXPECT_TRUE(said.head.children.empty());
}

TEST(XmppIncoming, ReadsRepliesCorrectionsRetractionsAndReactions)
{
    using Kind = channel::ChatLine::Kind;
    const auto reply = line_with(
        "<body>> old\nnew</body><reply xmlns='urn:xmpp:reply:0' id='x9'/>"
        "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='6'/></fallback>");
    EXPECT_EQ(reply.answers, "x9");
    EXPECT_EQ(reply.text, "new");
    const auto edit = line_with("<body>better</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>");
    EXPECT_EQ(edit.kind, Kind::edited);
    EXPECT_EQ(edit.of, "m0");
    EXPECT_EQ(edit.native_id, "m1");
    const auto gone = line_with("<retract xmlns='urn:xmpp:message-retract:1' id='m0'/><body>fallback</body>");
    EXPECT_EQ(gone.kind, Kind::taken_back);
    EXPECT_EQ(gone.of, "m0");
    EXPECT_TRUE(gone.text.empty());
    const auto older = line_with("<apply-to xmlns='urn:xmpp:fasten:0' id='m0'><retract "
                                 "xmlns='urn:xmpp:message-retract:0'/></apply-to>");
    EXPECT_EQ(older.kind, Kind::taken_back);
    const auto put = line_with("<reactions xmlns='urn:xmpp:reactions:0' "
                               "id='m0'><reaction>\U0001F44D</reaction><reaction>x</reaction></reactions>");
    EXPECT_EQ(put.kind, Kind::reacted);
    EXPECT_EQ(put.text, "\U0001F44D");
    EXPECT_EQ(put.lost, "1 more reactions");
    EXPECT_TRUE(line_with("<reactions xmlns='urn:xmpp:reactions:0' id='m0'/>").text.empty());
}

TEST(XmppIncoming, NeverReadsAFallbackRangeThatIsNone)
{
    for (const std::string range :
         {"start='5' end='2'", "start='-1' end='2'", "start='x' end='2'", "end='2'"})
        EXPECT_EQ(
            line_with(
                "<body>whole</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body " +
                range + "/></fallback>")
                .text,
            "whole");
    EXPECT_EQ(
        line_with("<body>\U0001F600ab</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>"
                  "<body start='1' end='4000000000'/></fallback>")
            .text,
        "\U0001F600");
}

TEST(XmppIncoming, SaysWhatWasNotCarriedOver)
{
    const auto line = line_with("<body>https://up.example/a.jpg</body><x "
                                "xmlns='jabber:x:oob'><url>https://up.example/a.jpg</url></x>");
    EXPECT_EQ(line.text, "https://up.example/a.jpg");
    EXPECT_FALSE(line.lost.empty());
    EXPECT_EQ(line_with("<subject>S</subject><body>b</body>").text, "S\n\nb");
    EXPECT_EQ(line_with("<body xml:lang='de'>d</body><body>n</body>").text, "n");
}

TEST(XmppIncoming, RefusesWithTheRightConditions)
{
    EXPECT_EQ(refused_with(message_with("<body>x</body>", " type='groupchat'")), "service-unavailable");
    EXPECT_EQ(refused_with(read_in("<message from='a@b.example' to='dmid.example'><body>x</body></message>")),
              "service-unavailable");
    EXPECT_EQ(refused_with(read_in(
                  "<message from='a@b.example' to='8312345678901211@dmid.example'><body>x</body></message>")),
              "item-not-found");
    EXPECT_EQ(refused_with(message_with(
                  "<body>I sent you OMEMO</body><encrypted xmlns='eu.siacs.conversations.axolotl'/>")),
              "not-acceptable");
    EXPECT_EQ(refused_with(message_with("<body>?OTRv23?</body>")), "not-acceptable");
    EXPECT_EQ(refused_with(message_with("<body>" + std::string(70'000, 'x') + "</body>")),
              "policy-violation");
    EXPECT_EQ(refused_with(message_with("<body>" + std::string(300'000, 'x') + "</body>")),
              "policy-violation");
    EXPECT_EQ(
        refused_with(read_in(
            "<message from='a@b..example' to='8312345678901210@dmid.example'><body>x</body></message>")),
        "jid-malformed");
}

TEST(XmppIncoming, IgnoresWhatIsNoMessageToANumber)
{
    EXPECT_TRUE(ignored(message_with("<composing xmlns='http://jabber.org/protocol/chatstates'/>")));
    EXPECT_TRUE(ignored(message_with("<body>x</body>", " type='headline'")));
    EXPECT_TRUE(ignored(message_with("<received xmlns='urn:xmpp:carbons:2'/><body>x</body>")));
    EXPECT_TRUE(ignored(message_with("<result xmlns='urn:xmpp:mam:2'/><body>x</body>")));
    EXPECT_TRUE(ignored(message_with("<subject>only</subject>")));
    EXPECT_TRUE(ignored(
        read_in("<message from='example.org' to='8312345678901210@dmid.example'><body>x</body></message>")));
}

TEST(XmppIncoming, NeverAnswersAnErrorOrItself)
{
    const auto bounced = message_with(
        "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
        " type='error' id='m7'");
    EXPECT_EQ(std::get<Bounced>(bounced).id, "m7");
    EXPECT_EQ(std::get<Bounced>(bounced).account, "alice@example.org");
    EXPECT_EQ(std::get<Bounced>(bounced).error.condition, "item-not-found");
    EXPECT_TRUE(ignored(read_in("<message from='8345000000000015@dmid.example' "
                                "to='8312345678901210@dmid.example'><body>x</body></message>")));
    EXPECT_TRUE(ignored(read_in("<message type='error' to='x@dmid.example'/>")));
    EXPECT_TRUE(
        error_reply(arrived_of("<message type='error' from='a@b' to='c@d'/>").element, "cancel", "gone", "")
            .name.empty());
    EXPECT_TRUE(line_with("<body>x</body><headers xmlns='http://jabber.org/protocol/shim'><header "
                          "name='Auto-Submitted'>auto-replied</header></headers>")
                    .automatic);
    EXPECT_TRUE(line_with("<body>x</body><no-permanent-store xmlns='urn:xmpp:hints'/>").automatic);
}

TEST(XmppIncoming, ReadsReceiptsAndMarkers)
{
    const auto receipt = message_with("<received xmlns='urn:xmpp:receipts' id='abc'/>");
    EXPECT_EQ(std::get<Confirmed>(receipt).id, "abc");
    EXPECT_EQ(std::get<Confirmed>(receipt).account, "alice@example.org");
    EXPECT_EQ(std::get<Confirmed>(receipt).fate, channel::Report::Fate::delivered);
    const auto seen = message_with("<displayed xmlns='urn:xmpp:chat-markers:0' id='abc'/>");
    EXPECT_EQ(std::get<Confirmed>(seen).fate, channel::Report::Fate::read);
    EXPECT_TRUE(ignored(message_with("<displayed xmlns='urn:xmpp:chat-markers:0'/>")));
}

TEST(XmppIncoming, ReadsWhoWantsToSeeANumber)
{
    const auto asked = read_in("<presence type='subscribe'" + kEnds + "/>");
    EXPECT_EQ(std::get<Approached>(asked).from, "alice@example.org");
    EXPECT_EQ(std::get<Approached>(asked).number, "8312345678901210+481920@dmid.example");
    EXPECT_TRUE(std::get<Approached>(read_in("<presence type='probe'" + kEnds + "/>")).probe);
    const auto nobody = read_in("<presence type='subscribe' from='a@b.example' to='x@dmid.example'/>");
    EXPECT_EQ(std::get<SendBack>(nobody).stanza.attribute("type"), "unsubscribed");
    EXPECT_TRUE(ignored(read_in("<presence" + kEnds + "/>")));
}

TEST(XmppIncoming, AnswersWhatProgramsAsk)
{
    const auto ask = [](const std::string& inside, const std::string& to = "8312345678901210@dmid.example",
                        const std::string& type = "get")
    {
        return answer_query(arrived_of("<iq type='" + type + "' id='7' from='a@b.example/c' to='" + to +
                                       "'>" + inside + "</iq>")
                                .element,
                            "dmid.example");
    };
    const auto info = ask("<query xmlns='http://jabber.org/protocol/disco#info'/>");
    EXPECT_EQ(info.attribute("type"), "result");
    EXPECT_EQ(info.attribute("to"), "a@b.example/c");
    EXPECT_NE(to_xml(info, kComponentNs).find("urn:xmpp:receipts"), std::string::npos);
    EXPECT_EQ(ask("<ping xmlns='urn:xmpp:ping'/>", "dmid.example").attribute("type"), "result");
    EXPECT_NE(to_xml(ask("<vCard xmlns='vcard-temp'/>"), kComponentNs).find("<FN>8312 3456 7890 1210</FN>"),
              std::string::npos);
    EXPECT_EQ(
        ask("<query xmlns='http://jabber.org/protocol/disco#items'/>", "dmid.example").attribute("type"),
        "result");
    EXPECT_EQ(read_stanza_error(ask("<x xmlns='urn:unknown'/>", "dmid.example", "set")).condition,
              "service-unavailable");
    EXPECT_EQ(read_stanza_error(ask("<ping xmlns='urn:xmpp:ping'/>", "x@dmid.example")).condition,
              "item-not-found");
    EXPECT_TRUE(ask("", "dmid.example", "result").name.empty());
    EXPECT_TRUE(ask("", "dmid.example", "error").name.empty());
}

TEST(XmppIncoming, ReadsStampsAndNeverTheFuture)
{
    EXPECT_EQ(parse_stamp("2026-11-29T01:20:12Z"), 1795915212);
    EXPECT_EQ(parse_stamp("2026-11-29T01:20:12.123Z"), 1795915212);
    EXPECT_EQ(parse_stamp("2026-11-29T03:20:12+02:00"), 1795915212);
    for (const std::string bad :
         {"", "2026-11-29", "2026-13-29T01:20:12Z", "2026-11-29T01:20:12", "2026-11-29T01:20:12+2",
          "2026-02-30T01:20:12Z", "20261129T01:20:12Z", "2026-11-29T01:99:12Z"})
        EXPECT_FALSE(parse_stamp(bad)) << bad;
    EXPECT_EQ(line_with("<body>x</body><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>").sent_at,
              1577836800);
    EXPECT_EQ(line_with("<body>x</body><delay xmlns='urn:xmpp:delay' stamp='2099-01-01T00:00:00Z'/>").sent_at,
              kNow);
}
} // namespace dmid::channels::xmpp
