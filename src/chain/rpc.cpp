// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc.hpp"

#include "codec/json.hpp"

#include <fmt/format.h>

#include <optional>

namespace dmid::chain
{
namespace
{
constexpr std::size_t kMaxRefusalWords = 200;

// The endpoint's own words, made harmless for a terminal and a log line.
std::string printable(std::string_view text)
{
    std::string out{text.substr(0, kMaxRefusalWords)};
    for (auto& c : out)
        if ((c >= 0 && c < ' ') || c == '\x7f')
            c = ' ';
    while (!is_utf8(out))
        out.pop_back(); // the cut may have split a character
    return out;
}

// geth puts revert data into error.data as text; others nest it in objects.
Bytes revert_data(const codec::JsonItem& error)
{
    auto data = error.optional("data");
    for (int nested = 0; data && data->value().is_object() && nested < 3; ++nested)
        data = data->optional("data") ? data->optional("data") : data->optional("result");
    if (!data)
        return {};
    auto bytes = data->data();
    return bytes ? *std::move(bytes) : Bytes{};
}

json::object request(const RpcCall& call, std::uint64_t id)
{
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", call.method}, {"params", call.params}};
}

Result<RpcRefusal> read_refusal(const codec::JsonItem& error)
{
    if (!error.value().is_object())
        return error.refuse(Errc::codec_type, "is no object");
    RpcRefusal refusal;
    if (const auto code = error.optional("code"); code)
        refusal.code = code->integer().value_or(0);
    if (const auto message = error.optional("message"); message)
        refusal.message = printable(message->text().value_or(""));
    refusal.data = revert_data(error);
    return refusal;
}

// The id of an answer; nothing if it is no number of ours.
std::optional<std::uint64_t> id_of(const codec::JsonItem& answer)
{
    const auto id = answer.optional("id");
    if (!id)
        return std::nullopt;
    const auto number = id->uint();
    return number ? std::optional<std::uint64_t>{*number} : std::nullopt;
}

Result<RpcOutcome> read_outcome(const codec::JsonItem& answer)
{
    DMID_TRY(const auto version_item, answer.field("jsonrpc"));
    DMID_TRY(const auto version, version_item.text());
    if (version != "2.0")
        return version_item.refuse(Errc::codec_type, "is not 2.0");
    const auto error = answer.optional("error");
    if (error && answer.optional("result"))
        return answer.refuse(Errc::codec_type, "has both result and error");
    if (error)
    {
        DMID_TRY(auto refusal, read_refusal(*error));
        return RpcOutcome{std::move(refusal)};
    }
    DMID_TRY(const auto result, answer.field("result"));
    return RpcOutcome{result.value()};
}

// What a failed exchange means at this level.
Errc translate(Errc code)
{
    switch (code)
    {
    case Errc::net_timeout:
        return Errc::chain_timeout;
    case Errc::net_too_large:
        return Errc::chain_answer_too_large;
    case Errc::net_protocol:
    case Errc::net_redirect:
        return Errc::chain_bad_answer;
    default:
        return Errc::chain_endpoint_unreachable;
    }
}

bool worth_another_try(Errc code)
{
    return code == Errc::chain_endpoint_unreachable || code == Errc::chain_timeout;
}

bool is_codec(Errc code)
{
    return name(code).starts_with("codec.");
}
} // namespace

Endpoint::Endpoint(net::HttpClient& http, EndpointConfig config, RpcOptions options)
    : http_{http}
    , config_{std::move(config)}
    , options_{options}
{
}

tl::unexpected<Error> Endpoint::failure(Errc code, std::string_view words) const
{
    return fail(code, fmt::format("{}: {}", config_.label, words));
}

tl::unexpected<Error> Endpoint::blame(const Error& error) const
{
    if (error.context.starts_with(config_.label + ": "))
        return fail(error.code, error.context);
    return failure(is_codec(error.code) ? Errc::chain_bad_answer : error.code,
                   error.context.empty() ? name(error.code) : std::string_view{error.context});
}

net::Task<Result<std::string>> Endpoint::post(std::string body)
{
    net::HttpRequest request;
    request.method = "POST";
    request.url = config_.url;
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json");
    request.body = std::move(body);
    net::FetchOptions fetch;
    fetch.guard = net::Guard::configured;
    fetch.deadline = options_.deadline;
    fetch.max_body = options_.max_answer;
    auto response = co_await http_.fetch(std::move(request), fetch);
    // The words of net may quote the URL, and with it a key: only the code's public name goes on.
    if (!response)
        co_return failure(translate(response.error().code), name(response.error().code));
    if (response->status == 429 || response->status >= 500)
        co_return failure(Errc::chain_endpoint_unreachable, fmt::format("HTTP {}", response->status));
    // Too long a question, or too long an answer to it: for the one who asked it is the same.
    if (response->status == 413)
        co_return failure(Errc::chain_answer_too_large, "HTTP 413");
    // Some servers send a JSON-RPC error with a 4xx; the body decides where there is one.
    if (response->status != 200 && !response->body.starts_with('{') && !response->body.starts_with('['))
        co_return failure(Errc::chain_bad_answer, fmt::format("HTTP {}", response->status));
    co_return std::move(response->body);
}

net::Task<Result<json::value>> Endpoint::exchange(std::string body)
{
    auto pause = options_.backoff;
    codec::JsonLimits limits;
    limits.max_bytes = options_.max_answer;
    for (unsigned attempt = 1;; ++attempt)
    {
        auto answer = co_await post(body);
        if (!answer && worth_another_try(answer.error().code) && attempt < options_.attempts)
        {
            co_await net::sleep_for(pause);
            pause *= 2;
            continue;
        }
        if (!answer)
            co_return tl::unexpected<Error>(std::move(answer).error());
        auto value = codec::parse_json(*answer, limits);
        if (!value)
            co_return blame(value.error());
        co_return *std::move(value);
    }
}

net::Task<Result<RpcOutcome>> Endpoint::ask(RpcCall call)
{
    const std::uint64_t id = next_id_++;
    auto body = codec::serialise_json(request(call, id));
    auto value = co_await exchange(std::move(body));
    if (!value)
        co_return tl::unexpected<Error>(std::move(value).error());
    const codec::JsonItem answer{*value, call.method};
    if (!value->is_object())
        co_return failure(Errc::chain_bad_answer, call.method + ": the answer is no object");
    // An error without an id is allowed where the server could not read ours.
    if (id_of(answer) != id && !(answer.optional("error") && !answer.optional("id")))
        co_return failure(Errc::chain_bad_answer, call.method + ": the answer has another id");
    auto outcome = read_outcome(answer);
    if (!outcome)
        co_return blame(outcome.error());
    co_return *std::move(outcome);
}

net::Task<Result<json::value>> Endpoint::call(std::string method, json::array params)
{
    RpcCall wanted{method, std::move(params)};
    auto outcome = co_await ask(std::move(wanted));
    if (!outcome)
        co_return tl::unexpected<Error>(std::move(outcome).error());
    if (const auto* refusal = std::get_if<RpcRefusal>(&*outcome))
        co_return failure(Errc::chain_rpc_error,
                          fmt::format("{}: {} ({})", method, refusal->message, refusal->code));
    co_return std::get<json::value>(*std::move(outcome));
}

namespace
{
// Puts the answers of a batch into the order of its calls.
Result<std::vector<RpcOutcome>> sort_batch(const json::array& answers, std::uint64_t first, std::size_t count)
{
    if (answers.size() != count)
        return fail(Errc::chain_bad_answer, "the batch has not one answer for each call");
    std::vector<std::optional<RpcOutcome>> outcomes(count);
    for (const auto& entry : answers)
    {
        const codec::JsonItem answer{entry, "batch"};
        const auto id = id_of(answer);
        if (!id || *id < first || *id - first >= count || outcomes[*id - first])
            return fail(Errc::chain_bad_answer, "the batch has an id that was not asked for, or one twice");
        DMID_TRY(outcomes[*id - first], read_outcome(answer));
    }
    std::vector<RpcOutcome> ordered;
    for (auto& outcome : outcomes)
        ordered.push_back(*std::move(outcome));
    return ordered;
}
} // namespace

net::Task<Result<std::vector<RpcOutcome>>> Endpoint::batch(std::vector<RpcCall> calls)
{
    const std::uint64_t first = next_id_.fetch_add(calls.size());
    json::array requests;
    for (std::size_t i = 0; i < calls.size(); ++i)
        requests.push_back(request(calls[i], first + i));
    auto body = codec::serialise_json(requests);
    auto value = co_await exchange(std::move(body));
    if (!value)
        co_return tl::unexpected<Error>(std::move(value).error());
    if (!value->is_array())
        co_return failure(Errc::chain_bad_answer, "the answer to a batch is no array");
    auto outcomes = sort_batch(value->get_array(), first, calls.size());
    if (!outcomes)
        co_return blame(outcomes.error());
    co_return *std::move(outcomes);
}
} // namespace dmid::chain
