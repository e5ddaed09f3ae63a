// SPDX-License-Identifier: Apache-2.0
#include "model/names.hpp"
#include "policy/member.hpp"
#include "policy/policy.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace dmid::policy
{
namespace
{
using model::Class;
using model::ClassMask;

tl::unexpected<Error> bad(std::string why)
{
    return fail(Errc::policy_value, std::move(why));
}

tl::unexpected<Error> too_many(std::string what)
{
    return fail(Errc::policy_too_large, "too many " + std::move(what));
}

Result<> check_action(Action action)
{
    if (action < Action::deliver || action > Action::drop)
        return fail(Errc::policy_unknown_action, "number " + std::to_string(static_cast<unsigned>(action)));
    return {};
}

bool is_zone(std::string_view text)
{
    return !text.empty() && text.size() <= 48 && text.front() != '/' &&
           text.find("..") == std::string_view::npos &&
           std::all_of(text.begin(), text.end(),
                       [](char c)
                       {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '+' || c == '-';
                       });
}

Result<> check_classes(ClassMask mask)
{
    if ((mask & ~model::kAllClasses) != 0)
        return fail(Errc::policy_unknown_class, "class " + std::to_string(31 - std::countl_zero(mask)));
    const auto missing = mask & ~model::implemented_classes();
    if (missing != 0)
        return fail(Errc::policy_not_implemented,
                    "class " + std::string{model::name(static_cast<Class>(std::countr_zero(missing)))});
    return {};
}

// Bits that stand for words of a table: all known, all implemented.
template <class Name> Result<> check_words(std::uint32_t mask, Name&& parse)
{
    for (unsigned bit = 0; bit < 32; ++bit)
    {
        if ((mask >> bit & 1U) == 0)
            continue;
        DMID_TRY(parse(bit));
    }
    return {};
}

Result<> check_legs(const std::vector<Leg>& via)
{
    if (via.size() > kMaxLegs)
        return too_many("legs: four at most");
    for (std::size_t i = 0; i < via.size(); ++i)
    {
        if (!model::is_name(via[i].to))
            return bad("a label has letters, digits and dashes, at most 32");
        if (via[i].within > 7 * 86'400)
            return bad("within is a week at most");
        for (std::size_t j = 0; j < i; ++j)
            if (via[j].to == via[i].to)
                return bad("via names a label twice");
    }
    return {};
}

Result<> check_demands(const Rule& rule)
{
    if (rule.work > kMaxWork)
        return bad("more than 32 bits of work");
    if (rule.rate.size() > kMaxRates)
        return too_many("rates: two at most");
    for (const auto& rate : rule.rate)
    {
        constexpr std::array<std::uint32_t, 4> kWindows{60, 3600, 86'400, 604'800};
        if (rate.limit == 0 || rate.limit > 1'000'000 ||
            std::find(kWindows.begin(), kWindows.end(), rate.window) == kWindows.end())
            return bad("a rate is 1 to 1000000 per minute, hour, day or week");
    }
    if (rule.rate.size() == 2 && rule.rate[0].window == rule.rate[1].window &&
        rule.rate[0].each == rule.rate[1].each)
        return bad("two rates for the same window");
    const bool lets_in = rule.action == Action::deliver || rule.action == Action::digest;
    if (!lets_in && rule.action != Action::request && (rule.work != 0 || !rule.rate.empty()))
        return bad("cost and rate are demands for deliver, digest or request");
    if (!lets_in && !rule.via.empty())
        return bad("via is for deliver or digest");
    if (rule.urgent && rule.action != Action::deliver)
        return bad("urgent is for deliver");
    const bool fits_anonymous =
        (rule.who == 0 && rule.who_sets == 0) || (rule.who & model::bit(Class::anonymous)) != 0;
    if (lets_in && rule.work != 0 && fits_anonymous)
        return bad("work yields no more than a request: do = \"request\", or leave anonymous senders out");
    return {};
}

Result<> check_when(const std::vector<Window>& when, std::size_t zones)
{
    if (when.size() > kMaxWindows)
        return too_many("times: four at most");
    for (const auto& window : when)
        if (window.days == 0 || window.days > 127 || window.from > 1439 || window.to > 1439 ||
            (window.from == window.to && window.from != 0) || window.zone >= zones)
            return bad("a time is days, from-to and a zone");
    return {};
}

Result<> check_rule(const Policy& policy, const Rule& rule)
{
    if (!rule.note.empty() && !model::is_line(rule.note, kMaxNote))
        return bad("a note is one line of at most 120 bytes");
    DMID_TRY(check_action(rule.action));
    DMID_TRY(check_classes(rule.who));
    if (policy.sets.size() < 32 && (rule.who_sets >> policy.sets.size()) != 0)
        return fail(Errc::policy_unknown_set);
    if (((rule.ext & ~kNoTailBit) >> policy.tails.size()) != 0)
        return bad("ext names a tail that is not listed");
    DMID_TRY(check_words(rule.addressed, [](unsigned bit)
                         { return parse_addressed(addressed_name(bit)).map([](auto&&) {}); }));
    DMID_TRY(check_words(rule.channel, [](unsigned bit)
                         { return parse_door(name(static_cast<Door>(bit))).map([](auto&&) {}); }));
    DMID_TRY(
        check_words(rule.kind, [](unsigned bit) { return parse_kind(kind_name(bit)).map([](auto&&) {}); }));
    DMID_TRY(check_when(rule.when, policy.zones.size()));
    DMID_TRY(check_legs(rule.via));
    return check_demands(rule);
}

Result<> check_sets(const Policy& policy)
{
    if (policy.sets.size() > kMaxSets)
        return too_many("sets: 32 at most");
    std::uint32_t in_rules = 0;
    for (const auto& rule : policy.rules)
        in_rules |= rule.who_sets;
    for (std::size_t i = 0; i < policy.sets.size(); ++i)
    {
        const auto& set = policy.sets[i];
        if (!model::is_name(set.name) || (i > 0 && policy.sets[i - 1].name >= set.name))
            return bad("sets have names of letters, digits and dashes, and stand in their order");
        for (std::size_t j = 0; j < set.members.size(); ++j)
        {
            if (j > 0 && !before(set.members[j - 1], set.members[j]))
                return bad("a member of \"" + set.name + "\" stands twice or out of order");
            const auto* number = std::get_if<NumberMember>(&set.members[j]);
            if (number != nullptr && !number->epoch && (in_rules >> i & 1U) != 0)
                return bad("\"" + set.name + "\" lets people in: say which epoch of " +
                           number->number.in_fours() + " you mean; a later one is another owner");
        }
    }
    for (std::size_t i = 0; i < policy.deny.size(); ++i)
    {
        if (policy.deny[i].set >= policy.sets.size())
            return fail(Errc::policy_unknown_set);
        if (i > 0 && policy.deny[i - 1].set >= policy.deny[i].set)
            return bad("a set is denied twice, or out of order");
    }
    return {};
}

Result<> check_hours(const std::vector<Hours>& hours, std::size_t zones)
{
    if (hours.size() > kMaxHours)
        return too_many("labels with hours: eight at most");
    for (std::size_t i = 0; i < hours.size(); ++i)
    {
        if (!hours[i].label.empty() && !model::is_name(hours[i].label))
            return bad("a label has letters, digits and dashes, at most 32");
        if (hours[i].when.empty() || (i > 0 && hours[i - 1].label >= hours[i].label))
            return bad("hours name their labels once, in order, and have times");
        DMID_TRY(check_when(hours[i].when, zones));
    }
    return {};
}

Result<> check_digests(const Policy& policy)
{
    if (policy.digest.size() > kMaxDigests)
        return too_many("digests: eight times at most");
    for (const auto& moment : policy.digest)
        if (moment.days == 0 || moment.days > 127 || moment.at > 1439 || moment.zone >= policy.zones.size())
            return bad("a digest has days, a time and a zone");
    const bool wanted = policy.default_action == Action::digest ||
                        std::any_of(policy.rules.begin(), policy.rules.end(),
                                    [](const Rule& rule) { return rule.action == Action::digest; });
    if (wanted && policy.digest.empty())
        return bad("say when digests go out: digest = [\"daily 18:00 Europe/Berlin\"]");
    return {};
}

/// Bit n: Policy::zones[n] is in use.
std::uint32_t used_zones(const Policy& policy)
{
    std::uint32_t used = 0;
    const auto use = [&used](std::uint8_t zone) { used |= zone < kMaxZones ? 1U << zone : 0U; };
    for (const auto& rule : policy.rules)
        for (const auto& window : rule.when)
            use(window.zone);
    for (const auto* hours : {&policy.quiet, &policy.off})
        for (const auto& each : *hours)
            for (const auto& window : each.when)
                use(window.zone);
    for (const auto& moment : policy.digest)
        use(moment.zone);
    return used;
}

Result<> check_tails_and_zones(const Policy& policy)
{
    if (policy.tails.size() > kMaxTails)
        return too_many("purpose tails: 32 at most");
    for (std::size_t i = 0; i < policy.tails.size(); ++i)
    {
        const auto& tail = policy.tails[i];
        if (!model::is_name(tail.name) || tail.name == "none" ||
            (i > 0 && policy.tails[i - 1].name >= tail.name))
            return bad(
                "tails have names of letters, digits and dashes (not \"none\"), and stand in their order");
        for (std::size_t j = 0; j < i; ++j)
            if (policy.tails[j].tail == tail.tail)
                return bad("two names for the tail " + tail.tail.digits());
    }
    if (policy.zones.size() > kMaxZones)
        return too_many("time zones: four at most");
    const auto used = used_zones(policy);
    for (std::size_t i = 0; i < policy.zones.size(); ++i)
        if (!is_zone(policy.zones[i]) || (used >> i & 1U) == 0 ||
            (i > 0 && policy.zones[i - 1] >= policy.zones[i]))
            return bad("a time zone is an IANA name, such as Europe/Berlin");
    return {};
}
} // namespace

Result<> check(const Policy& policy)
{
    if (policy.rules.size() > kMaxRules)
        return too_many("rules: 64 at most");
    DMID_TRY(check_action(policy.default_action));
    DMID_TRY(check_classes(policy.receipts));
    DMID_TRY(check_legs(policy.via));
    DMID_TRY(check_tails_and_zones(policy));
    DMID_TRY(check_sets(policy));
    DMID_TRY(check_hours(policy.quiet, policy.zones.size()));
    DMID_TRY(check_hours(policy.off, policy.zones.size()));
    DMID_TRY(check_digests(policy));
    for (std::size_t i = 0; i < policy.rules.size(); ++i)
        if (auto checked = check_rule(policy, policy.rules[i]); !checked)
            return fail(checked.error().code,
                        "rule " + std::to_string(i + 1) + ": " + checked.error().context);
    return {};
}
} // namespace dmid::policy
