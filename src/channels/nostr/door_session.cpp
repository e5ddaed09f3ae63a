// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/door_session.hpp"

#include "channels/nostr/events.hpp"
#include "channels/nostr/head_events.hpp"
#include "keys/random.hpp"
#include "net/source.hpp"
#include "seal/nip17.hpp"
#include "seal/nip59.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace dmid::channels::nostr
{
namespace
{
/// After so many broken rules the connection is closed (1008).
constexpr unsigned kMaxBrokenRules = 50;
constexpr std::size_t kMaxStored = 500; ///< events in answer to one REQ
constexpr std::size_t kMaxProven = 64;  ///< keys that one connection may prove

// g++ 12 frees aggregates twice that are made inside a co_await expression: these are made by functions.
RelayMessage make_ok(const Hash32& id, bool accepted, std::string words)
{
    return relay::Ok{id, accepted, std::move(words)};
}
RelayMessage make_closed(std::string subscription, std::string words)
{
    return relay::Closed{std::move(subscription), std::move(words)};
}
RelayMessage make_notice(std::string words)
{
    return relay::Notice{std::move(words)};
}
RelayMessage make_eose(std::string subscription)
{
    return relay::Eose{std::move(subscription)};
}
RelayMessage make_auth(std::string challenge)
{
    return relay::Auth{std::move(challenge)};
}

/// A piece of a text, in the text's own memory.
std::string cut(std::string text, std::size_t begin, std::size_t size)
{
    text.resize(begin + size);
    text.erase(0, begin);
    return text;
}

bool asks_for(const Filter& filter, std::uint32_t kind)
{
    return !filter.kinds ||
           std::find(filter.kinds->begin(), filter.kinds->end(), kind) != filter.kinds->end();
}
} // namespace

DoorSession::DoorSession(std::shared_ptr<RelayDoor::Impl> door, net::WebSocketPtr socket,
                         net::HttpRequest request)
    : door_{std::move(door)}
    , socket_{std::move(socket)}
    , source_{net::source_of(request.peer)}
    , challenge_{to_hex(keys::random_fixed<Hash32>().view().first(16))}
    , allowance_{door_->options.messages_per_minute / 4.0}
    , counted_{std::chrono::steady_clock::now()}
{
    if (const auto url = net::parse_url(door_->options.url))
        authorities_.push_back(url->authority());
    // The Host is the client's word: another relay, passing our challenge on to its own users, would send its
    // own name here. Only a name that nobody reaches from afar is believed.
    const auto host = net::parse_url("ws://" + std::string{request.headers.get("Host")});
    if (host && (host->host == "127.0.0.1" || host->host == "::1" || host->host == "localhost"))
        authorities_.push_back(host->authority());
}

net::Task<> DoorSession::run()
{
    bool going = co_await say(make_auth(challenge_));
    while (going)
    {
        auto text = co_await socket_->read();
        if (!text)
            co_return;
        auto message = parse_client_message(*text);
        if (!message)
        {
            ++broken_rules_;
            going = co_await say(make_notice("invalid: " + std::string{name(message.error().code)}));
        }
        else if (allowed())
            going = co_await take(std::move(*message), std::move(*text));
        else
            going = co_await refuse_haste(std::move(*message));
        if (broken_rules_ >= kMaxBrokenRules)
        {
            co_await socket_->close(1008, "too many broken rules");
            co_return;
        }
    }
}

void DoorSession::offer(const XOnlyKey& recipient, std::shared_ptr<const seal::Event> wrap)
{
    // Most connections bring mail and wait for none.
    if (!hears_.load())
        return;
    auto show = [self = shared_from_this(), recipient, event = std::move(wrap)]
    {
        if (!self->proven(recipient))
            return;
        for (const auto& [id, filters] : self->subscriptions_)
            if (std::any_of(filters.begin(), filters.end(),
                            [&event](const Filter& filter) { return matches(filter, *event); }))
                self->socket_->post(encode(RelayMessage{relay::Event{id, *event}}));
    };
    boost::asio::post(socket_->executor(), std::move(show));
}

net::Task<bool> DoorSession::say(RelayMessage message)
{
    const auto written = co_await socket_->write(encode(message));
    co_return written.has_value();
}

bool DoorSession::allowed()
{
    const double per_second = door_->options.messages_per_minute / 60.0;
    const auto now = std::chrono::steady_clock::now();
    const auto passed = std::chrono::duration<double>(now - counted_).count();
    counted_ = now;
    allowance_ = std::min(door_->options.messages_per_minute / 4.0, allowance_ + passed * per_second);
    if (allowance_ < 1)
        return false;
    allowance_ -= 1;
    return true;
}

net::Task<bool> DoorSession::refuse_haste(ClientMessage message)
{
    ++broken_rules_;
    const std::string words = "rate-limited: slow down";
    if (const auto* event = std::get_if<client::Event>(&message))
        co_return co_await say(make_ok(event->event.id, false, words));
    if (const auto* request = std::get_if<client::Req>(&message))
        co_return co_await say(make_closed(request->subscription, words));
    co_return co_await say(make_notice(words));
}

net::Task<bool> DoorSession::take(ClientMessage message, std::string text)
{
    if (auto* event = std::get_if<client::Event>(&message))
        co_return co_await take_event(std::move(*event), std::move(text));
    if (auto* request = std::get_if<client::Req>(&message))
        co_return co_await take_req(std::move(*request));
    if (auto* auth = std::get_if<client::Auth>(&message))
        co_return co_await take_auth(std::move(*auth));
    if (auto* close = std::get_if<client::Close>(&message))
    {
        subscriptions_.erase(close->subscription);
        co_return true;
    }
    if (auto* bad = std::get_if<client::BadEvent>(&message))
        co_return co_await take_bad_event(*bad);
    if (auto* bad = std::get_if<client::BadReq>(&message))
    {
        ++broken_rules_;
        const auto words = "invalid: " + std::string{name(bad->code)};
        if (bad->subscription.empty())
            co_return co_await say(make_notice(words));
        co_return co_await say(make_closed(bad->subscription, words));
    }
    co_return co_await take_unknown(std::get<client::Unknown>(std::move(message)));
}

net::Task<bool> DoorSession::take_event(client::Event message, std::string text)
{
    if (message.event.kind == kKindAppData && door_->options.heads != nullptr)
        co_return co_await take_head(std::move(message));
    const auto wrap = std::make_shared<const seal::Event>(std::move(message.event));
    const auto recipient = seal::wrap_recipient(*wrap);
    if (wrap->kind != seal::kKindWrap)
        co_return co_await say(make_ok(wrap->id, false, "blocked: only gift wraps (kind 1059) are taken"));
    if (!recipient)
        co_return co_await say(make_ok(wrap->id, false, "invalid: a wrap names exactly one recipient"));
    channel::Inbound in;
    in.door = "nostr";
    in.source = source_;
    in.shape = channel::Shape::wrap;
    in.body = message.size == 0 ? seal::to_json(*wrap) : cut(std::move(text), message.begin, message.size);
    const auto answer = co_await door_->inbox.receive(std::move(in));
    const bool yes = answer.yes == channel::Yes::yes;
    if (yes && !answer.duplicate)
        door_->accepted(*recipient, wrap);
    relay::Ok ok{wrap->id, yes, words_of(answer)};
    co_return co_await say(std::move(ok));
}

net::Task<bool> DoorSession::take_head(client::Event message)
{
    const auto& event = message.event;
    auto head = head_in(event);
    if (!head)
        co_return co_await say(
            make_ok(event.id, false, "blocked: of application data only policy heads are taken"));
    // The head has a signature of its own; this one keeps others from putting it under a key that is not
    // theirs.
    if (const auto genuine = seal::verify(event); !genuine)
    {
        ++broken_rules_;
        co_return co_await say(
            make_ok(event.id, false, "invalid: " + std::string{name(genuine.error().code)}));
    }
    const auto taken = co_await door_->options.heads->take(std::move(*head), seal::to_json(event), source_);
    if (taken)
        co_return co_await say(make_ok(event.id, true, ""));
    const auto code = taken.error().code;
    const std::string prefix = code == Errc::policy_rate_limited ? "rate-limited: "
                               : retryable(code)                 ? "error: "
                                                                 : "invalid: ";
    co_return co_await say(make_ok(event.id, false, prefix + std::string{name(code)}));
}

net::Task<bool> DoorSession::take_bad_event(client::BadEvent message)
{
    ++broken_rules_;
    const auto words = "invalid: " + std::string{name(message.code)};
    if (message.id)
        co_return co_await say(make_ok(*message.id, false, words));
    co_return co_await say(make_notice(words));
}

bool DoorSession::proven(const XOnlyKey& key) const
{
    return std::find(proven_.begin(), proven_.end(), key) != proven_.end();
}

std::string DoorSession::closed_to(const client::Req& request) const
{
    for (const auto& filter : request.filters)
    {
        // Without kinds it asks for everything: it gets what it may see.
        if (!filter.kinds || !asks_for(filter, seal::kKindWrap))
            continue;
        if (proven_.empty())
            return "auth-required: gift wraps are shown to their recipient";
        if (filter.p &&
            std::any_of(filter.p->begin(), filter.p->end(), [this](const auto& key) { return !proven(key); }))
            return "restricted: gift wraps are shown to their recipient";
    }
    return {};
}

net::Task<bool> DoorSession::take_req(client::Req message)
{
    const auto id = message.subscription;
    if (!subscriptions_.contains(id) && subscriptions_.size() >= door_->options.max_subscriptions)
    {
        ++broken_rules_;
        co_return co_await say(make_closed(id, "error: too many subscriptions"));
    }
    if (auto why = closed_to(message); !why.empty())
        co_return co_await say(make_closed(id, std::move(why)));
    std::vector<seal::Event> found;
    for (auto& event : door_->public_events())
        if (std::any_of(message.filters.begin(), message.filters.end(),
                        [&event](const Filter& filter)
                        { return filter.limit.value_or(1) > 0 && matches(filter, event); }))
            found.push_back(std::move(event));
    auto heads = door_->head_events(message.filters);
    found.insert(found.end(), std::make_move_iterator(heads.begin()), std::make_move_iterator(heads.end()));
    auto wraps = door_->shelf.find(proven_, message.filters, kMaxStored, door_->clock.now());
    found.insert(found.end(), std::make_move_iterator(wraps.begin()), std::make_move_iterator(wraps.end()));
    // From here on live ones are shown too; what comes in between is shown twice rather than never.
    subscriptions_[id] = std::move(message.filters);
    for (auto& event : found)
    {
        relay::Event one{id, std::move(event)};
        if (!co_await say(std::move(one)))
            co_return false;
    }
    co_return co_await say(make_eose(id));
}

net::Task<bool> DoorSession::take_auth(client::Auth message)
{
    const auto& event = message.event;
    const auto genuine = check_auth(event, challenge_, authorities_, door_->clock.now());
    if (!genuine)
    {
        ++broken_rules_;
        relay::Ok no{event.id, false, printable("invalid: " + to_string(genuine.error()))};
        co_return co_await say(std::move(no));
    }
    // Others may prove what they like; it opens nothing.
    if (door_->serves(event.pubkey) && !proven(event.pubkey) && proven_.size() < kMaxProven)
    {
        proven_.push_back(event.pubkey);
        hears_ = true;
    }
    co_return co_await say(make_ok(event.id, true, ""));
}

net::Task<bool> DoorSession::take_unknown(client::Unknown message)
{
    ++broken_rules_;
    const auto words = "error: " + message.verb + " is not served here";
    if (message.subscription.empty())
        co_return co_await say(make_notice(words));
    co_return co_await say(make_closed(message.subscription, words));
}
} // namespace dmid::channels::nostr
