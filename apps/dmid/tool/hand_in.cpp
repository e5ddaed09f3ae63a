// SPDX-License-Identifier: Apache-2.0
#include "tool/hand_in.hpp"

#include "codec/json.hpp"
#include "net/run_blocking.hpp"
#include "net/websocket.hpp"
#include "net/with_deadline.hpp"
#include "node/dialing.hpp"
#include "tool/node_client.hpp"
#include "tool/wire_text.hpp"

#include <boost/json.hpp>

#include <charconv>

namespace dmid::tool
{
namespace
{
DoorAnswer refused(Error error, unsigned work = 0)
{
    return {.accepted = false, .work = work, .id = {}, .error = std::move(error)};
}

/// The bits in `pow: 18 bits needed`.
unsigned bits_in(std::string_view words)
{
    const auto at = words.find_first_of("0123456789");
    unsigned bits = 0;
    if (words.starts_with("pow:") && at != std::string_view::npos)
        std::from_chars(words.data() + at, words.data() + words.size(), bits);
    return bits;
}

/// `["OK",<id>,true|false,"words"]` of our event; nothing for any other message.
std::optional<DoorAnswer> ok_of(const std::string& text, const std::string& id)
{
    const auto json = codec::parse_json(text);
    const auto* list = json ? json->if_array() : nullptr;
    if (list == nullptr || list->size() < 3 || (*list)[0] != "OK" || (*list)[1] != id.c_str())
        return std::nullopt;
    if ((*list)[2].is_bool() && (*list)[2].as_bool())
        return DoorAnswer{.accepted = true, .work = 0, .id = id, .error = {}};
    std::string words;
    if (list->size() > 3 && (*list)[3].is_string())
        words = safe_text(std::string_view{(*list)[3].as_string().data(), (*list)[3].as_string().size()});
    const auto bits = bits_in(words);
    return refused({bits > 0 ? Errc::policy_challenge : Errc::channel_refused, words}, bits);
}

net::Task<Result<DoorAnswer>> exchange(net::WebSocketPtr socket, std::string message, std::string id)
{
    DMID_CO_TRY(co_await socket->write(std::move(message)));
    for (;;)
    {
        auto text = co_await socket->read();
        if (!text)
            co_return tl::unexpected<Error>(text.error());
        if (auto answer = ok_of(*text, id))
            co_return *std::move(answer);
    }
}

net::Task<Result<DoorAnswer>> publish_to(const net::Dialer& dialer, net::Url url, std::string message,
                                         std::string id)
{
    net::WebSocketOptions options;
    options.guard = net::Guard::outside;
    options.handshake_timeout = kDoorDeadline;
    auto socket = co_await net::connect_websocket(dialer, std::move(url), options);
    if (!socket)
        co_return tl::unexpected<Error>(socket.error());
    auto task = exchange(*socket, std::move(message), std::move(id));
    auto answer = co_await net::with_deadline(std::move(task), kDoorDeadline);
    (*socket)->abort();
    co_return answer;
}
} // namespace

Result<std::unique_ptr<Doors>> Doors::make(const Invocation& call)
{
    DMID_TRY(const auto config, call.config());
    DMID_TRY(auto dialer, node::dialer_of(config));
    return std::unique_ptr<Doors>{new Doors{std::move(dialer)}};
}

DoorAnswer Doors::post(const std::string& gateway, const seal::Event& wrap)
{
    net::HttpRequest request;
    request.method = "POST";
    request.url = gateway + (gateway.ends_with('/') ? "" : "/") + "v1/messages";
    request.headers.set("Content-Type", "application/json");
    request.body = R"({"v":1,"wrap":)" + seal::to_json(wrap) + "}";
    net::FetchOptions options;
    options.deadline = kDoorDeadline;
    auto response = net::run_blocking(http_.fetch(std::move(request), std::move(options)));
    if (!response)
        return refused(response.error());
    const auto json = codec::parse_json(response->body);
    const auto body = json ? *json : boost::json::value{};
    if (response->status == 202)
        return {.accepted = true, .work = 0, .id = text_of(body, "id"), .error = {}};
    unsigned work = 0;
    if (const auto bits = codec::JsonItem{member_of(body, "terms"), "terms"}.optional("work"))
        work = static_cast<unsigned>(bits->uint(32).value_or(0));
    return refused(error_of(body, response->status), work);
}

DoorAnswer Doors::publish(const std::string& relay, const seal::Event& wrap)
{
    auto url = net::parse_url(relay);
    if (!url)
        return refused(url.error());
    auto answer = net::run_blocking(publish_to(
        dialer_, *std::move(url), "[\"EVENT\"," + seal::to_json(wrap) + "]", to_hex(wrap.id.view())));
    return answer ? *std::move(answer) : refused(answer.error());
}
} // namespace dmid::tool
