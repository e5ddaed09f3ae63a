// SPDX-License-Identifier: Apache-2.0
#include "gateway/alarm_sender.hpp"

#include "crypto/sha256.hpp"
#include "keys/random.hpp"
#include "policy/hours.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
constexpr UnixTime kHour = 3600;
constexpr UnixTime kWholeDay = 24 * kHour;
/// How long one sending may take (milliseconds).
constexpr UnixMillis kSendMs = 20'000;

/// What lasts is told each hour, what happened each day at most.
UnixTime again_after(const Alarm& alarm)
{
    return alarm.until == 0 ? kHour : kWholeDay;
}

/// One for each alarm, number and hour or day. Durable, so a node that restarts does not repeat itself.
Result<bool> may_send(Context& context, const Served& served, const Alarm& alarm, UnixTime now)
{
    auto name = to_bytes(as_bytes("dmid/alarm"));
    dmid::append(name, served.box().view());
    dmid::append(name, as_bytes(alarm.what));
    store::Append what;
    what.mailbox = served.box();
    what.charges.push_back({crypto::sha256(name), now / again_after(alarm) * again_after(alarm), 1, 1});
    const auto charged = context.mailbox.append(std::move(what));
    if (charged)
        return true;
    if (charged.error().code == Errc::store_limit)
        return false;
    return tl::unexpected<Error>(charged.error());
}

bool has_alarm(const std::vector<Alarm>& alarms, const model::Number& number, const std::string& label)
{
    return std::any_of(alarms.begin(), alarms.end(),
                       [&](const Alarm& alarm)
                       { return alarm.way == label && (!alarm.number || *alarm.number == number); });
}

/// The ways that are good for it, as they are bound.
Result<std::vector<Binding>> ways_for(const Context& context, const Served& served,
                                      const std::vector<Alarm>& alarms)
{
    DMID_TRY(auto bindings, context.bindings.all(served.box()));
    // An alarm is urgent, and heeds what is off.
    const auto is_off = [&](const std::string& label)
    {
        return served.policy && policy::silent_until(served.policy->compiled->policy(), label, true,
                                                     context.clock.now(), context.zones);
    };
    std::erase_if(bindings,
                  [&](const Binding& binding)
                  {
                      return binding.state != BindingState::bound ||
                             context.channels.find(binding.channel) == context.channels.end() ||
                             has_alarm(alarms, served.identity.number, binding.label) ||
                             is_off(binding.label);
                  });
    return bindings;
}

channel::Outgoing alarm_message(const Served& served, const Alarm& alarm)
{
    channel::Outgoing message;
    message.number = served.identity.number.in_fours();
    message.sender = "dmid";
    message.subject = "Your number " + message.number + " needs you";
    message.text = "Your node says: " + alarm.words +
                   ".\n\nWhat is wrong and what to do about it: dmid doctor. This is told at most once " +
                   (again_after(alarm) == kHour ? "an hour." : "a day.");
    message.made_by_node = true;
    return message;
}

net::Task<bool> send_alarm(Context& context, ServedPtr served, Alarm alarm, std::vector<Binding> ways)
{
    for (const auto& way : ways)
    {
        const auto channel = context.channels.find(way.channel);
        channel::Leg leg;
        leg.id = keys::random_fixed<Hash32>();
        leg.address = way.address;
        leg.deadline = context.clock.now_ms() + kSendMs;
        auto message = alarm_message(*served, alarm);
        message.passed = {mark_of(context, served->box())};
        const auto attempt = co_await channel->second->send(std::move(leg), std::move(message));
        if (attempt.outcome == channel::Outcome::accepted || attempt.outcome == channel::Outcome::uncertain)
            co_return true;
    }
    co_return false;
}
} // namespace

net::Task<std::size_t> send_alarms(Context& context)
{
    std::size_t sent = 0;
    const auto alarms = context.alarms.all();
    if (alarms.empty())
        co_return sent;
    const auto now = context.clock.now();
    for (const auto& served : context.served.all())
    {
        auto ways = ways_for(context, *served, alarms);
        if (!ways || ways->empty())
            continue;
        for (const auto& alarm : alarms)
        {
            const bool ours = !alarm.number || *alarm.number == served->identity.number;
            if (!ours || now - alarm.since < kAlarmPatience)
                continue;
            // A store that takes nothing keeps no count either: that alarm waits for `dmid doctor`.
            const auto may = may_send(context, *served, alarm, now);
            if (!may || !*may)
                continue;
            auto list = *ways;
            if (co_await send_alarm(context, served, alarm, std::move(list)))
            {
                ++sent;
                note(context, "alarm-sent what=" + alarm.what.substr(0, alarm.what.find(' ')));
            }
        }
    }
    co_return sent;
}
} // namespace dmid::gateway
