// SPDX-License-Identifier: Apache-2.0
#include "gateway/own_policy.hpp"

#include "policy/bytes.hpp"
#include "policy/toml.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
constexpr const char* kPolicyCell = "policy/current";

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

/// The newest policy of the present key that anything tells of: what the next one has to follow.
std::optional<model::PolicyPosition> newest_position(const Context& context, const Served& served)
{
    const auto kept = context.heads->find(served.identity, served.policy_key);
    const bool mine = served.policy && served.policy->position.key == served.policy_key;
    if (kept && (!mine || newer(kept->head.position, served.policy->position)))
        return kept->head.position;
    return served.policy ? std::optional{served.policy->position} : std::nullopt;
}

Result<> check_order(const Context& context, const Served& served, const model::PolicyContent& next)
{
    const auto newest = newest_position(context, served);
    // The very policy that a head tells of, brought from elsewhere.
    const bool mine = served.policy && newest == served.policy->position;
    if (newest && !mine && model::position_of(next) == *newest)
        return {};
    return model::check_successor(newest, next);
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
    for (const auto* hours : {&policy.quiet, &policy.off})
        for (const auto& each : *hours)
            if (!each.label.empty())
                labels.push_back(each.label);
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    return labels;
}

Result<std::optional<InForce>> load_policy(const store::Mailbox& mailbox, const model::Identity& identity)
{
    DMID_TRY(auto cell, mailbox.cell(mailbox_of(identity), kPolicyCell));
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
    const auto present = newest_position(context, served);
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
    DMID_CO_TRY(check_order(context, *served, signed_policy.content));
    DMID_CO_TRY(auto in_force, compile(signed_policy));
    DMID_CO_TRY(check_labels(context, *served, in_force.compiled->policy()));
    DMID_CO_TRY(check_zones(context, in_force.compiled->policy()));
    DMID_CO_TRY(auto cell, context.mailbox.cell(served->box(), kPolicyCell));
    store::Append what;
    what.mailbox = served->box();
    what.cells.push_back({kPolicyCell, cell ? cell->version : 0, std::move(bytes)});
    auto appended = co_await append(context, std::move(what));
    if (!appended)
        co_return tl::unexpected<Error>(std::move(appended).error());
    const auto number = served->identity.number;
    context.served.change(number, [&](Served& next) { next.policy = in_force; });
    context.policy_hold->release(number);
    settle_policy(context, number);
    co_return in_force;
}

std::string_view name(PolicyStanding standing) noexcept
{
    switch (standing)
    {
    case PolicyStanding::counts:
        return "counts";
    case PolicyStanding::waiting:
        return "waiting";
    case PolicyStanding::superseded:
        return "superseded";
    }
    return "";
}

PolicyStanding policy_standing(const Context& context, const Served& served)
{
    const auto kept = context.heads->find(served.identity, served.policy_key);
    if (kept && !kept->confirmed &&
        (!served.policy || newer(kept->head.position, served.policy->position) ||
         served.policy->position.key != served.policy_key))
        return PolicyStanding::superseded;
    return context.policy_hold->holds(served.identity.number) ? PolicyStanding::waiting
                                                              : PolicyStanding::counts;
}

void settle_policy(Context& context, model::Number number)
{
    auto standing = PolicyStanding::counts;
    // Judged while nobody else can replace what is judged: the flag never lags behind the last change.
    context.served.change(number,
                          [&](Served& next)
                          {
                              standing = policy_standing(context, next);
                              next.policy_counts = standing == PolicyStanding::counts;
                          });
    const auto restored = "restored " + number.digits();
    const auto superseded = "policy superseded " + number.digits();
    if (standing == PolicyStanding::waiting)
        context.alarms.raise(restored,
                             number.in_fours() +
                                 " was restored from a backup and its policy may be old: until `dmid policy "
                                 "confirm` or `dmid policy set` everything is a request",
                             context.clock.now(), AlarmScope{number});
    else
        context.alarms.clear(restored, number);
    if (standing == PolicyStanding::superseded)
        context.alarms.raise(
            superseded,
            number.in_fours() + " has a newer policy than the one that is here: everything is a request "
                                "until `dmid policy set` sets the newest, or `dmid policy confirm` says that "
                                "this one counts",
            context.clock.now(), AlarmScope{number});
    else
        context.alarms.clear(superseded, number);
}

void hold_policy(Context& context, model::Number number)
{
    context.policy_hold->hold(number);
    settle_policy(context, number);
}

Result<bool> confirm_policy(Context& context, const Served& served)
{
    const auto number = served.identity.number;
    const bool counted = policy_standing(context, served) == PolicyStanding::counts;
    DMID_TRY(context.heads->confirm(served.identity));
    context.policy_hold->release(number);
    settle_policy(context, number);
    return !counted;
}
} // namespace dmid::gateway
