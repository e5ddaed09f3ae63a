// SPDX-License-Identifier: Apache-2.0
#include "api/owner_api.hpp"
#include "api/problem.hpp"
#include "api/request.hpp"
#include "api/views.hpp"
#include "codec/dag_cbor.hpp"
#include "gateway/app_passwords.hpp"
#include "gateway/own_policy.hpp"
#include "keys/random.hpp"
#include "policy/explain.hpp"
#include "policy/toml.hpp"

namespace dmid::api::owner
{
namespace json = boost::json;

namespace
{
/// How long the sending of a code may take (milliseconds).
constexpr UnixMillis kCodeMs = 20'000;
/// How long the service may take to say whose address is meant.
constexpr net::Millis kFindWithin{10'000};

json::object position_json(const model::PolicyPosition& position)
{
    return {{"seq", position.seq}, {"hash", to_hex(position.hash.view())}};
}

channel::Outgoing code_message(const gateway::Served& served, const std::string& code)
{
    channel::Outgoing message;
    message.number = served.identity.number.in_fours();
    message.sender = "dmid";
    message.subject = "Your code for " + message.number;
    message.text = "Code: " + code + "\n\nSomebody, probably you, wants messages for the number " +
                   message.number +
                   " to arrive at this address. Enter the code within ten minutes where you asked for it.\n"
                   "If it was not you, do nothing: without the code nothing is ever sent here. "
                   "To stop messages later, remove the address with `dmid unbind`, or answer STOP.";
    return message;
}

/// The error of a code that did not get out.
Error code_error(const channel::Attempt& attempt)
{
    return Error{attempt.code, attempt.detail.empty() ? "the code could not be sent" : attempt.detail};
}

/// A channel of the node, for all its owners: what it can, what waits for it and how it fares.
json::object kind_of(const std::string& name, const channel::Channel& channel, const store::StoreStats& stats,
                     gateway::Health& health, UnixTime now)
{
    const auto traits = channel.traits();
    const auto fares = health.of(gateway::Health::channel(name), now);
    std::uint64_t waiting = 0;
    UnixMillis oldest = 0;
    for (const auto& queue : stats.queues)
        if (queue.queue == gateway::queue_of(name))
        {
            waiting = queue.depth;
            oldest = queue.oldest_due;
        }
    return {{"name", name},
            {"encrypted", !traits.ends_encryption},
            {"inbound", traits.inbound},
            {"trouble", channel.trouble()},
            {"max_text", traits.max_text},
            {"waiting", waiting},
            {"next_due", oldest / 1000},
            {"sent_last_hour", fares.sent},
            {"received_last_hour", fares.received},
            {"last_success", fares.last_success},
            {"last_failure", fares.last_failure},
            {"last_error", fares.last_error}};
}
} // namespace

net::HttpResponse channels(const Call& call)
{
    const auto bindings = call.context.bindings.all(call.served->box());
    if (!bindings)
        return problem(bindings.error());
    const auto stats = call.context.mailbox.stats();
    if (!stats)
        return problem(stats.error());
    const auto now = call.context.clock.now();
    json::array out;
    for (const auto& binding : *bindings)
    {
        const auto way = gateway::Health::way(call.served->identity.number, binding.label);
        auto row = to_json(binding, call.context.health.of(way, now));
        const auto since = gateway::app_password_since(call.context, *call.served, binding.label);
        row["app_password_since"] = since && *since ? json::value(**since) : json::value(nullptr);
        out.push_back(std::move(row));
    }
    json::array kinds;
    for (const auto& [name, channel] : call.context.channels)
        kinds.push_back(kind_of(name, *channel, *stats, call.context.health, now));
    return answer(200, {{"bindings", std::move(out)}, {"channels", std::move(kinds)}});
}

net::Task<net::HttpResponse> bind(Call call)
{
    auto body = Body::parse(call.request, {"channel", "address", "label"});
    if (!body)
        co_return problem(body.error());
    auto kind = body->text("channel");
    auto typed = body->text("address");
    auto label = body->optional_text("label");
    if (!kind || !typed || !label)
        co_return problem(first_error(kind, typed, label));
    const auto found = call.context.channels.find(*kind);
    if (found == call.context.channels.end())
        co_return problem(Error{Errc::channel_unknown, *kind});
    auto address = co_await found->second->find_address(*std::move(typed), kFindWithin);
    if (!address)
        co_return problem(address.error());

    const auto code = gateway::make_code(keys::random_bytes(5));
    auto binding = call.context.bindings.begin(call.served->box(), label->value_or(*kind), *kind, *address,
                                               code, call.context.clock.now());
    if (!binding)
        co_return problem(binding.error());
    channel::Leg leg;
    leg.id = keys::random_fixed<Hash32>();
    leg.address = *address;
    leg.deadline = call.context.clock.now_ms() + kCodeMs;
    auto message = code_message(*call.served, code);
    const auto attempt = co_await found->second->send(std::move(leg), std::move(message));
    if (attempt.outcome != channel::Outcome::accepted && attempt.outcome != channel::Outcome::uncertain)
        co_return problem(code_error(attempt));
    co_return answer(
        202, {{"label", binding->label}, {"expires", binding->expires}, {"tries", gateway::kCodeTries}});
}

net::Task<net::HttpResponse> confirm_binding(Call call)
{
    auto body = Body::parse(call.request, {"label", "code"});
    if (!body)
        co_return problem(body.error());
    auto label = body->text("label");
    auto code = body->text("code");
    if (!label || !code)
        co_return problem(first_error(label, code));
    const auto bound =
        call.context.bindings.confirm(call.served->box(), *label, *code, call.context.clock.now());
    if (!bound)
        co_return problem(bound.error());
    call.context.bell.ring();
    json::object out{{"label", bound->label}, {"state", gateway::name(bound->state)}};
    const auto channel = call.context.channels.find(bound->channel);
    const auto secret =
        channel != call.context.channels.end() ? channel->second->secret_of(bound->address) : "";
    if (!secret.empty())
        out["secret"] = secret;
    co_return answer(200, out);
}

net::Task<net::HttpResponse> unbind(Call call)
{
    auto body = Body::parse(call.request, {"label"});
    if (!body)
        co_return problem(body.error());
    auto label = body->text("label");
    if (!label)
        co_return problem(label.error());
    if (const auto removed = call.context.bindings.remove(call.served->box(), *label); !removed)
        co_return problem(removed.error());
    co_return answer(200, {{"label", *label}, {"state", "unbound"}});
}

net::Task<net::HttpResponse> app_password(Call call)
{
    auto body = Body::parse(call.request, {"label", "revoke"});
    if (!body)
        co_return problem(body.error());
    auto label = body->text("label");
    auto revoke = body->flag("revoke");
    if (!label || !revoke)
        co_return problem(first_error(label, revoke));
    if (*revoke)
    {
        const auto revoked = gateway::revoke_app_password(call.context, *call.served, *label);
        co_return revoked ? answer(200, {{"label", *label}, {"state", "revoked"}}) : problem(revoked.error());
    }
    const auto made = gateway::make_app_password(call.context, *call.served, *label);
    if (!made)
        co_return problem(made.error());
    // Shown this once; the node keeps a keyed hash.
    co_return answer(200, {{"label", *label}, {"user", made->user}, {"password", made->password}});
}

net::HttpResponse policy(const Call& call)
{
    if (!call.served->policy)
        return problem(
            Error{Errc::gateway_no_such_entry, "no policy is set; until then everything is a request"});
    const auto& in_force = *call.served->policy;
    auto body = position_json(in_force.position);
    body["toml"] = policy::to_toml(in_force.compiled->policy());
    body["words"] = policy::explain(in_force.compiled->policy());
    body["signed_by"] = to_hex(in_force.position.key.view());
    body["standing"] = gateway::name(gateway::policy_standing(call.context, *call.served));
    return answer(200, body);
}

net::HttpResponse prepare_policy(const Call& call)
{
    const auto body = Body::parse(call.request, {"toml"});
    if (!body)
        return problem(body.error());
    const auto toml = body->text("toml");
    if (!toml)
        return problem(toml.error());
    const auto content = gateway::prepare_policy(call.context, *call.served, *toml);
    if (!content)
        return problem(content.error());
    return answer(200, {{"id", did_of(content->identity)},
                        {"epoch", content->identity.epoch},
                        {"key", to_hex(content->key.view())},
                        {"seq", content->seq},
                        {"previous", to_hex(content->previous.view())},
                        {"body", to_base64(content->body)},
                        {"hash", to_hex(model::policy_hash(*content).view())}});
}

net::HttpResponse confirm_policy(const Call& call)
{
    if (!call.served->policy)
        return problem(Error{Errc::gateway_no_such_entry, "no policy is set; `dmid policy set` sets one"});
    const auto held = gateway::confirm_policy(call.context, *call.served);
    if (!held)
        return problem(held.error());
    const auto& position = call.served->policy->position;
    auto body = position_json(position);
    body["was_held"] = *held;
    body["newer"] = nullptr;
    const auto kept = call.context.heads->find(call.served->identity, call.served->policy_key);
    if (kept && gateway::newer(kept->head.position, position))
        body["newer"] = position_json(kept->head.position);
    return answer(200, body);
}

net::Task<net::HttpResponse> set_policy(Call call)
{
    auto body = Body::parse(call.request, {"policy"});
    if (!body)
        co_return problem(body.error());
    auto text = body->text("policy");
    if (!text)
        co_return problem(text.error());
    auto bytes = from_base64(*text);
    if (!bytes)
        co_return problem(bytes.error());
    auto in_force = co_await gateway::set_policy(call.context, call.served, std::move(*bytes));
    if (!in_force)
        co_return problem(in_force.error());
    co_return answer(200, position_json(in_force->position));
}
} // namespace dmid::api::owner
