// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/incoming_body.hpp"
#include "channels/webhook/outgoing_body.hpp"
#include "codec/json.hpp"

#include <boost/json/value.hpp>
#include <conformance/any_text.hpp>
#include <gtest/gtest.h>

namespace dmid::channels::webhook
{
TEST(WebhookBody, AnyTextIsTheSameBehindTheWireBothWays)
{
    EXPECT_TRUE(rc::check(
        []
        {
            const auto text = "x" + conformance::any_text();
            channel::Outgoing message;
            message.text = text;
            const auto sent = codec::parse_json(encode_body({}, "ci", message).value()).value();
            RC_ASSERT(std::string{sent.at("data").at("text").as_string()} == text);
            const boost::json::value said{{"id", "m1"}, {"text", text}};
            RC_ASSERT(parse_incoming(codec::serialise_json(said))->text == text);
        }));
}
} // namespace dmid::channels::webhook
