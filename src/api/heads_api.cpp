// SPDX-License-Identifier: Apache-2.0
#include "api/api.hpp"
#include "api/owner_api.hpp"
#include "api/problem.hpp"
#include "api/request.hpp"
#include "api/views.hpp"
#include "gateway/head_door.hpp"
#include "gateway/own_policy.hpp"
#include "net/source.hpp"

namespace dmid::api
{
namespace json = boost::json;

namespace
{
/// The number that the path ends with.
Result<model::Number> number_in(const net::HttpRequest& request)
{
    const std::string_view path{request.path};
    DMID_TRY(const auto word, net::percent_decode(path.substr(path.rfind('/') + 1)));
    return model::Number::parse(word);
}

json::object head_json(const model::PolicyHead& head, UnixTime now)
{
    return {{"seq", head.position.seq},
            {"hash", to_hex(head.position.hash.view())},
            {"time", head.time},
            {"age", std::max<UnixTime>(now - head.time, 0)}};
}

std::string_view state_of(const gateway::HeadPlace& place, const std::optional<gateway::KeptHead>& kept)
{
    if (place.own)
        return "self";
    if (place.asked_at == 0)
        return "unknown";
    if (!place.answered)
        return "silent";
    if (!place.held)
        return "none";
    return kept && model::ahead(kept->head, *place.held) ? "older" : "holds";
}

json::object place_json(const gateway::HeadPlace& place, const std::optional<gateway::KeptHead>& kept,
                        UnixTime now)
{
    json::object out{{"url", place.url},
                     {"kind", place.relay ? "relay" : "gateway"},
                     {"state", state_of(place, kept)},
                     {"asked_at", place.asked_at},
                     {"head", nullptr},
                     {"error", place.error}};
    if (place.held)
        out["head"] = head_json(*place.held, now);
    return out;
}
} // namespace

net::HttpResponse Api::show_heads(const net::HttpRequest& request) const
{
    const auto number = number_in(request);
    if (!number)
        return problem(number.error());
    json::array found;
    if (const auto kept = context_.heads->find(*number))
        found.emplace_back(to_base64(model::encode_head(kept->head)));
    return answer(200, {{"number", number->in_fours()}, {"heads", std::move(found)}});
}

net::Task<net::HttpResponse> Api::take_head(net::HttpRequest request)
{
    const auto number = number_in(request);
    const auto body = Body::parse(request, {"head"});
    if (!number || !body)
        co_return problem(first_error(number, body));
    const auto text = body->text("head");
    if (!text)
        co_return problem(text.error());
    auto bytes = from_base64(*text);
    if (!bytes)
        co_return problem(bytes.error());
    const auto head = model::decode_head(*bytes);
    if (!head)
        co_return problem(head.error());
    if (head->identity.number != *number)
        co_return problem(Error{Errc::policy_signature, "the head is of another number than the path"});
    const auto source = net::source_of(request.peer);
    const auto taken = co_await heads->take(std::move(*bytes), std::string{}, source);
    if (!taken)
        co_return problem(taken.error());
    auto shown = head_json(head.value(), context_.clock.now());
    shown.erase("age");
    co_return answer(200, shown);
}

namespace owner
{
net::HttpResponse policy_head(const Call& call)
{
    const auto& context = call.context;
    const auto& served = *call.served;
    const auto number = served.identity.number;
    const auto now = context.clock.now();
    const auto kept = context.heads->find(served.identity, served.policy_key);
    json::array places;
    std::size_t others = 0;
    for (const auto& place : context.heads->places(number))
    {
        others += place.own ? 0 : 1;
        places.emplace_back(place_json(place, kept, now));
    }
    json::object body{{"number", number.in_fours()},
                      {"standing", gateway::name(gateway::policy_standing(context, served))},
                      {"may_sign", !context.policy_hold->silent(number)},
                      {"signs", context.heads->signs(number)},
                      {"bounded", others > 0},
                      {"policy", nullptr},
                      {"head", nullptr},
                      {"places", std::move(places)}};
    if (served.policy)
        body["policy"] = {{"seq", served.policy->position.seq},
                          {"hash", to_hex(served.policy->position.hash.view())},
                          {"key", to_hex(served.policy->position.key.view())},
                          {"id", did_of(served.identity)},
                          {"epoch", served.identity.epoch}};
    if (kept)
        body["head"] = head_json(kept->head, now);
    return answer(200, body);
}

net::HttpResponse set_policy_head(const Call& call)
{
    const auto body = Body::parse(call.request, {"head"});
    if (!body)
        return problem(body.error());
    const auto text = body->text("head");
    if (!text)
        return problem(text.error());
    const auto bytes = from_base64(*text);
    if (!bytes)
        return problem(bytes.error());
    const auto head = model::decode_head(*bytes);
    if (!head)
        return problem(head.error());
    const auto& served = *call.served;
    if (!served.policy || head->position != served.policy->position)
        return problem(Error{Errc::policy_seq, "the head is not of the policy that is here"});
    // As for a key of the node's own: a restored policy is not signed for before somebody has spoken for it.
    if (call.context.policy_hold->silent(served.identity.number))
        return problem(Error{Errc::policy_seq, "this policy was restored; `dmid policy confirm` first"});
    const auto taken = gateway::take_own_head(call.context, served, *head);
    if (!taken)
        return problem(taken.error());
    return answer(200, head_json(*head, call.context.clock.now()));
}
} // namespace owner
} // namespace dmid::api
