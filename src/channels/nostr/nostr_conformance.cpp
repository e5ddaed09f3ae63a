// SPDX-License-Identifier: Apache-2.0
// Both ways out of the channel, a relay and another node's gateway, against the suite that all channels pass.
#include "channels/nostr/nostr_channel.hpp"
#include "channels/nostr/testing_relay.hpp"
#include "codec/json.hpp"
#include "net/testing_peer.hpp"

#include <conformance/channel_suite.hpp>

#include <optional>

namespace dmid::conformance
{
namespace
{
using namespace channels::nostr;
using channels::nostr::test::FakeServed;
using channels::nostr::test::key;
using channels::nostr::test::ScriptedRelay;
using channels::nostr::test::secret;
using net::testing::RawSocket;
using net::testing::ScriptedPeer;

constexpr std::uint8_t kReader = 0x42;

class NostrBench : public Bench
{
public:
    channel::Channel& start(Service behaviour) override
    {
        listen(behaviour);
        const std::vector<std::string> allowed{authority_};
        channel_ = make_nostr_channel({}, secret(0x11), served_, clock_,
                                      net::Dialer{net::AllowList::from(allowed).value()})
                       .value();
        return *channel_;
    }
    std::string address() const override
    {
        return "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg";
    }
    std::vector<std::string> bad_addresses() const override
    {
        return {"nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", std::string(64, 'f'),
                "alice@mail.example", std::string(63, 'a')};
    }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = to_hex(key(kReader).view());
        leg.routes = {url_};
        return leg;
    }
    channel::Outgoing message(const std::string& text) const override
    {
        channel::Outgoing message;
        message.text = text;
        channel::Sealed sealed;
        // One seal for one text: the suite sends some twice.
        sealed.seal = seal::to_json(channels::nostr::test::seal_of(text, 0x31, kReader, 1'790'000'000));
        sealed.recipient = key(kReader);
        sealed.number = 8312345678901210;
        sealed.ticket = secret(0x77);
        message.sealed = std::move(sealed);
        return message;
    }
    std::vector<std::string> secrets() const override
    {
        return {to_hex(secret(0x11).view()), to_hex(secret(0x77).view()), "hello"};
    }
    std::optional<std::string> exempt(Demand demand) const override
    {
        if (demand == Demand::interference)
            return std::nullopt;
        return "wraps come in by a door of their own, which door_test holds to this; relays confirm no "
               "delivery";
    }

protected:
    virtual void listen(Service behaviour) = 0;
    static std::string opened(const seal::Event& wrap)
    {
        const auto open = seal::open_wrap(wrap, secret(kReader));
        return open ? open->rumor.content : name(open.error().code).data();
    }
    std::string url_;
    std::string authority_;

private:
    SystemClock clock_;
    FakeServed served_{{}};
    std::unique_ptr<channel::Channel> channel_;
};

class RelayBench final : public NostrBench
{
public:
    unsigned connections() const override { return relay_ ? relay_->connections() : 0; }
    std::vector<Flood> floods() const override
    {
        // A frame of text of 1 GB, and one in pieces without an end.
        auto out = http_floods();
        out.push_back({std::string{"\x81\x7f\0\0\0\0\x40\0\0\0", 10}, "x"});
        out.push_back({std::string{"\x01\x01x", 3}, std::string{"\x00\x01x", 3}});
        return out;
    }
    std::vector<std::string> arrived() const override
    {
        std::vector<std::string> out;
        for (const auto& event : relay_->events())
            out.push_back(opened(event));
        return out;
    }

private:
    void listen(Service behaviour) override
    {
        relay_.emplace(script(behaviour));
        authority_ = before(relay_->authority());
        url_ = "ws://" + authority_ + "/";
        if (behaviour == Service::is_gone)
            relay_.reset();
    }
    static ScriptedRelay::Script script(Service behaviour)
    {
        using channels::nostr::test::says_ok;
        switch (behaviour)
        {
        case Service::refuses:
            return says_ok(false, "blocked: not\nyou");
        case Service::defers:
            return says_ok(false, "rate-limited: slow down");
        case Service::is_silent:
            return [](const ClientMessage&) { return std::vector<std::string>{}; };
        case Service::hangs_up:
            return [](const ClientMessage&) { return std::vector<std::string>{"cut"}; };
        case Service::babbles:
            return [](const ClientMessage&) { return std::vector<std::string>{"250 ok", "cut"}; };
        default:
            return says_ok(true);
        }
    }
    std::optional<ScriptedRelay> relay_;
};

class GatewayBench final : public NostrBench
{
public:
    unsigned connections() const override { return connections_; }
    std::vector<Flood> floods() const override { return http_floods(); }
    std::vector<std::string> arrived() const override
    {
        const std::lock_guard lock{mutex_};
        return arrived_;
    }

private:
    void listen(Service behaviour) override
    {
        behaviour_ = behaviour;
        peer_.emplace([this](const RawSocket& socket) { serve(socket); });
        authority_ = before(peer_->authority());
        url_ = "http://" + authority_ + "/";
        if (behaviour == Service::is_gone)
            peer_.reset();
    }
    static std::string answer(unsigned status, const std::string& body)
    {
        return "HTTP/1.1 " + std::to_string(status) +
               " words\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
               body;
    }
    void serve(const RawSocket& socket)
    {
        ++connections_;
        if (behaviour_ == Service::hangs_up || behaviour_ == Service::is_silent)
        {
            socket.read_until(behaviour_ == Service::hangs_up ? "}}" : "");
            return;
        }
        socket.read_until("\r\n\r\n");
        const auto body = socket.read_until("}}");
        if (const auto value = codec::parse_json(body))
            if (const auto wrap = seal::parse_event(codec::serialise_json(value->as_object().at("wrap"))))
            {
                const std::lock_guard lock{mutex_};
                arrived_.push_back(opened(*wrap));
            }
        if (behaviour_ == Service::accepts)
            socket.send(answer(202, R"({"id":"00","status":"accepted"})"));
        else if (behaviour_ == Service::refuses)
            socket.send(answer(403, R"({"code":"policy.rejected","detail":"no\n"})"));
        else if (behaviour_ == Service::defers)
            socket.send(answer(429, R"({"code":"policy.rate-limited"})"));
        else
            socket.send("* OK IMAP4rev1 ready\r\n\r\n");
    }
    Service behaviour_ = Service::accepts;
    std::atomic<unsigned> connections_{0};
    mutable std::mutex mutex_;
    std::vector<std::string> arrived_;
    std::optional<ScriptedPeer> peer_;
};

template <class T> std::unique_ptr<Bench> make()
{
    return std::make_unique<T>();
}
} // namespace

INSTANTIATE_TEST_SUITE_P(NostrRelay, ChannelSuite, testing::Values(&make<RelayBench>));
INSTANTIATE_TEST_SUITE_P(NostrGateway, ChannelSuite, testing::Values(&make<GatewayBench>));
} // namespace dmid::conformance
