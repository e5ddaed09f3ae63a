// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/head_carrier.hpp"

#include "channels/nostr/head_events.hpp"
#include "channels/nostr/peers.hpp"
#include "codec/json.hpp"

#include <boost/json.hpp>

namespace dmid::channels::nostr
{
namespace json = boost::json;

namespace
{
constexpr std::size_t kMostHeadEvents = 16; ///< of one relay's answer

bool is_relay(std::string_view url) noexcept
{
    return url.starts_with("ws://") || url.starts_with("wss://");
}

net::HttpRequest request_of(std::string method, std::string url, const channel::HeadsOf& of)
{
    while (url.ends_with('/'))
        url.pop_back();
    net::HttpRequest request;
    request.method = std::move(method);
    request.url = std::move(url) + "/v1/heads/" + of.identity.number.digits();
    request.headers.set("Accept", "application/json");
    return request;
}

/// What a gateway refused with: its code, where that is a word of ours.
Error refusal(const net::HttpResponse& response)
{
    const auto value = codec::parse_json(response.body, {16U << 10U, 8});
    const auto item = value ? codec::JsonItem{*value, ""}.optional("code") : std::nullopt;
    const auto code = item ? item->text(64) : Result<std::string>{fail(Errc::codec_missing_key)};
    const bool word = code && !code->empty() &&
                      code->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == code->npos;
    return Error{Errc::channel_refused, word ? *code : "status " + std::to_string(response.status)};
}

Result<std::vector<Bytes>> read_answer(const net::HttpResponse& response)
{
    if (response.status != 200)
        return tl::unexpected<Error>(refusal(response));
    DMID_TRY(const auto value, codec::parse_json(response.body, {16U << 10U, 8}));
    const codec::JsonItem item{value, "heads"};
    // A page of somebody else at that address does not say that there is none.
    DMID_TRY(const auto list, item.field("heads"));
    DMID_TRY(const auto heads, list.array(kMostHeadEvents));
    std::vector<Bytes> out;
    for (const auto& one : heads)
    {
        DMID_TRY(const auto text, one.text(kMaxHeadBytes * 2));
        DMID_TRY(auto bytes, from_base64(text));
        out.push_back(std::move(bytes));
    }
    return out;
}
} // namespace

NostrHeads::NostrHeads(net::HttpClient& http, net::Dialer dialer, const ServedKeys& served,
                       const Clock& clock, net::Millis peer_timeout)
    : http_{http}
    , dialer_{std::move(dialer)}
    , served_{served}
    , clock_{clock}
    , timeout_{peer_timeout}
{
}

net::Task<Result<std::vector<Bytes>>> NostrHeads::ask(std::string url, channel::HeadsOf of)
{
    if (!is_relay(url))
    {
        auto request = request_of("GET", std::move(url), of);
        net::FetchOptions options;
        options.deadline = timeout_;
        options.max_body = 16U << 10U;
        auto response = co_await http_.fetch(std::move(request), std::move(options));
        if (!response)
            co_return tl::unexpected<Error>(std::move(response).error());
        co_return read_answer(*response);
    }
    auto filter = head_filter(of.identity, of.authors);
    const auto until = net::deadline_in(timeout_);
    DMID_CO_TRY(const auto events, co_await query_relay(dialer_, std::move(url), std::move(filter),
                                                        kMostHeadEvents, net::Guard::outside, until));
    std::vector<Bytes> out;
    for (const auto& event : events)
        if (auto head = head_in(event))
            out.push_back(std::move(*head));
    co_return out;
}

net::Task<Result<>> NostrHeads::leave(std::string url, channel::HeadsOf of, Bytes head)
{
    if (!is_relay(url))
    {
        auto request = request_of("PUT", std::move(url), of);
        request.headers.set("Content-Type", "application/json");
        request.body = codec::serialise_json(json::object{{"head", to_base64(head)}});
        net::FetchOptions options;
        options.deadline = timeout_;
        options.max_body = 16U << 10U;
        auto response = co_await http_.fetch(std::move(request), std::move(options));
        if (!response)
            co_return tl::unexpected<Error>(std::move(response).error());
        if (response->status != 200)
            co_return tl::unexpected<Error>(refusal(*response));
        co_return Result<>{};
    }
    auto body = head_event(of.identity, head);
    DMID_CO_TRY(auto event, served_.sign(of.inbox_key, std::move(body)));
    const auto until = net::deadline_in(timeout_);
    const auto reply = co_await publish_to_relay(dialer_, std::move(url), std::move(event),
                                                 net::Guard::outside, until, clock_.now());
    if (reply.attempt.outcome != channel::Outcome::accepted)
        co_return fail(reply.attempt.code, "by the relay"); // whose own words are anybody's
    co_return Result<>{};
}
} // namespace dmid::channels::nostr
