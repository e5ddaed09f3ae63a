// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/api_request.hpp"
#include "channels/telegram/api_update.hpp"
#include "codec/json.hpp"

#include <boost/json/value.hpp>
#include <conformance/any_text.hpp>
#include <gtest/gtest.h>

namespace dmid::channels::telegram
{
TEST(TelegramWire, AnyTextIsTheSameBehindTheWireBothWays)
{
    EXPECT_TRUE(rc::check(
        []
        {
            const auto text = conformance::any_text();
            const auto sent = codec::parse_json(send_message(42, text, std::nullopt).body).value();
            RC_ASSERT(codec::JsonItem(sent, "request").field("text")->text().value() == text);
            const boost::json::value update{{"update_id", 1},
                                            {"message",
                                             {{"message_id", 2},
                                              {"date", 3},
                                              {"chat", {{"id", 42}, {"type", "private"}}},
                                              {"from", {{"id", 42}, {"is_bot", false}, {"first_name", text}}},
                                              {"text", "x" + text}}}};
            const auto back = codec::parse_json(codec::serialise_json(update)).value();
            const auto read = parse_update({back, "update"}).value();
            RC_ASSERT(read.line.has_value());
            RC_ASSERT(read.line->text == "x" + text);
            RC_ASSERT(read.line->called.find('\n') == std::string::npos);
        }));
}
} // namespace dmid::channels::telegram
