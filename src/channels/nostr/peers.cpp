// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/peers.hpp"

#include "channels/nostr/events.hpp"
#include "channels/nostr/relay_link.hpp"
#include "keys/random.hpp"

#include <optional>
#include <utility>

namespace dmid::channels::nostr
{
namespace
{
/// Messages of a relay that may stand between an EVENT and its OK.
constexpr unsigned kMaxBetween = 64;

net::Millis left_until(net::Deadline deadline)
{
    const auto left = deadline - std::chrono::steady_clock::now();
    return std::max(std::chrono::duration_cast<net::Millis>(left), net::Millis{1});
}

/// The publication of one event over one link.
class Publication
{
public:
    Publication(RelayLink& link, std::string url, const seal::Event& event, UnixTime now)
        : link_{link}
        , url_{std::move(url)}
        , event_{event}
        , now_{now}
    {
    }

    net::Task<Reply> run()
    {
        ClientMessage first = client::Event{event_};
        if (auto said = co_await link_.say(std::move(first)); !said)
            co_return broken(said.error(), true);
        for (unsigned i = 0; i < kMaxBetween; ++i)
        {
            auto message = co_await link_.hear();
            if (!message)
                co_return broken(message.error(), !refused_);
            if (auto reply = co_await take(std::move(*message)))
                co_return *std::move(reply);
        }
        co_return failed(channel::Outcome::uncertain, Errc::channel_peer_protocol, "no OK to the event");
    }

private:
    net::Task<std::optional<Reply>> take(RelayMessage message)
    {
        if (auto* challenge = std::get_if<relay::Auth>(&message))
        {
            challenge_ = std::move(challenge->challenge);
            if (refused_ && !auth_id_)
                co_return co_await prove();
            co_return std::nullopt;
        }
        const auto* ok = std::get_if<relay::Ok>(&message);
        if (ok == nullptr)
            co_return std::nullopt;
        if (auth_id_ && ok->id == *auth_id_)
            co_return co_await proven(*ok);
        if (ok->id != event_.id)
            co_return std::nullopt;
        auto reply = read_relay_answer(ok->accepted, ok->words);
        if (!reply.wants_auth || auth_id_)
            co_return reply;
        refused_ = std::move(reply);
        if (challenge_)
            co_return co_await prove();
        co_return std::nullopt; // its challenge is on the way
    }

    /// A key that is used nowhere else: it only tells the relay that one client is one client.
    net::Task<std::optional<Reply>> prove()
    {
        const auto secret = keys::random_private_key();
        auto auth =
            seal::sign_event(auth_answer(url_, *challenge_, now_), secret, keys::random_fixed<Hash32>());
        if (!auth)
            co_return *refused_;
        auth_id_ = auth->id;
        ClientMessage answer = client::Auth{std::move(*auth)};
        if (auto said = co_await link_.say(std::move(answer)); !said)
            co_return broken(said.error(), false);
        co_return std::nullopt;
    }

    net::Task<std::optional<Reply>> proven(const relay::Ok& ok)
    {
        if (!ok.accepted)
            co_return *refused_;
        refused_.reset();
        ClientMessage again = client::Event{event_};
        if (auto said = co_await link_.say(std::move(again)); !said)
            co_return broken(said.error(), true);
        co_return std::nullopt;
    }

    RelayLink& link_;
    std::string url_;
    const seal::Event& event_;
    UnixTime now_;
    std::optional<std::string> challenge_;
    std::optional<Hash32> auth_id_;
    std::optional<Reply> refused_; ///< set while the relay holds nothing of ours
};
} // namespace

net::Task<Reply> post_to_gateway(net::HttpClient& client, std::string url, std::string wrap_json,
                                 net::Deadline deadline)
{
    while (url.ends_with('/'))
        url.pop_back();
    net::HttpRequest request;
    request.method = "POST";
    request.url = url + "/v1/messages";
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json");
    request.body = "{\"v\":1,\"wrap\":" + wrap_json + '}';
    net::FetchOptions options;
    options.deadline = left_until(deadline);
    options.max_body = 64U << 10U;
    const auto response = co_await client.fetch(std::move(request), options);
    if (response)
        co_return read_gateway_answer(*response);
    const auto code = response.error().code;
    // These happen before a byte of the request is sent; of the others nobody knows.
    const bool before = code == Errc::net_url || code == Errc::net_address_forbidden ||
                        code == Errc::net_unreachable || code == Errc::net_tls;
    co_return broken(response.error(), !before);
}

net::Task<Reply> publish_to_relay(const net::Dialer& dialer, std::string url, seal::Event event,
                                  net::Guard guard, net::Deadline deadline, UnixTime now)
{
    auto link = co_await RelayLink::open(dialer, url, guard, deadline);
    if (!link)
        co_return broken(link.error(), false);
    Publication publication{**link, std::move(url), event, now};
    co_return co_await publication.run();
}

net::Task<Result<std::vector<seal::Event>>> query_relay(const net::Dialer& dialer, std::string url,
                                                        Filter filter, std::size_t most, net::Guard guard,
                                                        net::Deadline deadline)
{
    auto link = co_await RelayLink::open(dialer, std::move(url), guard, deadline);
    if (!link)
        co_return tl::unexpected<Error>(std::move(link).error());
    client::Req request{"q", {std::move(filter)}};
    ClientMessage question = std::move(request);
    DMID_CO_TRY(co_await (*link)->say(std::move(question)));
    std::vector<seal::Event> out;
    for (unsigned i = 0; i < kMaxBetween + most && out.size() < most; ++i)
    {
        DMID_CO_TRY(auto message, co_await (*link)->hear());
        if (auto* found = std::get_if<relay::Event>(&message))
            out.push_back(std::move(found->event));
        else if (std::holds_alternative<relay::Eose>(message))
            break;
        else if (const auto* closed = std::get_if<relay::Closed>(&message))
            co_return fail(Errc::net_protocol, closed->words);
    }
    co_return out;
}
} // namespace dmid::channels::nostr
