// SPDX-License-Identifier: Apache-2.0
// For tests only: a scripted relay on loopback, and keys.
#pragma once

#include "channels/nostr/served_keys.hpp"
#include "channels/nostr/wire.hpp"
#include "model/test_keys.hpp"
#include "net/http_server.hpp"
#include "seal/nip17.hpp"
#include "seal/nip59.hpp"

#include <atomic>
#include <functional>
#include <mutex>

namespace dmid::channels::nostr::test
{
using model::test::key;
using model::test::secret;

inline Hash32 fresh()
{
    static std::atomic<unsigned> count{0};
    Hash32 out;
    const auto n = ++count;
    out.bytes[0] = static_cast<std::uint8_t>(n >> 8U);
    out.bytes[1] = static_cast<std::uint8_t>(n);
    out.bytes[31] = 1;
    return out;
}

inline seal::Event seal_of(std::string text, std::uint8_t author, std::uint8_t reader, UnixTime now)
{
    const auto rumor = seal::make_text(key(author), key(reader), now, std::move(text));
    return seal::make_seal(rumor, secret(author), key(reader), now, {fresh(), fresh(), 7}).value();
}
inline seal::Event wrap_of(std::string text, std::uint8_t author, std::uint8_t reader, UnixTime now,
                           unsigned work = 0)
{
    seal::WrapExtras extras;
    extras.work_bits = work;
    return seal::make_wrap(seal_of(std::move(text), author, reader, now), key(reader), now,
                           {Secret32{fresh().bytes}, fresh(), fresh(), 7, 1}, extras)
        .value();
}

/// Keys 0x21, 0x22, …: inbox keys of numbers that are served.
class FakeServed final : public ServedKeys
{
public:
    explicit FakeServed(std::vector<std::uint8_t> fills)
        : fills_{std::move(fills)}
    {
    }
    std::vector<Presence> presences() const override
    {
        const std::lock_guard lock{mutex_};
        std::vector<Presence> out;
        for (const auto fill : fills_)
            out.push_back({key(fill), "8312 3456 7890 1210", about_, {"wss://relay.example/"}});
        return out;
    }
    Result<seal::Event> sign(const XOnlyKey& which, seal::EventBody body) const override
    {
        const std::lock_guard lock{mutex_};
        for (const auto fill : fills_)
            if (key(fill) == which)
                return seal::sign_event(std::move(body), secret(fill), fresh());
        return fail(Errc::crypto_key_invalid);
    }
    void add(std::uint8_t fill)
    {
        const std::lock_guard lock{mutex_};
        fills_.push_back(fill);
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::uint8_t> fills_;
    std::string about_ = "A DMID number.";
};

/// Says what the script says to each message of each client; an empty answer is none, "cut" ends the
/// connection.
class ScriptedRelay
{
public:
    using Script = std::function<std::vector<std::string>(const ClientMessage&)>;
    explicit ScriptedRelay(Script script, std::vector<std::string> greeting = {})
        : script_{std::move(script)}
        , greeting_{std::move(greeting)}
    {
        port_ = server_.listen_tcp("127.0.0.1", 0).value();
        pool_.start();
    }
    std::uint16_t port() const { return port_; }
    std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string url() const { return "ws://" + authority() + "/"; }
    unsigned connections() const { return connections_; }
    std::vector<ClientMessage> heard() const
    {
        const std::lock_guard lock{mutex_};
        return heard_;
    }
    /// The events that clients published.
    std::vector<seal::Event> events() const
    {
        std::vector<seal::Event> out;
        for (const auto& message : heard())
            if (const auto* event = std::get_if<client::Event>(&message))
                out.push_back(event->event);
        return out;
    }

private:
    static net::Task<net::HttpResponse> nothing(net::HttpRequest) { co_return net::HttpResponse{}; }
    net::Task<> serve(net::WebSocketPtr socket)
    {
        ++connections_;
        for (const auto& words : greeting_)
            socket->post(words);
        for (;;)
        {
            auto text = co_await socket->read();
            if (!text)
                co_return;
            auto message = parse_client_message(*text);
            if (!message)
                co_return;
            std::vector<std::string> answers;
            {
                const std::lock_guard lock{mutex_};
                heard_.push_back(*message);
                answers = script_(*message);
            }
            for (auto& answer : answers)
            {
                if (answer == "cut")
                {
                    co_await socket->close();
                    co_return;
                }
                const auto written = co_await socket->write(std::move(answer));
                if (!written)
                    co_return;
            }
        }
    }

    Script script_;
    std::vector<std::string> greeting_;
    mutable std::mutex mutex_;
    std::vector<ClientMessage> heard_;
    std::atomic<unsigned> connections_{0};
    std::uint16_t port_ = 0;
    net::IoPool pool_{1};
    net::HttpServer server_{pool_, nothing, [this](net::WebSocketPtr socket, net::HttpRequest) {
                                return serve(std::move(socket));
                            }};
};

/// An OK to every event, with these words.
inline ScriptedRelay::Script says_ok(bool accepted, std::string words = "")
{
    return [accepted, words](const ClientMessage& message) -> std::vector<std::string>
    {
        if (const auto* event = std::get_if<client::Event>(&message))
            return {encode(RelayMessage{relay::Ok{event->event.id, accepted, words}})};
        return {};
    };
}
} // namespace dmid::channels::nostr::test
