// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/testing_relay.hpp"
#include "channels/nostr/wire.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::nostr
{
namespace
{
using test::key;
using test::wrap_of;

constexpr UnixTime kWireNow = 1'790'000'000;

template <class T> T client_says(const std::string& text)
{
    const auto message = parse_client_message(text);
    EXPECT_TRUE(message) << text;
    const auto* held = message ? std::get_if<T>(&*message) : nullptr;
    EXPECT_NE(held, nullptr) << text;
    return held == nullptr ? T{} : *held;
}
template <class T> T relay_says(const std::string& text)
{
    const auto message = parse_relay_message(text);
    EXPECT_TRUE(message) << text;
    const auto* held = message ? std::get_if<T>(&*message) : nullptr;
    EXPECT_NE(held, nullptr) << text;
    return held == nullptr ? T{} : *held;
}
const std::string kHex(64, 'a');
} // namespace

TEST(NostrWire, ReadsBackEveryClientMessageThatItWrites)
{
    const auto event = wrap_of("hello", 1, 2, kWireNow);
    Filter filter;
    filter.d = {"with \"quotes\""};
    filter.ids.emplace({event.id});
    filter.authors.emplace({key(1), key(2)});
    filter.kinds.emplace({0U, 1059U});
    filter.p.emplace({key(3)});
    filter.since = 5;
    filter.until = 6;
    filter.limit = 7;
    const std::vector<ClientMessage> messages{client::Event{event}, client::Auth{event},
                                              client::Req{"a \"b\"\n", {filter, Filter{}}},
                                              client::Close{"x"}};
    for (const auto& message : messages)
    {
        const auto back = parse_client_message(encode(message));
        ASSERT_TRUE(back) << encode(message);
        EXPECT_EQ(*back, message) << encode(message);
    }
}

TEST(NostrWire, ReadsBackEveryRelayMessageThatItWrites)
{
    const auto event = wrap_of("hello", 1, 2, kWireNow);
    const std::vector<RelayMessage> messages{relay::Event{"s", event},
                                             relay::Ok{event.id, false, "pow: 20 bits needed"},
                                             relay::Eose{"s"},
                                             relay::Closed{"s", "error: x"},
                                             relay::Notice{"Grüße \"q\""},
                                             relay::Auth{"challenge"}};
    for (const auto& message : messages)
    {
        const auto back = parse_relay_message(encode(message));
        ASSERT_TRUE(back) << encode(message);
        EXPECT_EQ(*back, message) << encode(message);
    }
}

TEST(NostrWire, RefusesWhatIsNoMessage)
{
    for (const std::string text :
         {"", "{}", "[]", "[1]", "[\"EVENT\"", "null", "[[\"REQ\"]]", "[\"\\ud800\"]"})
    {
        EXPECT_FALSE(parse_client_message(text)) << text;
        EXPECT_FALSE(parse_relay_message(text)) << text;
    }
    EXPECT_FALSE(parse_client_message("[\"CLOSE\"]"));
    EXPECT_FALSE(parse_relay_message("[\"OK\",\"aa\",true,\"\"]"));
    EXPECT_FALSE(parse_relay_message("[\"OK\",\"" + kHex + "\",1,\"\"]"));
    EXPECT_FALSE(parse_relay_message("[\"AUTH\",\"\"]"));
    EXPECT_FALSE(parse_relay_message("[\"EVENT\",\"s\",{}]"));
}

TEST(NostrWire, ReadsAnEventTheSameHoweverItIsWritten)
{
    const auto event = wrap_of("hello", 1, 2, kWireNow);
    const auto json = seal::to_json(event);
    for (const auto& text : {"[\"EVENT\"," + json + "]", " [ \"EVENT\" , " + json + " ] ",
                             "[\"EVENT\"," + json + ",\"more\",[1]]", "[\"\\u0045VENT\"," + json + "]",
                             "[\"EVENT\",{\"x\":[[[[[[[]]]]]]]," + json.substr(1) + "]"})
        EXPECT_EQ(client_says<client::Event>(text).event, event) << text;
    for (const auto& text : {"[\"EVENT\",\"s\"," + json + "]", "[\"EVENT\", \"\\u0073\" ," + json + ",null]"})
        EXPECT_EQ(relay_says<relay::Event>(text), (relay::Event{"s", event})) << text;
    client_says<client::BadEvent>("[\"EVENT\",{\"x\":[[[[[[[[]]]]]]]]," + json.substr(1) + "]");
    EXPECT_EQ(
        parse_client_message("[\"EVENT\"," + json.substr(0, json.size() - 1) + ",\"kind\":1}]").error().code,
        Errc::codec_duplicate_key);
    EXPECT_EQ(parse_client_message("[\"EVENT\"," + json + "] x").error().code, Errc::codec_syntax);
    EXPECT_EQ(parse_client_message("[\"EVENT\"," + json + ",]").error().code, Errc::codec_syntax);
}

TEST(NostrWire, NamesTheIdOfAnEventThatBreaksARuleSoThatItCanBeAnswered)
{
    const auto bad = client_says<client::BadEvent>("[\"EVENT\",{\"id\":\"" + kHex + "\",\"kind\":-1}]");
    ASSERT_TRUE(bad.id);
    EXPECT_EQ(to_hex(bad.id->view()), kHex);
    EXPECT_FALSE(client_says<client::BadEvent>("[\"EVENT\",{}]").id);
    EXPECT_FALSE(client_says<client::BadEvent>("[\"EVENT\",7]").id);
}

TEST(NostrWire, HoldsMessagesSubscriptionsAndFiltersToTheirLimits)
{
    EXPECT_EQ(parse_client_message("[\"CLOSE\",\"" + std::string(kMaxMessage, 'x') + "\"]").error().code,
              Errc::message_too_large);
    EXPECT_TRUE(
        client_says<client::BadReq>("[\"REQ\",\"" + std::string(65, 'x') + "\",{}]").subscription.empty());
    EXPECT_EQ(client_says<client::BadReq>("[\"REQ\",\"s\"]").subscription, "s");
    std::string filters;
    for (std::size_t i = 0; i < kMaxFilters; ++i)
        filters += ",{}";
    EXPECT_EQ(client_says<client::Req>("[\"REQ\",\"s\"" + filters + "]").filters.size(), kMaxFilters);
    client_says<client::BadReq>("[\"REQ\",\"s\"" + filters + ",{}]");
    std::string kinds = "0";
    for (std::size_t i = 0; i < kMaxFilterValues; ++i)
        kinds += ",1";
    client_says<client::BadReq>("[\"REQ\",\"s\",{\"kinds\":[" + kinds + "]}]");
    client_says<client::BadReq>("[\"REQ\",\"s\",{\"kinds\":[65536]}]");
    client_says<client::BadReq>("[\"REQ\",\"s\",{\"#p\":[\"AA\"]}]");
    client_says<client::BadReq>("[\"REQ\",\"s\",{\"#d\":[7]}]");
    client_says<client::BadReq>("[\"REQ\",\"s\",{\"#d\":[\"" + std::string(kMaxTagValue + 1, 'd') + "\"]}]");
    client_says<client::BadReq>("[\"REQ\",\"s\",{\"since\":-1}]");
    client_says<client::BadReq>("[\"REQ\",\"s\",{\"limit\":1.5}]");
}

TEST(NostrWire, MatchesEventsToFilters)
{
    const auto event = wrap_of("hello", 1, 2, kWireNow);
    const auto filter = [&](const std::string& json)
    { return client_says<client::Req>("[\"REQ\",\"s\"," + json + "]").filters.at(0); };
    EXPECT_TRUE(matches(filter("{}"), event));
    EXPECT_TRUE(matches(filter("{\"kinds\":[1059],\"#p\":[\"" + to_hex(key(2).view()) + "\"]}"), event));
    EXPECT_FALSE(matches(filter("{\"#p\":[\"" + to_hex(key(3).view()) + "\"]}"), event));
    EXPECT_FALSE(matches(filter("{\"kinds\":[]}"), event));
    EXPECT_FALSE(matches(filter("{\"authors\":[\"" + to_hex(key(2).view()) + "\"]}"), event));
    EXPECT_TRUE(matches(filter("{\"since\":" + std::to_string(event.created_at) + "}"), event));
    EXPECT_FALSE(matches(filter("{\"since\":" + std::to_string(event.created_at + 1) + "}"), event));
    EXPECT_FALSE(matches(filter("{\"until\":" + std::to_string(event.created_at - 1) + "}"), event));
    auto named = event;
    named.tags.push_back({"d", "a \"name\""});
    EXPECT_TRUE(matches(filter(R"({"#d":["other","a \"name\""]})"), named));
    EXPECT_FALSE(matches(filter(R"({"#d":["other"]})"), named));
    EXPECT_FALSE(matches(filter(R"({"#d":["other"]})"), event)) << "it has none";
    EXPECT_FALSE(matches(filter("{\"#e\":[]}"), event)) << "a tag that is not looked at matches nothing";
}

TEST(NostrWire, ReadsMachineReadablePrefixes)
{
    EXPECT_EQ(prefix_of("pow: 24 bits"), Prefix::pow);
    EXPECT_EQ(prefix_of("rate-limited: slow"), Prefix::rate_limited);
    EXPECT_EQ(prefix_of("auth-required: who?"), Prefix::auth_required);
    EXPECT_EQ(prefix_of("pow"), Prefix::none);
    EXPECT_EQ(prefix_of("power: x"), Prefix::none);
    EXPECT_EQ(pow_bits("pow: difficulty 25>=24"), 25U);
    EXPECT_EQ(pow_bits("pow: 20 bits needed"), 20U);
    EXPECT_EQ(pow_bits("pow: 123456789012345678901234567890 or 7"), 7U);
    EXPECT_EQ(pow_bits("pow: some"), 0U);
}

TEST(NostrWire, KeepsARelaysWordsPrintableAndShort)
{
    EXPECT_EQ(relay_says<relay::Notice>("[\"NOTICE\",\"a\\r\\nb\\u001b[31m\"]").words, "a  b [31m");
    const auto cut = printable(std::string(kMaxWords - 1, 'x') + "é");
    EXPECT_EQ(cut, std::string(kMaxWords - 1, 'x'));
    EXPECT_EQ(printable("\xff"), "");
    EXPECT_TRUE(relay_says<relay::Ok>("[\"OK\",\"" + kHex + "\",true]").words.empty());
}
} // namespace dmid::channels::nostr
