// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "channels/whatsapp/api_request.hpp"
#include "channels/whatsapp/hook.hpp"
#include "channels/whatsapp/text_split.hpp"
#include "channels/whatsapp/words.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <numeric>

namespace dmid::channels::whatsapp
{
namespace
{
std::string joined(const std::vector<std::string>& pieces)
{
    return std::accumulate(pieces.begin(), pieces.end(), std::string{});
}

/// Arbitrary Unicode, with what makes cutting difficult more often than chance would.
std::string any_text()
{
    const auto character = rc::gen::oneOf(
        rc::gen::inRange<std::uint32_t>(0x20, 0x7f), rc::gen::inRange<std::uint32_t>(1, 0x110000),
        rc::gen::element<std::uint32_t>(' ', '\n', '\r', 0x301, 0x200d, 0xfe0f, 0x1f1e9, 0x1f1ea, 0x1f468,
                                        0x1f3fd, 0x3099, 0x4f60));
    const auto size = *rc::gen::inRange<std::size_t>(0, 400);
    std::string text;
    for (const auto c : *rc::gen::container<std::vector<std::uint32_t>>(size, character))
        append_utf8(text, c);
    return text;
}
} // namespace

TEST(WhatsAppSplit, CountsAsTheApiDoes)
{
    EXPECT_EQ(utf16_units(""), 0U);
    EXPECT_EQ(utf16_units("abc"), 3U);
    EXPECT_EQ(utf16_units("Grüße"), 5U);
    EXPECT_EQ(utf16_units("你好"), 2U);
    EXPECT_EQ(utf16_units("🦉"), 2U);
}

TEST(WhatsAppSplit, LeavesAloneWhatFits)
{
    EXPECT_EQ(split_text("", 16), std::vector<std::string>{""});
    EXPECT_EQ(split_text("0123456789abcdef", 16).size(), 1U);
    EXPECT_EQ(split_text(std::string(16, '\n'), 16).size(), 1U);
    EXPECT_EQ(split_text("🦉🦉🦉🦉🦉🦉🦉🦉", 16).size(), 1U) << "32 bytes, and 16 units";
}

TEST(WhatsAppSplit, CutsAtTheBestPlaceOfTheLastQuarter)
{
    EXPECT_EQ(split_text("aaaaaaaaaaaaa b\n\nc d", 18).front(), "aaaaaaaaaaaaa b\n\n");
    EXPECT_EQ(split_text("aaaaaaaaaaaaa b\nc d e", 18).front(), "aaaaaaaaaaaaa b\n");
    EXPECT_EQ(split_text("aaaaaaaaaaaa b. cc ddd", 18).front(), "aaaaaaaaaaaa b. ");
    EXPECT_EQ(split_text("aaaaaaaaaaaaa bb cccccc", 18).front(), "aaaaaaaaaaaaa bb ");
    EXPECT_EQ(split_text("a b\n\n" + std::string(20, 'c'), 16).front(), "a b\n\n" + std::string(11, 'c'))
        << "too early a cut would waste the message";
}

TEST(WhatsAppSplit, KeepsCharactersWithTheirMarksTogether)
{
    const std::string flag = "🇩🇪";
    EXPECT_EQ(split_text(std::string(13, 'a') + flag + "b", 16).front(), std::string(13, 'a'));
    EXPECT_EQ(split_text(std::string(12, 'a') + flag + flag, 16).front(), std::string(12, 'a') + flag);
    EXPECT_EQ(split_text(std::string(15, 'a') + "e\u0301b", 16).front(), std::string(15, 'a'));
    EXPECT_EQ(split_text(std::string(13, 'a') + "👍🏽b", 16).front(), std::string(13, 'a'));
    EXPECT_EQ(split_text(std::string(14, 'a') + "\u2764\u200d\U0001f525", 16).front(), std::string(14, 'a'));
    EXPECT_EQ(split_text(std::string(15, 'a') + "\r\nb", 16).front(), std::string(15, 'a'));
}

TEST(WhatsAppSplit, CutsAnEndlessCharacterAnyway)
{
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += "\u0301";
    const auto pieces = split_text(text, 16);
    EXPECT_EQ(pieces.size(), 7U);
    EXPECT_EQ(joined(pieces), text);
}

TEST(WhatsAppSplit, AnyTextIsTheSameBehindTheWireBothWays)
{
    EXPECT_TRUE(rc::check(
        []
        {
            const auto text = any_text();
            const Addressing to{"1", "+491701234567", "wamid.A", ""};
            const auto sent = codec::parse_json(send_text(to, text).body).value();
            RC_ASSERT(codec::JsonItem(sent, "request").field("text")->field("body")->text().value() == text);
            namespace json = boost::json;
            const json::object message{{"from", "491701234567"},
                                       {"id", "wamid.B"},
                                       {"timestamp", "3"},
                                       {"type", "text"},
                                       {"text", {{"body", "x" + text}}}};
            const json::object contact{{"profile", {{"name", text}}}, {"wa_id", "491701234567"}};
            const json::object value{{"metadata", {{"phone_number_id", "1"}}},
                                     {"contacts", json::array{contact}},
                                     {"messages", json::array{message}}};
            const json::object change{{"field", "messages"}, {"value", value}};
            const json::object body{{"object", "whatsapp_business_account"},
                                    {"entry", json::array{json::object{{"changes", json::array{change}}}}}};
            const auto read = parse_hook(codec::serialise_json(body), "1").value();
            RC_ASSERT(read.events.size() == 1U);
            const auto& line = std::get<Message>(read.events[0]).line;
            RC_ASSERT(line.text == "x" + text);
            RC_ASSERT(line.called.find('\n') == std::string::npos);
        }));
}

TEST(WhatsAppSplit, AnyTextThatFitsATemplateIsOneLineThere)
{
    EXPECT_TRUE(rc::check(
        []
        {
            channel::Outgoing message;
            message.number = "8312 3456 7890 1210";
            message.text = any_text();
            const auto line = as_parameter(message);
            if (!line)
                return;
            RC_ASSERT(is_utf8(*line) && utf16_units(*line) <= kMaxParameter);
            RC_ASSERT(line->find('\n') == std::string::npos && line->find('\t') == std::string::npos);
            RC_ASSERT(line->find("     ") == std::string::npos);
        }));
}

TEST(WhatsAppSplit, LosesNothingOfAnyText)
{
    EXPECT_TRUE(rc::check(
        [](std::uint8_t extra)
        {
            const auto text = any_text();
            const std::size_t room = 16U + extra;
            const auto pieces = split_text(text, room);
            RC_ASSERT(joined(pieces) == text);
            for (std::size_t i = 0; i < pieces.size(); ++i)
            {
                RC_ASSERT(is_utf8(pieces[i]));
                RC_ASSERT(utf16_units(pieces[i]) <= room);
                RC_ASSERT(i + 1 == pieces.size() || utf16_units(pieces[i]) > room - room / 4);
            }
        }));
}
} // namespace dmid::channels::whatsapp
