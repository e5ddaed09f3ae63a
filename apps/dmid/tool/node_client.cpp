// SPDX-License-Identifier: Apache-2.0
#include "tool/node_client.hpp"

#include "codec/json.hpp"
#include "model/identifier.hpp"
#include "net/http_client.hpp"
#include "net/run_blocking.hpp"

#include <cctype>

namespace dmid::tool
{
namespace
{
/// A node answers from its own store or after an append; sending a code waits for the channel.
constexpr net::Millis kDeadline{60'000};
constexpr std::size_t kMaxAnswer = 32U << 20U;

std::optional<Errc> errc_of(std::string_view code)
{
    static constexpr Errc all[] = {
#define DMID_ERRC(enumerator, name, kind, http, next) Errc::enumerator,
#include "base/errc.def"
#undef DMID_ERRC
    };
    for (const auto one : all)
        if (name(one) == code)
            return one;
    return std::nullopt;
}
} // namespace

std::string encode_query(std::string_view text)
{
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text)
    {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::string_view{"-._~"}.find(c) != std::string_view::npos)
            out += c;
        else
            ((out += '%') += digits[byte >> 4U]) += digits[byte & 15U];
    }
    return out;
}

Error error_of(const boost::json::value& problem, unsigned status)
{
    const codec::JsonItem item{problem, "problem"};
    const auto text = [&](std::string_view key)
    {
        const auto field = item.optional(key);
        const auto value = field ? field->text() : Result<std::string>{};
        return value ? *value : std::string{};
    };
    const auto code = text("code");
    if (const auto known = errc_of(code))
        return {*known, text("detail")};
    return {Errc::net_protocol, "HTTP status " + std::to_string(status) + (code.empty() ? "" : ", " + code)};
}

Result<NodeClient> NodeClient::make(const Invocation& call, const std::string& number)
{
    DMID_TRY(const auto config, call.config());
    auto socket =
        config.node.socket.empty() ? (call.paths().state / "node.sock").string() : config.node.socket;
    const auto named = number.empty() ? call.globals().number : number;
    std::string digits;
    if (!named.empty())
    {
        DMID_TRY(const auto identifier, model::parse_identifier(named));
        digits = identifier.number.digits();
    }
    return NodeClient{std::move(socket), std::move(digits)};
}

Result<std::string> NodeClient::fetch(std::string method, std::string target, std::string body) const
{
    if (!number_.empty())
        target += (target.find('?') == std::string::npos ? "?number=" : "&number=") + number_;
    net::HttpRequest request;
    request.method = std::move(method);
    request.url = "http://localhost" + target;
    if (!body.empty())
        request.headers.set("Content-Type", "application/json");
    request.body = std::move(body);
    net::FetchOptions options;
    options.guard = net::Guard::configured;
    options.deadline = kDeadline;
    options.max_body = kMaxAnswer;
    options.reuse = false;
    options.unix_socket = socket_;
    net::HttpClient client;
    auto response = net::run_blocking(client.fetch(std::move(request), std::move(options)));
    if (!response && response.error().code == Errc::net_unreachable)
        return fail(Errc::gateway_not_running, "nobody listens at " + socket_);
    if (!response)
        return tl::unexpected<Error>(response.error());
    if (response->status >= 200 && response->status <= 299)
        return std::move(response->body);
    const auto json = codec::parse_json(response->body, {kMaxAnswer, 32});
    return tl::unexpected<Error>(error_of(json ? *json : boost::json::value{}, response->status));
}

Result<boost::json::value> NodeClient::exchange(std::string method, std::string target,
                                                std::string body) const
{
    DMID_TRY(const auto answer, fetch(std::move(method), std::move(target), std::move(body)));
    auto json = codec::parse_json(answer, {kMaxAnswer, 32});
    if (!json)
        return fail(Errc::net_protocol, "the node's answer: " + to_string(json.error()));
    return json;
}

Result<std::string> NodeClient::get_bytes(const std::string& target) const
{
    return fetch("GET", target, {});
}

bool NodeClient::running() const
{
    return exchange("GET", "/v1/node", {}).has_value();
}

Result<boost::json::value> NodeClient::get(const std::string& target) const
{
    return exchange("GET", target, {});
}

Result<boost::json::value> NodeClient::post(const std::string& target, const boost::json::object& body) const
{
    return exchange("POST", target, codec::serialise_json(body));
}

Result<boost::json::value> NodeClient::put(const std::string& target, const boost::json::object& body) const
{
    return exchange("PUT", target, codec::serialise_json(body));
}
} // namespace dmid::tool
