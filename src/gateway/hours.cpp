// SPDX-License-Identifier: Apache-2.0
#include "policy/hours.hpp"

#include "gateway/prepare.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
/// A policy that changes is heeded after so long at most (milliseconds).
constexpr UnixMillis kLookAgainMs = 15 * 60'000;

std::string clock_words(UnixTime at)
{
    const auto minute = policy::minute_of_week(at) % 1440U;
    const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return two(minute / 60) + ':' + two(minute % 60) + " UTC";
}
} // namespace

std::optional<Prepared> kept_back(const Context& context, const Served& served, const LegPlan& plan)
{
    if (!served.policy || !served.policy_counts)
        return std::nullopt;
    const auto& policy = served.policy->compiled->policy();
    const auto now = context.clock.now();
    const auto until_at = [&](UnixTime time)
    { return policy::silent_until(policy, plan.label, plan.urgent, time, context.zones); };
    auto until = until_at(now);
    // A leg that waits for an earlier one waits as long behind the hours as it would have at once.
    if (!until && plan.after > 0)
        until = until_at(now - UnixTime{plan.after});
    if (!until || *until + UnixTime{plan.after} <= now)
        return std::nullopt;
    const auto from = *until + UnixTime{plan.after};
    return hold(Errc::channel_deferred, plan.label + " is quiet until " + clock_words(from),
                std::min(from * 1000, context.clock.now_ms() + kLookAgainMs));
}
} // namespace dmid::gateway
