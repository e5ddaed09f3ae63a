// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "channels/xmpp/namespaces.hpp"
#include "channels/xmpp/xml.hpp"
#include "channels/xmpp/xml_stream.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dmid::channels::xmpp
{
namespace
{
const std::string kOpen =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
    "xmlns:stream='http://etherx.jabber.org/streams' id='3BF96D32' from='dmid.example'>";

/// All that a reader makes of it, in pieces of so many bytes; stops at an error.
std::vector<StreamEvent> events_of(std::string_view bytes, std::size_t piece = std::string_view::npos)
{
    StreamReader reader;
    std::vector<StreamEvent> out;
    while (!bytes.empty() && reader.feed(bytes.substr(0, piece)))
        bytes.remove_prefix(std::min(piece, bytes.size()));
    while (auto event = reader.next())
        out.push_back(std::move(*event));
    return out;
}

Element read_back(const std::string& xml)
{
    const auto events = events_of(kOpen + xml);
    EXPECT_EQ(events.size(), 2U) << xml;
    return events.size() == 2 ? std::get<Arrived>(events[1]).element : Element{};
}

Errc error_of(std::string_view bytes)
{
    StreamReader reader;
    const auto fed = reader.feed(bytes);
    return fed ? Errc::internal_bug : fed.error().code;
}

Element message(std::string body)
{
    Element out;
    out.name = "message";
    out.ns = kComponentNs;
    out.set("id", body.substr(0, 50));
    out.add("body", kComponentNs, std::move(body));
    return out;
}
} // namespace

TEST(XmppXml, WritesNamespacesOnlyWhereTheyChange)
{
    Element out;
    out.name = "message";
    out.ns = kComponentNs;
    out.set("to", "a'b@c");
    out.add("body", kComponentNs, "1 < 2 & 3 > 2");
    out.add("x", "urn:x").add("y", "urn:x");
    EXPECT_EQ(to_xml(out, kComponentNs), "<message to='a&apos;b@c'><body>1 &lt; 2 &amp; 3 &gt; 2</body>"
                                         "<x xmlns='urn:x'><y/></x></message>");
}

TEST(XmppXml, ReplacesWhatXmlCannotCarryAndCountsIt)
{
    const auto out = carried(std::string("a\0b\x1b\t\r\n", 7) + "\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD");
    EXPECT_EQ(out.text, "a\uFFFDb\uFFFD\t\r\n\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(out.replaced, 4U);
    EXPECT_EQ(carried("\xff\xfe").replaced, 2U);
}

TEST(XmppXml, KeepsLineEndsAndBlanksInTextAndAttributes)
{
    const auto stanza = message("a\r\nb\tc\rd\n 'e' \"f\" ]]>");
    EXPECT_EQ(read_back(to_xml(stanza, kComponentNs)), stanza);
}

RC_GTEST_PROP(XmppXml, AnyUnicodeTextSurvivesTheWayThere, (const std::vector<std::uint32_t>& values))
{
    std::string text;
    for (const auto value : values)
        append_utf8(text, static_cast<char32_t>(value % 0x110000));
    const auto out = carried(text);
    const auto stanza = message(out.text);
    RC_ASSERT(read_back(to_xml(stanza, kComponentNs)).text_of("body", kComponentNs) == out.text);
    RC_ASSERT(carried(out.text).replaced == 0U);
}

RC_GTEST_PROP(XmppXml, AnyBytesAreWrittenAsSomethingThatCanBeRead, (const std::string& bytes))
{
    auto stanza = message(bytes);
    const auto back = read_back(to_xml(stanza, kComponentNs));
    RC_ASSERT(back.text_of("body", kComponentNs) == carried(bytes).text);
}

TEST(XmppStream, MeansTheSameInPiecesOfAnySize)
{
    const auto text = kOpen +
                      "<handshake/> \n<message id='1'><body>Gr\u00fc\u00dfe &#128512; &amp;c</body></message>"
                      "<presence xml:lang='de'/></stream:stream>";
    const auto whole = events_of(text);
    ASSERT_EQ(whole.size(), 5U);
    EXPECT_EQ(std::get<StreamOpened>(whole[0]).id, "3BF96D32");
    EXPECT_EQ(std::get<Arrived>(whole[2]).element.text_of("body", kComponentNs),
              "Gr\u00fc\u00dfe \U0001F600 &c");
    EXPECT_EQ(std::get<Arrived>(whole[3]).element.attribute("xml:lang"), "de");
    EXPECT_TRUE(std::holds_alternative<StreamClosed>(whole[4]));
    for (std::size_t piece = 1; piece < 40; ++piece)
        EXPECT_EQ(events_of(text, piece), whole) << piece;
}

TEST(XmppStream, RefusesWhatRfc6120ForbidsInStreams)
{
    for (const std::string bad :
         {"<!-- x -->", "<?php x?>", "<!DOCTYPE a>", "<a>&b;</a>", "text", "<a:b/>", "<a></b>",
          "<a b='1' b='2'/>", "<a>\x01</a>", "<a>\xff</a>", "<a>&#0;</a>", "<a>&#xFFFE;</a>"})
        EXPECT_EQ(error_of(kOpen + bad), Errc::net_protocol) << bad;
    EXPECT_EQ(error_of("<!DOCTYPE a [<!ENTITY b 'cc'>]>" + kOpen), Errc::net_protocol);
    EXPECT_EQ(error_of("HTTP/1.1 400 Bad Request\r\n"), Errc::net_protocol);
    EXPECT_EQ(error_of("<stream xmlns='jabber:client'>"), Errc::net_protocol);
    EXPECT_EQ(error_of("<?xml version='1.0' encoding='utf-16'?><a/>"), Errc::net_protocol);
}

TEST(XmppStream, SaysTheSameErrorAgainAndKeepsWhatWasCompleteBefore)
{
    StreamReader reader;
    EXPECT_FALSE(reader.feed(kOpen + "<a/><b></c>"));
    EXPECT_FALSE(reader.feed("<d/>"));
    EXPECT_TRUE(reader.next());
    EXPECT_EQ(std::get<Arrived>(*reader.next()).element.name, "a");
    EXPECT_FALSE(reader.next());
}

TEST(XmppStream, CutsAStanzaThatIsTooDeepTooWideOrTooLongAndGoesOn)
{
    const std::string many(2000, ' ');
    std::string wide = "<message to='x'>";
    std::string deep = wide;
    std::string attributes = wide + "<a";
    for (int i = 0; i < 2000; ++i)
        wide += "<a/>";
    for (int i = 0; i < 200; ++i)
        attributes += " a" + std::to_string(i) + "='1'";
    for (int i = 0; i < 100; ++i)
        deep += "<a>";
    for (int i = 0; i < 100; ++i)
        deep += "</a>";
    const auto text = "<message to='x'><body>" + std::string(StreamReader::kMaxKept + 1, 'x') + "</body>";
    for (const auto& bad : {wide, deep, attributes + "/>", text})
    {
        const auto events = events_of(kOpen + bad + "</message><iq/>");
        ASSERT_EQ(events.size(), 3U);
        EXPECT_TRUE(std::get<Arrived>(events[1]).cut);
        EXPECT_EQ(std::get<Arrived>(events[1]).element.attribute("to"), "x");
        EXPECT_FALSE(std::get<Arrived>(events[2]).cut);
    }
}

TEST(XmppStream, EndsAStanzaWithoutAnEnd)
{
    for (const std::string begin : {"<message><body>", "<message to='", "<message>", "<"})
    {
        StreamReader reader;
        ASSERT_TRUE(reader.feed(kOpen + begin));
        const std::string more(1U << 20U, 'x');
        Result<> fed;
        int fed_mb = 0;
        for (; fed && fed_mb < 20; ++fed_mb)
            fed = reader.feed(more);
        EXPECT_FALSE(fed);
        EXPECT_LE(fed_mb, 5);
    }
}

TEST(XmppStream, TakesBlanksBetweenStanzasForEver)
{
    StreamReader reader;
    ASSERT_TRUE(reader.feed(kOpen));
    for (int i = 0; i < 8; ++i)
        ASSERT_TRUE(reader.feed(std::string(1U << 20U, ' ')));
    ASSERT_TRUE(reader.feed("<iq/>"));
}
} // namespace dmid::channels::xmpp
