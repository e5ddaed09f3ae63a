// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/wire.hpp"

#include "channels/nostr/wire_items.hpp"
#include "seal/event_read.hpp"

#include <boost/json/array.hpp>

namespace dmid::channels::nostr
{
namespace
{
namespace json = boost::json;

/// The items of a message, its verb first.
struct Message
{
    json::value value;
    std::string verb;
    const json::array& items() const { return value.get_array(); }
    const json::value* at(std::size_t i) const { return i < items().size() ? &items()[i] : nullptr; }
};

Result<Message> read_message(std::string_view text)
{
    if (text.size() > kMaxMessage)
        return fail(Errc::message_too_large);
    DMID_TRY(auto value, codec::parse_json(text, {kMaxMessage, 10}));
    const auto* items = value.if_array();
    if (items == nullptr || items->empty() || !items->front().is_string())
        return fail(Errc::codec_type, "no array that begins with a verb");
    const auto& verb = items->front().get_string();
    if (verb.size() > 16)
        return fail(Errc::codec_range, "verb");
    std::string word{verb.data(), verb.size()};
    return Message{std::move(value), std::move(word)};
}

/// The message that comes most, `["EVENT",…]`, read once and in order; with `subscription` that of a relay.
/// Nothing where it is another one or wrong: the general way tells which, and why.
std::optional<client::Event> quick_event(std::string_view text, std::string* subscription)
{
    if (text.size() > kMaxMessage)
        return std::nullopt;
    codec::JsonReader reader{text, 1 + seal::kMaxEventDepth};
    std::string_view word;
    if (!reader.begin_array() || !reader.next_item() || !reader.text(word) || word != "EVENT" ||
        !reader.next_item())
        return std::nullopt;
    if (subscription != nullptr)
    {
        if (!reader.text(word) || word.empty() || word.size() > kMaxSubscriptionId)
            return std::nullopt;
        subscription->assign(word);
        if (!reader.next_item())
            return std::nullopt;
    }
    reader.peek();
    const auto from = reader.at();
    auto event = seal::read_event(reader);
    const auto size = reader.at() - from;
    if (!event || size > seal::kMaxEventBytes || reader.next_item() || !reader.finish())
        return std::nullopt;
    return client::Event{std::move(*event), from, size};
}

ClientMessage read_req(const Message& message)
{
    auto subscription = read_subscription(message.at(1));
    if (!subscription)
        return client::BadReq{{}, subscription.error().code};
    const auto count = message.items().size() - 2;
    if (count == 0 || count > kMaxFilters)
        return client::BadReq{*subscription, Errc::codec_range};
    client::Req req{*subscription, {}};
    for (std::size_t i = 0; i < count; ++i)
    {
        auto filter = read_filter(*message.at(i + 2));
        if (!filter)
            return client::BadReq{*subscription, filter.error().code};
        req.filters.push_back(std::move(*filter));
    }
    return req;
}

ClientMessage read_client_event(const Message& message)
{
    const auto* item = message.at(1);
    auto event = read_event(item);
    if (!event)
        return client::BadEvent{read_event_id(item), event.error().code};
    if (message.verb == "AUTH")
        return client::Auth{std::move(*event)};
    return client::Event{std::move(*event)};
}

Result<RelayMessage> read_relay_event(const Message& message)
{
    DMID_TRY(auto subscription, read_subscription(message.at(1)));
    DMID_TRY(auto event, read_event(message.at(2)));
    return relay::Event{std::move(subscription), std::move(event)};
}

Result<RelayMessage> read_ok(const Message& message)
{
    const auto* accepted = message.at(2);
    if (accepted == nullptr || !accepted->is_bool())
        return fail(Errc::codec_type, "OK");
    DMID_TRY(const auto id, read_id(message.at(1)));
    return relay::Ok{id, accepted->get_bool(), read_words(message.at(3))};
}

Result<RelayMessage> read_challenge(const Message& message)
{
    const auto* item = message.at(1);
    const auto* text = item == nullptr ? nullptr : item->if_string();
    if (text == nullptr || text->empty() || text->size() > kMaxChallenge)
        return fail(Errc::codec_range, "challenge");
    return relay::Auth{std::string{text->data(), text->size()}};
}
} // namespace

Result<ClientMessage> parse_client_message(std::string_view text)
{
    if (auto event = quick_event(text, nullptr))
        return std::move(*event);
    DMID_TRY(const auto message, read_message(text));
    if (message.verb == "EVENT" || message.verb == "AUTH")
        return read_client_event(message);
    if (message.verb == "REQ")
        return read_req(message);
    auto subscription = read_subscription(message.at(1));
    if (message.verb != "CLOSE")
        return client::Unknown{printable(message.verb), subscription ? std::move(*subscription) : ""};
    DMID_TRY(auto id, std::move(subscription));
    return client::Close{std::move(id)};
}

Result<RelayMessage> parse_relay_message(std::string_view text)
{
    std::string shown_to;
    if (auto event = quick_event(text, &shown_to))
        return relay::Event{std::move(shown_to), std::move(event->event)};
    DMID_TRY(const auto message, read_message(text));
    if (message.verb == "EVENT")
        return read_relay_event(message);
    if (message.verb == "OK")
        return read_ok(message);
    if (message.verb == "AUTH")
        return read_challenge(message);
    if (message.verb == "NOTICE")
        return relay::Notice{read_words(message.at(1))};
    if (message.verb != "EOSE" && message.verb != "CLOSED")
        return relay::Unknown{};
    DMID_TRY(auto subscription, read_subscription(message.at(1)));
    if (message.verb == "EOSE")
        return relay::Eose{std::move(subscription)};
    return relay::Closed{std::move(subscription), read_words(message.at(2))};
}
} // namespace dmid::channels::nostr
