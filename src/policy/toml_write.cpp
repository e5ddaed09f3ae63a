// SPDX-License-Identifier: Apache-2.0
#include "policy/member.hpp"
#include "policy/toml.hpp"
#include "policy/toml_values.hpp"

namespace dmid::policy
{
namespace
{
// Everything that a policy holds is one line of text without control characters.
std::string quoted_toml(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text)
    {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

std::string list(const std::vector<std::string>& items)
{
    std::string out = "[";
    for (const auto& item : items)
        out += (out.size() > 1 ? ", " : "") + item;
    return out + ']';
}

std::vector<std::string> class_words(model::ClassMask mask)
{
    std::vector<std::string> out;
    for (unsigned i = 0; i < model::kClassCount; ++i)
        if ((mask >> i & 1U) != 0)
            out.push_back(quoted_toml(model::name(static_cast<model::Class>(i))));
    return out;
}

template <class Name> std::vector<std::string> words_of(std::uint32_t mask, Name&& name_of)
{
    std::vector<std::string> out;
    for (unsigned i = 0; i < 32; ++i)
        if ((mask >> i & 1U) != 0)
            out.push_back(quoted_toml(name_of(i)));
    return out;
}

std::string legs(const std::vector<Leg>& via)
{
    std::vector<std::string> out;
    for (const auto& leg : via)
    {
        if (leg.within == 0 && !leg.notice)
        {
            out.push_back(quoted_toml(leg.to));
            continue;
        }
        auto text = "{ to = " + quoted_toml(leg.to);
        if (leg.within != 0)
            text += ", within = " + quoted_toml(duration_text(leg.within));
        if (leg.notice)
            text += ", notice = true";
        out.push_back(text + " }");
    }
    return list(out);
}

std::vector<std::string> who_words(const Policy& policy, const Rule& rule)
{
    auto out = class_words(rule.who);
    for (std::size_t i = 0; i < policy.sets.size(); ++i)
        if ((rule.who_sets >> i & 1U) != 0)
            out.push_back(quoted_toml('@' + policy.sets[i].name));
    return out;
}

std::vector<std::string> ext_words(const Policy& policy, const Rule& rule)
{
    std::vector<std::string> out;
    for (std::size_t i = 0; i < policy.tails.size(); ++i)
        if ((rule.ext >> i & 1U) != 0)
            out.push_back(quoted_toml(policy.tails[i].name));
    if ((rule.ext & kNoTailBit) != 0)
        out.push_back(quoted_toml("none"));
    return out;
}

std::vector<std::string> window_texts(const Policy& policy, const std::vector<Window>& when)
{
    std::vector<std::string> out;
    for (const auto& window : when)
        out.push_back(quoted_toml(to_string(window, policy.zones[window.zone])));
    return out;
}

/// Times for all labels, or for those of a table, in which the empty name stands for all.
std::string hours_text(const Policy& policy, std::string_view key, const std::vector<Hours>& hours)
{
    if (hours.empty())
        return {};
    std::string out = "\n[" + std::string{key} + "]\n";
    for (const auto& each : hours)
        out +=
            (each.label.empty() ? "\"\"" : each.label) + " = " + list(window_texts(policy, each.when)) + '\n';
    return out;
}

std::string rule_text(const Policy& policy, const Rule& rule)
{
    std::string out = "\n[[rule]]\n";
    const auto line = [&out](std::string_view key, const std::string& value)
    { out += std::string{key} + " = " + value + '\n'; };
    const auto words = [&line](std::string_view key, const std::vector<std::string>& items)
    {
        if (!items.empty())
            line(key, list(items));
    };
    if (!rule.note.empty())
        line("note", quoted_toml(rule.note));
    words("who", who_words(policy, rule));
    words("ext", ext_words(policy, rule));
    words("addressed", words_of(rule.addressed, addressed_name));
    words("channel", words_of(rule.channel, [](unsigned i) { return name(static_cast<Door>(i)); }));
    words("kind", words_of(rule.kind, kind_name));
    words("when", window_texts(policy, rule.when));
    line("do", quoted_toml(name(rule.action)));
    if (rule.work != 0)
        line("cost", "{ work = " + std::to_string(rule.work) + " }");
    std::vector<std::string> rates;
    for (const auto& rate : rule.rate)
        rates.push_back(quoted_toml(to_string(rate)));
    words("rate", rates);
    if (!rule.via.empty())
        line("via", legs(rule.via));
    if (rule.urgent)
        line("urgent", "true");
    return out;
}
} // namespace

std::string to_toml(const Policy& policy)
{
    std::string out = "default = " + quoted_toml(name(policy.default_action)) + '\n';
    if (!policy.via.empty())
        out += "via = " + legs(policy.via) + '\n';
    if (policy.receipts != 0)
        out += "receipts = " + list(class_words(policy.receipts)) + '\n';
    std::vector<std::string> digests;
    for (const auto& moment : policy.digest)
        digests.push_back(quoted_toml(to_string(moment, policy.zones[moment.zone])));
    if (!digests.empty())
        out += "digest = " + list(digests) + '\n';
    out += hours_text(policy, "quiet", policy.quiet) + hours_text(policy, "off", policy.off);
    if (!policy.tails.empty())
        out += "\n[tails]\n";
    for (const auto& tail : policy.tails)
        out += tail.name + " = " + quoted_toml(tail.tail.digits()) + '\n';
    if (!policy.sets.empty())
        out += "\n[sets]\n";
    for (const auto& set : policy.sets)
    {
        out += set.name + " = [";
        for (const auto& member : set.members)
            out += "\n  " + quoted_toml(to_string(member)) + ',';
        out += set.members.empty() ? "]\n" : "\n]\n";
    }
    if (!policy.deny.empty())
        out += "\n[deny]\n";
    for (const auto& deny : policy.deny)
        out += policy.sets[deny.set].name + " = " + (deny.reject ? "\"reject\"\n" : "\"drop\"\n");
    for (const auto& rule : policy.rules)
        out += rule_text(policy, rule);
    return out;
}
} // namespace dmid::policy
