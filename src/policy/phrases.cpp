// SPDX-License-Identifier: Apache-2.0
#include "policy/phrases.hpp"

#include "policy/toml_values.hpp"

namespace dmid::policy
{
namespace
{
std::string quoted(std::string_view text)
{
    return '"' + std::string{text} + '"';
}

std::string amount(std::uint64_t count, std::string_view unit)
{
    return std::to_string(count) + ' ' + std::string{unit} + (count == 1 ? "" : "s");
}

std::string duration_phrase(std::uint32_t seconds)
{
    if (seconds % 86'400 == 0)
        return amount(seconds / 86'400, "day");
    if (seconds % 3600 == 0)
        return amount(seconds / 3600, "hour");
    if (seconds % 60 == 0)
        return amount(seconds / 60, "minute");
    return amount(seconds, "second");
}

std::string with_commas(std::uint64_t number)
{
    auto out = std::to_string(number);
    for (std::size_t at = out.size(); at > 3;)
        out.insert(at -= 3, ",");
    return out;
}

std::string kinds_phrase(std::uint8_t mask)
{
    std::vector<std::string> out;
    if ((mask & 1U) != 0)
        out.emplace_back("plain text");
    if ((mask & 2U) != 0)
        out.emplace_back("a link");
    if ((mask & 4U) != 0)
        out.emplace_back("an attachment");
    return joined(out, " or ");
}

std::string tails_phrase(const Policy& policy, std::uint64_t ext)
{
    std::vector<std::string> out;
    for (std::size_t i = 0; i < policy.tails.size(); ++i)
        if ((ext >> i & 1U) != 0)
            out.push_back("through the tail " + quoted(policy.tails[i].name));
    if ((ext & kNoTailBit) != 0)
        out.emplace_back("through no tail");
    return joined(out, " or ");
}

std::string doors_phrase(std::uint32_t mask)
{
    std::vector<std::string> out;
    for (unsigned i = 0; i < 32; ++i)
        if ((mask >> i & 1U) != 0)
            out.emplace_back(name(static_cast<Door>(i)));
    return joined(out, " or ");
}

std::string leg_phrase(const Leg& leg)
{
    std::vector<std::string> notes;
    if (leg.notice)
        notes.emplace_back("as a notice only");
    if (leg.within != 0)
        notes.push_back("with " + duration_phrase(leg.within) + " to confirm");
    return leg.to + (notes.empty() ? "" : " (" + joined(notes, ", ") + ")");
}
} // namespace

std::string joined(const std::vector<std::string>& items, std::string_view last)
{
    std::string out;
    for (std::size_t i = 0; i < items.size(); ++i)
        out += (i == 0 ? "" : i + 1 == items.size() ? std::string{last} : ", ") + items[i];
    return out;
}

std::string classes_phrase(model::ClassMask mask)
{
    std::vector<std::string> out;
    for (unsigned i = 0; i < model::kClassCount; ++i)
        if ((mask >> i & 1U) != 0)
            out.emplace_back(words(static_cast<model::Class>(i)));
    return joined(out, " or ");
}

std::string who_phrase(const Policy& policy, const Rule& rule)
{
    std::vector<std::string> out;
    for (unsigned i = 0; i < model::kClassCount; ++i)
        if ((rule.who >> i & 1U) != 0)
            out.emplace_back(words(static_cast<model::Class>(i)));
    for (std::size_t i = 0; i < policy.sets.size(); ++i)
        if ((rule.who_sets >> i & 1U) != 0)
            out.push_back("somebody in your list " + quoted(policy.sets[i].name));
    return out.empty() ? "anybody" : joined(out, " or ");
}

std::string conditions_phrase(const Policy& policy, const Rule& rule)
{
    std::vector<std::string> out;
    if (rule.ext != 0)
        out.push_back(tails_phrase(policy, rule.ext));
    if (rule.channel != 0)
        out.push_back("by " + doors_phrase(rule.channel));
    if (rule.addressed != 0)
        out.emplace_back("addressed to your number");
    if (rule.kind != 0)
        out.push_back("with " + kinds_phrase(rule.kind));
    if (rule.when.size() != 0)
        out.push_back("during " + times_phrase(policy, rule.when));
    return out.empty() ? "" : ", " + joined(out, ", ");
}

std::string times_phrase(const Policy& policy, const std::vector<Window>& when)
{
    std::vector<std::string> out;
    for (const auto& window : when)
        out.push_back(to_string(window, policy.zones[window.zone]));
    return joined(out, " or ");
}

std::string action_phrase(Action action, const std::vector<Leg>& via)
{
    std::string out{words(action)};
    if (via.empty() || (action != Action::deliver && action != Action::digest))
        return out;
    out += action == Action::deliver ? " to " : " for ";
    for (std::size_t i = 0; i < via.size(); ++i)
    {
        if (i > 0)
            out += via[i - 1].within != 0 ? ", then to " : " and to ";
        out += leg_phrase(via[i]);
    }
    return out;
}

std::string work_phrase(unsigned bits)
{
    return amount(bits, "bit") + " of work (about " + with_commas(1ULL << bits) + " tries)";
}

std::string rates_phrase(const std::vector<Rate>& rates)
{
    std::vector<std::string> out;
    for (const auto& rate : rates)
    {
        const auto text = to_string(rate); // `5 per day each`
        out.push_back(text.substr(0, text.find(" each")) + (rate.each ? " from each sender" : " in all"));
    }
    return joined(out, " and ");
}
} // namespace dmid::policy
