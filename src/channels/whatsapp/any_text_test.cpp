// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "channels/whatsapp/api_request.hpp"
#include "channels/whatsapp/hook.hpp"
#include "channels/whatsapp/plan.hpp"
#include "chat/text_split.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <conformance/any_text.hpp>
#include <gtest/gtest.h>

namespace dmid::channels::whatsapp
{
TEST(WhatsAppWire, AnyTextIsTheSameBehindTheWireBothWays)
{
    EXPECT_TRUE(rc::check(
        []
        {
            const auto text = conformance::any_text();
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

TEST(WhatsAppWire, AnyTextThatFitsATemplateIsOneLineThere)
{
    EXPECT_TRUE(rc::check(
        []
        {
            channel::Outgoing message;
            message.number = "8312 3456 7890 1210";
            message.text = conformance::any_text();
            const auto line = as_parameter(message);
            if (!line)
                return;
            RC_ASSERT(is_utf8(*line) && chat::utf16_units(*line) <= kMaxParameter);
            RC_ASSERT(line->find('\n') == std::string::npos && line->find('\t') == std::string::npos);
            RC_ASSERT(line->find("     ") == std::string::npos);
        }));
}
} // namespace dmid::channels::whatsapp
