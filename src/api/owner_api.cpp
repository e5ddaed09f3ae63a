// SPDX-License-Identifier: Apache-2.0
#include "api/owner_api.hpp"

#include "api/api.hpp"
#include "api/problem.hpp"
#include "api/request.hpp"
#include "api/views.hpp"

#include <unistd.h>

namespace dmid::api
{
namespace json = boost::json;

namespace
{
using Handler =
    std::variant<net::HttpResponse (*)(const owner::Call&), net::Task<net::HttpResponse> (*)(owner::Call)>;

struct Route
{
    std::string_view method;
    std::string_view path; ///< one that ends in '/' takes a tail
    Handler handler;
};

const std::array kRoutes{
    Route{"GET", "/v1/inbox", &owner::inbox},
    Route{"GET", "/v1/threads", &owner::threads},
    Route{"GET", "/v1/threads/", &owner::thread},
    Route{"GET", "/v1/messages/", &owner::message},
    Route{"GET", "/v1/channels", &owner::channels},
    Route{"GET", "/v1/policy", &owner::policy},
    Route{"GET", "/v1/events", &owner::events},
    Route{"POST", "/v1/policy/prepare", &owner::prepare_policy},
    Route{"PUT", "/v1/policy", &owner::set_policy},
    Route{"POST", "/v1/policy/confirm", &owner::confirm_policy},
    Route{"GET", "/v1/policy/head", &owner::policy_head},
    Route{"PUT", "/v1/policy/head", &owner::set_policy_head},
    Route{"POST", "/v1/send", &owner::send},
    Route{"POST", "/v1/reply", &owner::reply},
    Route{"POST", "/v1/edit", &owner::edit},
    Route{"POST", "/v1/react", &owner::react},
    Route{"POST", "/v1/accept", &owner::accept},
    Route{"POST", "/v1/block", &owner::block},
    Route{"POST", "/v1/confirm", &owner::confirm},
    Route{"POST", "/v1/bind", &owner::bind},
    Route{"POST", "/v1/bind/confirm", &owner::confirm_binding},
    Route{"POST", "/v1/unbind", &owner::unbind},
    Route{"POST", "/v1/app-password", &owner::app_password},
};

const Route* find_route(std::string_view method, std::string_view path)
{
    for (const auto& route : kRoutes)
    {
        const bool fits = route.path.ends_with('/')
                              ? path.starts_with(route.path) && path.size() > route.path.size()
                              : path == route.path;
        if (fits && route.method == method)
            return &route;
    }
    return nullptr;
}

/// The number that a call is about: the one it names, or the only one.
Result<gateway::ServedPtr> number_of(const gateway::Context& context, const net::HttpRequest& request)
{
    const auto named = net::query_value(request.query, "number");
    if (!named.empty())
    {
        DMID_TRY(auto number, model::Number::parse(named));
        auto served = context.served.by_number(number);
        if (!served)
            return fail(Errc::gateway_not_served, number.in_fours());
        return served;
    }
    auto all = context.served.all();
    if (all.size() == 1)
        return all.front();
    if (all.empty())
        return fail(Errc::gateway_not_served,
                    "this node serves no number yet: name one in [[number]], and publish it");
    return fail(Errc::input_no_default_number, "this node serves several numbers");
}

json::object number_json(const gateway::Context& context, const gateway::Served& served)
{
    json::object out{{"number", served.identity.number.in_fours()},
                     {"id", did_of(served.identity)},
                     {"epoch", served.identity.epoch},
                     {"inbox_key", to_hex(served.document.inbox_key.view())},
                     {"policy", nullptr},
                     {"requests", 0}};
    if (served.policy)
        out["policy"] = {{"seq", served.policy->position.seq},
                         {"hash", to_hex(served.policy->position.hash.view())}};
    const auto page = gateway::inbox(context, served, true, 0, 500);
    if (page)
        out["requests"] = page->messages.size();
    return out;
}

/// The block that the node reads in at present, and how far it is to be believed. Where there is none the
/// code says why.
net::Task<json::object> chain_json(const gateway::Context& context)
{
    const auto agreed = co_await context.resolver.agreement(chain::Finality::latest);
    if (!agreed)
        co_return json::object{{"problem", name(agreed.error().code)}};
    const auto& block = agreed->block;
    const auto now = context.clock.now();
    json::object at{{"number", block.number},
                    {"hash", to_hex0x(block.hash.view())},
                    {"time", block.timestamp},
                    {"finalized", block.finalized}};
    co_return json::object{{"tier", proof::to_text(block.tier)},
                           {"agreeing", block.agreeing},
                           {"asked", block.asked},
                           {"block", std::move(at)},
                           {"finality", chain::to_text(chain::Finality::latest)},
                           {"age", std::max<UnixTime>(0, now - block.timestamp)},
                           {"stale", proof::is_stale(block, now)}};
}

net::HttpResponse node_json(const gateway::Context& context, const NodeInfo& info, json::object chain)
{
    json::array numbers;
    for (const auto& served : context.served.all())
        numbers.push_back(number_json(context, *served));
    json::array alarms;
    for (const auto& alarm : context.alarms.all())
        alarms.push_back({{"code", alarm.what}, {"detail", alarm.words}, {"since", alarm.since}});
    const auto network = context.resolver.network();
    return answer(
        200, {{"version", info.version},
              {"listen", info.listen},
              {"url", info.url},
              {"node_key", to_hex(context.node_key.key.view())},
              {"network", {{"chain", network.chain_id}, {"registry", to_hex0x(network.registry.view())}}},
              {"deployment", info.network_words},
              {"chain", std::move(chain)},
              {"numbers", std::move(numbers)},
              {"alarms", std::move(alarms)}});
}
} // namespace

net::Task<net::HttpResponse> Api::handle_owner(net::HttpRequest request)
{
    if (!request.peer.uid || (*request.peer.uid != ::getuid() && *request.peer.uid != 0))
        co_return problem(Error{Errc::gateway_unauthorised, {}});
    if (request.method == "GET" && request.path == "/v1/node")
    {
        auto chain = co_await chain_json(context_);
        co_return node_json(context_, info_, std::move(chain));
    }
    if (request.method == "GET" && request.path == "/healthz")
        co_return health(true);
    if (request.method == "GET" && request.path == "/metrics")
        co_return metrics_page();
    const auto* route = find_route(request.method, request.path);
    if (route == nullptr)
        co_return co_await handle_public(std::move(request));
    auto served = number_of(context_, request);
    if (!served)
        co_return problem(served.error());
    std::string tail;
    if (route->path.ends_with('/'))
        tail = request.path.substr(route->path.size());
    owner::Call call{context_, std::move(*served), std::move(request), std::move(tail)};
    if (const auto* plain = std::get_if<0>(&route->handler))
        co_return (*plain)(call);
    co_return co_await std::get<1>(route->handler)(std::move(call));
}
} // namespace dmid::api
