// SPDX-License-Identifier: Apache-2.0
#include "api/api.hpp"
#include "api/inbound.hpp"
#include "api/problem.hpp"
#include "api/views.hpp"
#include "api/wallet_api.hpp"
#include "codec/json.hpp"
#include "gateway/sealed_link.hpp"

namespace dmid::api
{
namespace json = boost::json;

namespace
{
constexpr std::string_view kResolve = "/v1/resolve/";
constexpr std::string_view kHeads = "/v1/heads/";
constexpr std::string_view kChannels = "/v1/channels/";

json::object terms_of(const channel::Answer& refused)
{
    json::array proofs;
    for (unsigned i = 0; i < model::kClassCount; ++i)
        if ((refused.accepts >> i & 1U) != 0)
            proofs.emplace_back(model::name(static_cast<model::Class>(i)));
    return {{"work", refused.work}, {"proofs", std::move(proofs)}};
}
} // namespace

net::HttpResponse Api::health(bool owner) const
{
    return health_answer(checks ? checks() : std::vector<Check>{}, context_.alarms.all(), owner);
}

net::HttpResponse Api::metrics_page() const
{
    if (!metrics)
        return problem(Error{Errc::gateway_no_such_entry, "no such call: GET /metrics"});
    net::HttpResponse response;
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = metrics();
    return response;
}

net::Task<net::HttpResponse> Api::handle_watcher(net::HttpRequest request)
{
    const bool get = request.method == "GET" || request.method == "HEAD";
    if (get && request.path == "/metrics")
        co_return metrics_page();
    if (get && request.path == "/healthz")
        co_return health(false);
    co_return problem(
        Error{Errc::gateway_no_such_entry, "no such call: " + request.method + " " + request.path});
}

net::Task<net::HttpResponse> Api::resolve(net::HttpRequest request)
{
    auto id = net::percent_decode(std::string_view{request.path}.substr(kResolve.size()));
    if (!id)
        co_return problem(id.error());
    const bool with_proof = net::query_value(request.query, "proof") == "1";
    const auto at = net::query_value(request.query, "at");
    auto finality = chain::Finality::latest;
    if (at == "safe")
        finality = chain::Finality::safe;
    else if (at == "finalized")
        finality = chain::Finality::finalized;
    else if (!at.empty() && at != "latest")
        co_return problem(Error{Errc::input_usage, "at: latest, safe or finalized"});
    const auto question = request.path + '?' + request.query;
    const RecentAnswers::Moment moment{context_.clock.now(), context_.resolver.edition()};
    if (auto known = resolved_.find(moment, question))
        co_return answer_text(200, *std::move(known));
    auto resolution = co_await context_.resolver.resolve(std::move(*id), finality);
    if (!resolution)
        co_return problem(resolution.error());
    resolution->published_final = co_await context_.resolver.is_final(resolution->record);
    auto text = codec::serialise_json(to_json(*resolution, with_proof));
    // A document that nobody had may be there for the next who asks.
    const bool whole = resolution->document || !resolution->record.published();
    if (whole && moment == RecentAnswers::Moment{context_.clock.now(), context_.resolver.edition()})
        resolved_.keep(moment, question, text);
    co_return answer_text(200, std::move(text));
}

net::Task<net::HttpResponse> Api::receive(net::HttpRequest request)
{
    auto in = inbound_of(request);
    if (!in)
        co_return problem(in.error());
    const auto said = co_await inbox_.receive(std::move(*in));
    if (said.yes != channel::Yes::yes)
    {
        auto response = problem(Error{said.code, said.reason});
        if (said.code == Errc::policy_challenge)
        {
            auto body = json::parse(response.body);
            body.as_object()["terms"] = terms_of(said);
            response.body = codec::serialise_json(body);
        }
        co_return response;
    }
    json::object body{{"id", to_hex(said.id.view())}, {"status", "accepted"}, {"promise", nullptr}};
    if (!said.promise.empty())
        body["promise"] = json::parse(said.promise);
    co_return answer(202, body);
}

net::Task<net::HttpResponse> Api::ask_channel(net::HttpRequest request)
{
    const auto found = context_.channels.find(request.path.substr(kChannels.size()));
    if (found == context_.channels.end() || found->second->max_request() == 0)
        co_return problem(
            Error{Errc::gateway_no_such_entry, "no channel of this node takes requests at " + request.path});
    co_return co_await found->second->on_request(std::move(request));
}

net::Task<net::HttpResponse> Api::ask_wallets(net::HttpRequest request)
{
    wallet::Place place{context_, inbox_, wallets_, info_.url};
    co_return co_await wallet::handle(place, std::move(request));
}

net::Task<net::HttpResponse> Api::handle_public(net::HttpRequest request)
{
    const std::string_view path{request.path};
    const bool get = request.method == "GET" || request.method == "HEAD";
    if (path == "/healthz" && get)
        co_return health(false);
    if (path.starts_with(kResolve) && get)
        co_return co_await resolve(std::move(request));
    if (path == "/v1/messages" && request.method == "POST")
        co_return co_await receive(std::move(request));
    if (path.starts_with(wallet::kWallet))
        co_return co_await ask_wallets(std::move(request));
    if (path.starts_with(kChannels))
        co_return co_await ask_channel(std::move(request));
    if (path.starts_with(gateway::kLinkPath))
        co_return co_await links_.answer(context_, std::move(request));
    if (path.starts_with(kHeads) && get)
        co_return show_heads(request);
    if (path.starts_with(kHeads) && request.method == "PUT" && heads != nullptr)
        co_return co_await take_head(std::move(request));
    if (path == "/" && get && relay_information &&
        request.headers.get("Accept").find("application/nostr+json") != std::string_view::npos)
    {
        net::HttpResponse response;
        response.headers.set("Content-Type", "application/nostr+json");
        response.headers.set("Access-Control-Allow-Origin", "*");
        response.body = relay_information();
        co_return response;
    }
    co_return problem(
        Error{Errc::gateway_no_such_entry, "no such call: " + request.method + " " + request.path});
}
} // namespace dmid::api
