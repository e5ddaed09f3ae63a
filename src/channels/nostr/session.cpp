// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/session.hpp"

#include "channels/nostr/events.hpp"
#include "keys/random.hpp"
#include "seal/nip17.hpp"
#include "seal/nip59.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

namespace dmid::channels::nostr
{
namespace
{
constexpr const char* kSubscription = "dmid-inbox";
/// What a connection may cost us in useless messages before it is cut.
constexpr unsigned kCredit = 200;
constexpr double kPerSecond = 100;
constexpr double kBurst = 1000;
/// Whoever asks for AUTH before everything gets one subscription more for each.
constexpr unsigned kMaxResubscribed = 32;
constexpr std::size_t kMaxServed = kMaxFilters * kMaxFilterValues;
constexpr net::Millis kTick{250};
/// After an answer of `later`.
constexpr net::Millis kPollAgain{60'000};
/// What a relay forgot to push is found so at last.
constexpr net::Millis kPollAnyway{3'600'000};
} // namespace

net::Task<> listen_once(Listening& listening, std::string url, channel::Inbox& inbox)
{
    using namespace boost::asio::experimental::awaitable_operators;
    auto parsed = net::parse_url(url);
    if (!parsed)
        co_return;
    const auto host = parsed->authority();
    net::WebSocketOptions options;
    options.guard = net::Guard::configured;
    options.handshake_timeout = listening.options_.peer_timeout;
    options.max_message = 2 * kMaxMessage;
    auto socket = co_await net::connect_websocket(listening.dialer_, *std::move(parsed), options);
    if (!socket)
        co_return;
    Session session{listening, inbox, *socket, std::move(url), host};
    co_await (session.hear() || session.look_after());
    (*socket)->abort();
}

Session::Session(Listening& listening, channel::Inbox& inbox, net::WebSocketPtr socket, std::string url,
                 std::string host)
    : listening_{listening}
    , inbox_{inbox}
    , socket_{std::move(socket)}
    , url_{std::move(url)}
    , host_{std::move(host)}
    , presences_{listening.served_.presences()}
    , allowance_{kBurst}
    , counted_{std::chrono::steady_clock::now()}
    , poll_at_{net::deadline_in(kPollAnyway)}
{
    if (presences_.size() > kMaxServed)
        presences_.resize(kMaxServed);
}

net::Task<> Session::hear()
{
    bool going = co_await subscribe() && co_await announce();
    while (going)
    {
        auto text = co_await socket_->read();
        if (!text)
            co_return;
        auto message = parse_relay_message(*text);
        if (message)
            going = co_await take(std::move(*message));
        else
            going = charge(10);
    }
}

net::Task<> Session::look_after()
{
    auto generation = listening_.generation_.load();
    auto compare_at = net::deadline_in(net::Millis{30'000});
    while (!listening_.stopping_)
    {
        co_await net::sleep_for(kTick);
        const auto now = std::chrono::steady_clock::now();
        const auto newest = listening_.generation_.load();
        if (newest != generation || now >= compare_at)
        {
            generation = newest;
            compare_at = net::deadline_in(net::Millis{30'000});
            auto presences = listening_.served_.presences();
            if (presences.size() > kMaxServed)
                presences.resize(kMaxServed);
            if (presences != presences_)
            {
                presences_ = std::move(presences);
                if (!(co_await subscribe() && co_await announce()))
                    co_return;
            }
        }
        if (now >= poll_at_)
        {
            poll_at_ = now + kPollAnyway;
            if (!co_await subscribe())
                co_return;
        }
    }
}

net::Task<bool> Session::say(ClientMessage message)
{
    const auto written = co_await socket_->write(encode(message));
    co_return written.has_value();
}

net::Task<bool> Session::subscribe()
{
    client::Req request{kSubscription, {}};
    for (std::size_t i = 0; i < presences_.size(); i += kMaxFilterValues)
    {
        Filter filter;
        filter.kinds.emplace({seal::kKindWrap});
        // Never the same filter twice: some relays answer an equal one from a cache, with what they would not
        // show before the AUTH, or without what came meanwhile.
        filter.since = listening_.clock_.now() - kPollBack - keys::random_fixed<Hash32>().bytes[0] * 14;
        filter.p.emplace();
        for (auto k = i; k < std::min(i + kMaxFilterValues, presences_.size()); ++k)
            filter.p->push_back(presences_[k].key);
        request.filters.push_back(std::move(filter));
    }
    if (request.filters.empty())
        co_return true;
    ClientMessage message = std::move(request);
    co_return co_await say(std::move(message));
}

net::Task<bool> Session::announce()
{
    const auto now = listening_.clock_.now();
    const auto presences = presences_; // it may change while we write
    for (const auto& presence : presences)
    {
        if (presence.relays.empty() && listening_.options_.own_relay.empty())
            continue; // nothing to say: an empty list would tell others not to write
        std::vector<seal::EventBody> bodies;
        bodies.push_back(relay_list(presence, listening_.options_.own_relay, now));
        bodies.push_back(profile(presence, now));
        for (auto& body : bodies)
        {
            auto event = listening_.served_.sign(presence.key, std::move(body));
            if (!event)
                continue;
            announced_.emplace(event->id, *event);
            ClientMessage message = client::Event{std::move(*event)};
            if (!co_await say(std::move(message)))
                co_return false;
        }
    }
    co_return true;
}

bool Session::charge(unsigned cost)
{
    spent_ += cost;
    return spent_ < kCredit;
}

bool Session::serves(const XOnlyKey& key) const
{
    return std::any_of(presences_.begin(), presences_.end(),
                       [&key](const Presence& presence) { return presence.key == key; });
}

net::Task<bool> Session::take(RelayMessage message)
{
    if (auto* event = std::get_if<relay::Event>(&message))
        co_return co_await take_wrap(std::move(*event));
    if (const auto* challenge = std::get_if<relay::Auth>(&message))
        co_return charge(5) && co_await prove(challenge->challenge);
    if (const auto* ok = std::get_if<relay::Ok>(&message))
        co_return co_await take_ok(*ok);
    if (const auto* closed = std::get_if<relay::Closed>(&message))
        co_return co_await take_closed(*closed);
    co_return charge(1);
}

net::Task<bool> Session::take_wrap(relay::Event message)
{
    const auto now = std::chrono::steady_clock::now();
    const auto passed = std::chrono::duration<double>(now - counted_).count();
    counted_ = now;
    allowance_ = std::min(kBurst, allowance_ + passed * kPerSecond) - 1;
    if (allowance_ < 0) // the relay waits with us: what is not read is not sent
        co_await net::sleep_for(net::Millis{static_cast<int>(1000 / kPerSecond)});

    const auto recipient = seal::wrap_recipient(message.event);
    if (message.subscription != kSubscription || !recipient || !serves(*recipient))
        co_return charge(5);
    const auto id = message.event.id;
    if (!listening_.seen_.add(id))
        co_return true;
    channel::Inbound in;
    in.door = "nostr";
    in.source = host_;
    in.shape = channel::Shape::wrap;
    in.body = seal::to_json(message.event);
    const auto answer = co_await inbox_.receive(std::move(in));
    if (answer.yes == channel::Yes::later)
    {
        listening_.seen_.remove(id);
        poll_at_ = std::min(poll_at_, net::deadline_in(kPollAgain));
    }
    // A relay that passes on what is no message at all did not check it.
    const bool fake = answer.yes == channel::Yes::no &&
                      (answer.code == Errc::message_signature || answer.code == Errc::message_id_mismatch);
    co_return !fake || charge(20);
}

net::Task<bool> Session::prove(const std::string& challenge)
{
    const auto presences = presences_;
    for (const auto& presence : presences)
    {
        auto event =
            listening_.served_.sign(presence.key, auth_answer(url_, challenge, listening_.clock_.now()));
        if (!event)
            continue;
        auths_.emplace(event->id, false);
        ClientMessage message = client::Auth{std::move(*event)};
        if (!co_await say(std::move(message)))
            co_return false;
    }
    co_return true;
}

net::Task<bool> Session::take_ok(const relay::Ok& ok)
{
    if (const auto auth = auths_.find(ok.id); auth != auths_.end())
    {
        if (!ok.accepted || std::exchange(auth->second, true))
            co_return charge(5);
        if (++resubscribed_ > kMaxResubscribed)
            co_return true;
        // Now that the relay knows this key: ask again, and say again what it refused.
        auto again = std::exchange(announced_, {});
        for (auto& [id, event] : again)
        {
            ClientMessage message = client::Event{std::move(event)};
            if (!co_await say(std::move(message)))
                co_return false;
        }
        co_return co_await subscribe();
    }
    const auto ours = announced_.find(ok.id);
    if (ours == announced_.end())
        co_return charge(5);
    if (ok.accepted || prefix_of(ok.words) != Prefix::auth_required)
        announced_.erase(ours);
    co_return true;
}

net::Task<bool> Session::take_closed(const relay::Closed& closed)
{
    if (closed.subscription != kSubscription)
        co_return charge(5);
    const auto prefix = prefix_of(closed.words);
    if (prefix == Prefix::auth_required || prefix == Prefix::restricted)
        co_return charge(5); // asked again after the OK to our AUTH
    co_return false;         // reconnects after the pause
}
} // namespace dmid::channels::nostr
