// SPDX-License-Identifier: Apache-2.0
#include "gateway/own_policy.hpp"

#include "policy/bytes.hpp"
#include "policy/toml.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
constexpr const char* kCell = "policy/current";

Result<InForce> compile(const model::SignedPolicy& signed_policy)
{
    DMID_TRY(auto parsed, policy::decode(signed_policy.content.body));
    DMID_TRY(auto compiled, policy::Compiled::make(std::move(parsed), signed_policy.content.identity));
    return InForce{model::position_of(signed_policy.content),
                   std::make_shared<const policy::Compiled>(std::move(compiled))};
}

Result<> check_labels(const Context& context, const Served& served, const policy::Policy& policy)
{
    for (const auto& label : labels_of(policy))
    {
        DMID_TRY(auto binding, context.bindings.find(served.box(), label));
        if (!binding || binding->state != BindingState::bound)
            return fail(Errc::policy_unknown_label, label + " is not bound; `dmid bind` binds it");
    }
    return {};
}

/// A zone that this machine has no table of would leave every message undecided.
Result<> check_zones(const Context& context, const policy::Policy& policy)
{
    for (const auto& zone : policy.zones)
        if (zone != "UTC" && !context.zones(zone, context.clock.now()))
            return fail(Errc::policy_value, "this machine knows no time zone " + zone + " (package tzdata)");
    return {};
}

std::optional<model::PolicyPosition> present_position(const Served& served)
{
    return served.policy ? std::optional{served.policy->position} : std::nullopt;
}
} // namespace

std::vector<std::string> labels_of(const policy::Policy& policy)
{
    std::vector<std::string> labels;
    const auto add = [&](const std::vector<policy::Leg>& legs)
    {
        for (const auto& leg : legs)
            labels.push_back(leg.to);
    };
    add(policy.via);
    for (const auto& rule : policy.rules)
        add(rule.via);
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    return labels;
}

Result<std::optional<InForce>> load_policy(const store::Mailbox& mailbox, const model::Identity& identity)
{
    DMID_TRY(auto cell, mailbox.cell(mailbox_of(identity), kCell));
    if (!cell)
        return std::optional<InForce>{};
    DMID_TRY(auto signed_policy, model::decode_policy(cell->value));
    DMID_TRY(auto in_force, compile(signed_policy));
    return std::optional{std::move(in_force)};
}

Result<model::PolicyContent> prepare_policy(const Context& context, const Served& served,
                                            std::string_view toml)
{
    DMID_TRY(auto policy, policy::parse_toml(toml));
    DMID_TRY(check_labels(context, served, policy));
    DMID_TRY(check_zones(context, policy));
    model::PolicyContent content;
    content.identity = served.identity;
    content.key = served.policy_key;
    content.seq = 1;
    DMID_TRY(content.body, policy::encode(policy));
    const auto present = present_position(served);
    if (present && present->key == content.key)
    {
        content.seq = present->seq + 1;
        content.previous = present->hash;
    }
    return content;
}

net::Task<Result<InForce>> set_policy(Context& context, ServedPtr served, Bytes bytes)
{
    DMID_CO_TRY(auto signed_policy, model::decode_policy(bytes));
    DMID_CO_TRY(model::verify_policy(signed_policy, served->identity, served->policy_key));
    DMID_CO_TRY(model::check_successor(present_position(*served), signed_policy.content));
    DMID_CO_TRY(auto in_force, compile(signed_policy));
    DMID_CO_TRY(check_labels(context, *served, in_force.compiled->policy()));
    DMID_CO_TRY(check_zones(context, in_force.compiled->policy()));
    DMID_CO_TRY(auto cell, context.mailbox.cell(served->box(), kCell));
    store::Append what;
    what.mailbox = served->box();
    what.cells.push_back({kCell, cell ? cell->version : 0, std::move(bytes)});
    auto appended = co_await append(context, std::move(what));
    if (!appended)
        co_return tl::unexpected<Error>(std::move(appended).error());
    context.served.change(served->identity.number, [&](Served& next) { next.policy = in_force; });
    release_policy(context, served->identity.number);
    co_return in_force;
}

void hold_policy(Context& context, model::Number number)
{
    context.policy_hold->hold(number);
    context.alarms.raise("restored " + number.digits(),
                         number.in_fours() + " was restored from a backup and its policy may be old: until "
                                             "`dmid policy confirm` or `dmid policy set` everything is a "
                                             "request",
                         context.clock.now());
}

bool release_policy(Context& context, model::Number number)
{
    context.alarms.clear("restored " + number.digits());
    return context.policy_hold->release(number);
}
} // namespace dmid::gateway
