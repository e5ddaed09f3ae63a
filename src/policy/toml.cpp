// SPDX-License-Identifier: Apache-2.0
#include "policy/toml.hpp"

#include "model/nearest.hpp"
#include "policy/member.hpp"
#include "policy/toml_values.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <bit>
#include <map>

namespace dmid::policy
{
namespace
{
std::string where(const toml::source_region& region)
{
    return "line " + std::to_string(region.begin.line) + ", column " + std::to_string(region.begin.column) +
           ": ";
}

// The same error with its place in front.
tl::unexpected<Error> at(const toml::source_region& region, const Error& error)
{
    return fail(error.code, where(region) + error.context);
}

tl::unexpected<Error> bad(const toml::node& node, std::string_view expected)
{
    return fail(Errc::policy_value, where(node.source()) + "expected " + std::string{expected});
}

#define DMID_TRY_AT(node, declaration, expression)                                                           \
    auto DMID_TRY_CAT(at_, __LINE__) = (expression);                                                         \
    if (!DMID_TRY_CAT(at_, __LINE__))                                                                        \
        return at((node).source(), DMID_TRY_CAT(at_, __LINE__).error());                                     \
    declaration = *std::move(DMID_TRY_CAT(at_, __LINE__))

// One text or a list of texts; `each` is called with text and node.
template <class Each> Result<> for_texts(const toml::node& node, std::string_view expected, Each&& each)
{
    if (const auto* text = node.as_string())
        return each(std::string_view{text->get()}, node);
    const auto* list = node.as_array();
    if (list == nullptr)
        return bad(node, expected);
    for (const auto& item : *list)
    {
        const auto* text = item.as_string();
        if (text == nullptr)
            return bad(item, expected);
        DMID_TRY(each(std::string_view{text->get()}, item));
    }
    return {};
}

// Every key of a table is known at its place.
Result<> check_keys(const toml::table& table, Place place)
{
    for (const auto& [key, node] : table)
        if (auto known = parse_key(key.str(), place); !known)
            return at(key.source(), known.error());
    return {};
}

class Reader
{
public:
    Result<Policy> read(const toml::table& root)
    {
        DMID_TRY(check_keys(root, Place::top));
        const auto* action = root.get("default");
        if (action == nullptr)
            return fail(Errc::policy_no_default, "write `default = \"request\"` at the top");
        DMID_TRY(out_.default_action, read_action(*action));
        if (const auto* via = root.get("via"))
        {
            DMID_TRY(out_.via, read_via(*via));
        }
        if (const auto* receipts = root.get("receipts"))
        {
            DMID_TRY(read_classes(*receipts, out_.receipts, nullptr));
        }
        DMID_TRY(read_tails(root));
        DMID_TRY(read_sets(root));
        DMID_TRY(read_deny(root));
        DMID_TRY(read_hours(root, "quiet", out_.quiet));
        DMID_TRY(read_hours(root, "off", out_.off));
        DMID_TRY(read_digests(root));
        DMID_TRY(read_rules(root));
        sort_zones();
        if (auto checked = check(out_); !checked)
            return fail(checked.error().code, placed(checked.error().context));
        return std::move(out_);
    }

private:
    Result<Action> read_action(const toml::node& node)
    {
        const auto* word = node.as_string();
        if (word == nullptr)
            return bad(node, "an action in quotes");
        DMID_TRY_AT(node, const auto action, parse_action(word->get()));
        return action;
    }

    Result<Leg> read_leg(const toml::node& node)
    {
        if (const auto* label = node.as_string())
            return Leg{label->get(), 0, false};
        const auto* table = node.as_table();
        if (table == nullptr)
            return bad(node, "a label, or { to = \"label\", within = \"10m\", notice = true }");
        DMID_TRY(check_keys(*table, Place::via));
        Leg leg;
        const auto* to = table->get_as<std::string>("to");
        if (to == nullptr)
            return bad(node, "{ to = \"label\" }");
        leg.to = to->get();
        if (const auto* within = table->get("within"))
        {
            if (!within->is_string())
                return bad(*within, "a time like \"10m\"");
            DMID_TRY_AT(*within, leg.within, parse_duration(within->as_string()->get()));
        }
        if (const auto* notice = table->get("notice"))
        {
            if (!notice->is_boolean())
                return bad(*notice, "true or false");
            leg.notice = notice->as_boolean()->get();
        }
        return leg;
    }

    Result<std::vector<Leg>> read_via(const toml::node& node)
    {
        std::vector<Leg> legs;
        if (!node.is_array())
        {
            DMID_TRY(auto leg, read_leg(node));
            legs.push_back(std::move(leg));
            return legs;
        }
        for (const auto& item : *node.as_array())
        {
            DMID_TRY(auto leg, read_leg(item));
            legs.push_back(std::move(leg));
        }
        return legs;
    }

    // Classes, and where `sets` is given also sets by their name behind an @.
    Result<> read_classes(const toml::node& node, model::ClassMask& classes, std::uint32_t* sets)
    {
        return for_texts(node, "classes in quotes",
                         [&](std::string_view word, const toml::node& item) -> Result<>
                         {
                             if (sets != nullptr && !word.empty() && word.front() == '@')
                             {
                                 DMID_TRY_AT(item, const auto index, find_set(word.substr(1)));
                                 *sets |= 1U << index;
                                 return {};
                             }
                             DMID_TRY_AT(item, const auto found, model::parse_class(word));
                             classes |= model::bit(found);
                             return {};
                         });
    }

    Result<std::uint8_t> find_set(std::string_view name) const
    {
        std::vector<std::string_view> names;
        for (std::size_t i = 0; i < out_.sets.size(); ++i)
        {
            if (out_.sets[i].name == name)
                return static_cast<std::uint8_t>(i);
            names.push_back(out_.sets[i].name);
        }
        return fail(Errc::policy_unknown_set, model::did_you_mean(name, names));
    }

    // A table of the top level; null where it is absent.
    static Result<const toml::table*> table_of(const toml::table& root, std::string_view key)
    {
        const auto* node = root.get(key);
        if (node != nullptr && !node->is_table())
            return bad(*node, "a table, [" + std::string{key} + "]");
        return node != nullptr ? node->as_table() : nullptr;
    }

    Result<> read_tails(const toml::table& root)
    {
        DMID_TRY(const auto* table, table_of(root, "tails"));
        if (table == nullptr)
            return {};
        for (const auto& [key, node] : *table)
        {
            if (!node.is_string())
                return bad(node, "six digits in quotes");
            DMID_TRY_AT(node, const auto tail, model::Tail::parse(node.as_string()->get()));
            out_.tails.push_back({std::string{key.str()}, tail});
        }
        std::sort(out_.tails.begin(), out_.tails.end(),
                  [](const NamedTail& a, const NamedTail& b) { return a.name < b.name; });
        return {};
    }

    Result<> read_sets(const toml::table& root)
    {
        DMID_TRY(const auto* table, table_of(root, "sets"));
        if (table == nullptr)
            return {};
        if (table->size() > kMaxSets)
            return fail(Errc::policy_too_large, where(table->source()) + "32 sets at most");
        for (const auto& [key, node] : *table)
        {
            Set set{std::string{key.str()}, {}};
            DMID_TRY(for_texts(node, "members in quotes",
                               [&set](std::string_view text, const toml::node& item) -> Result<>
                               {
                                   DMID_TRY_AT(item, auto member, parse_member(text));
                                   set.members.push_back(std::move(member));
                                   return {};
                               }));
            std::sort(set.members.begin(), set.members.end(), before);
            set.members.erase(std::unique(set.members.begin(), set.members.end()), set.members.end());
            out_.sets.push_back(std::move(set));
        }
        std::sort(out_.sets.begin(), out_.sets.end(),
                  [](const Set& a, const Set& b) { return a.name < b.name; });
        return {};
    }

    Result<> read_deny(const toml::table& root)
    {
        DMID_TRY(const auto* table, table_of(root, "deny"));
        if (table == nullptr)
            return {};
        for (const auto& [key, node] : *table)
        {
            const auto index = find_set(key.str());
            if (!index)
                return at(key.source(), index.error());
            const auto* word = node.as_string();
            if (word == nullptr || (word->get() != "drop" && word->get() != "reject"))
                return bad(node, "\"drop\" or \"reject\"");
            out_.deny.push_back({*index, word->get() == "reject"});
        }
        std::sort(out_.deny.begin(), out_.deny.end(),
                  [](const Deny& a, const Deny& b) { return a.set < b.set; });
        return {};
    }

    Result<> read_windows(const toml::node& node, std::string label, std::vector<Hours>& out)
    {
        out.push_back({std::move(label), {}});
        return for_texts(node, "times in quotes",
                         [&](std::string_view text, const toml::node& item)
                         { return read_window(text, item, out.back().when); });
    }

    // Times for every label, or a table with those of each.
    Result<> read_hours(const toml::table& root, std::string_view key, std::vector<Hours>& out)
    {
        const auto* node = root.get(key);
        if (node == nullptr)
            return {};
        const auto* table = node->as_table();
        if (table == nullptr)
            return read_windows(*node, {}, out);
        for (const auto& [label, times] : *table)
        {
            DMID_TRY(read_windows(times, std::string{label.str()}, out));
        }
        std::sort(out.begin(), out.end(), [](const Hours& a, const Hours& b) { return a.label < b.label; });
        return {};
    }

    Result<> read_digests(const toml::table& root)
    {
        const auto* node = root.get("digest");
        if (node == nullptr)
            return {};
        return for_texts(*node, "times in quotes",
                         [&](std::string_view text, const toml::node& item) -> Result<>
                         {
                             DMID_TRY_AT(item, auto named, parse_moment(text));
                             DMID_TRY(named.moment.zone, zone_index(named.zone, item));
                             out_.digest.push_back(named.moment);
                             return {};
                         });
    }

    Result<> read_rules(const toml::table& root)
    {
        const auto* node = root.get("rule");
        if (node == nullptr)
            return {};
        if (!node->is_array_of_tables())
            return bad(*node, "rules written as [[rule]]");
        for (const auto& item : *node->as_array())
        {
            if (out_.rules.size() == kMaxRules)
                return fail(Errc::policy_too_large, where(item.source()) + "64 rules at most");
            rule_places_.push_back(item.source());
            out_.rules.emplace_back();
            DMID_TRY(read_rule(*item.as_table(), out_.rules.back()));
        }
        return {};
    }

    Result<> read_rule(const toml::table& table, Rule& rule)
    {
        DMID_TRY(check_keys(table, Place::rule));
        const auto* action = table.get("do");
        if (action == nullptr)
            return fail(Errc::policy_value,
                        where(table.source()) + "a rule says what to do: do = \"deliver\"");
        DMID_TRY(rule.action, read_action(*action));
        for (const auto& [key, node] : table)
        {
            DMID_TRY(const auto known, parse_key(key.str(), Place::rule));
            DMID_TRY(read_key(known, node, rule));
        }
        return {};
    }

    Result<> read_key(Key key, const toml::node& node, Rule& rule)
    {
        switch (key)
        {
        case Key::who:
            return read_classes(node, rule.who, &rule.who_sets);
        case Key::ext:
            return for_texts(node, "names of tails",
                             [&](std::string_view word, const toml::node& item)
                             { return read_tail_name(word, item, rule.ext); });
        case Key::addressed:
            return read_words<std::uint8_t>(node, rule.addressed, parse_addressed);
        case Key::channel:
            return read_words<std::uint32_t>(node, rule.channel, parse_door);
        case Key::kind:
            return read_words<std::uint8_t>(node, rule.kind, parse_kind);
        case Key::when:
            return for_texts(node, "times in quotes",
                             [&](std::string_view text, const toml::node& item)
                             { return read_window(text, item, rule.when); });
        case Key::cost:
            return read_cost(node, rule);
        case Key::rate:
            return for_texts(node, "rates in quotes",
                             [&](std::string_view text, const toml::node& item) -> Result<>
                             {
                                 DMID_TRY_AT(item, const auto rate, parse_rate(text));
                                 rule.rate.push_back(rate);
                                 return {};
                             });
        case Key::via:
        {
            DMID_TRY(rule.via, read_via(node));
            return {};
        }
        case Key::note:
            if (!node.is_string() || node.as_string()->get().empty())
                return bad(node, "a note in quotes");
            rule.note = node.as_string()->get();
            return {};
        case Key::urgent:
            if (!node.is_boolean())
                return bad(node, "true or false");
            rule.urgent = node.as_boolean()->get();
            return {};
        default: // do: read before
            return {};
        }
    }

    template <class Mask, class Parse>
    static Result<> read_words(const toml::node& node, Mask& mask, Parse&& parse)
    {
        return for_texts(node, "words in quotes",
                         [&](std::string_view word, const toml::node& item) -> Result<>
                         {
                             DMID_TRY_AT(item, const auto value, parse(word));
                             mask = static_cast<Mask>(mask | 1U << static_cast<unsigned>(value));
                             return {};
                         });
    }

    Result<> read_tail_name(std::string_view word, const toml::node& item, std::uint64_t& ext) const
    {
        if (word == "none")
        {
            ext |= kNoTailBit;
            return {};
        }
        std::vector<std::string_view> names{"none"};
        for (std::size_t i = 0; i < out_.tails.size(); ++i)
        {
            names.push_back(out_.tails[i].name);
            if (out_.tails[i].name != word)
                continue;
            ext |= 1ULL << i;
            return {};
        }
        return fail(Errc::policy_value, where(item.source()) + "no tail " + model::did_you_mean(word, names));
    }

    Result<std::uint8_t> zone_index(const std::string& zone, const toml::node& item)
    {
        auto found = std::find(out_.zones.begin(), out_.zones.end(), zone);
        if (found == out_.zones.end())
        {
            if (out_.zones.size() == kMaxZones)
                return fail(Errc::policy_too_large, where(item.source()) + "four time zones at most");
            found = out_.zones.insert(found, zone);
        }
        return static_cast<std::uint8_t>(found - out_.zones.begin());
    }

    Result<> read_window(std::string_view text, const toml::node& item, std::vector<Window>& out)
    {
        DMID_TRY_AT(item, auto named, parse_window(text));
        DMID_TRY(named.window.zone, zone_index(named.zone, item));
        out.push_back(named.window);
        return {};
    }

    static Result<> read_cost(const toml::node& node, Rule& rule)
    {
        const auto* table = node.as_table();
        if (table == nullptr)
            return bad(node, "{ work = 18 }");
        DMID_TRY(check_keys(*table, Place::cost));
        const auto* work = table->get_as<std::int64_t>("work");
        if (work == nullptr || work->get() < 1 || work->get() > static_cast<std::int64_t>(kMaxWork))
            return bad(node, "{ work = 18 }, between 1 and 32 bits");
        rule.work = static_cast<std::uint8_t>(work->get());
        return {};
    }

    // Zones were numbered as they came; the policy has them in order.
    void sort_zones()
    {
        auto sorted = out_.zones;
        std::sort(sorted.begin(), sorted.end());
        const auto place = [&](std::uint8_t& zone)
        {
            const auto at = std::lower_bound(sorted.begin(), sorted.end(), out_.zones[zone]);
            zone = static_cast<std::uint8_t>(at - sorted.begin());
        };
        for (auto& rule : out_.rules)
            for (auto& window : rule.when)
                place(window.zone);
        for (auto* hours : {&out_.quiet, &out_.off})
            for (auto& each : *hours)
                for (auto& window : each.when)
                    place(window.zone);
        for (auto& moment : out_.digest)
            place(moment.zone);
        out_.zones = std::move(sorted);
    }

    // `rule 3: …` with the line of that rule in front.
    std::string placed(const std::string& context) const
    {
        if (context.substr(0, 5) != "rule ")
            return context;
        const auto index = std::strtoul(context.c_str() + 5, nullptr, 10);
        return index >= 1 && index <= rule_places_.size() ? where(rule_places_[index - 1]) + context
                                                          : context;
    }

    Policy out_;
    std::vector<toml::source_region> rule_places_;
};
} // namespace

Result<Policy> parse_toml(std::string_view text)
{
    if (text.size() > kMaxToml)
        return fail(Errc::policy_too_large, "the text is larger than 64 KiB");
    try
    {
        const auto root = toml::parse(text);
        return Reader{}.read(root);
    }
    catch (const toml::parse_error& error)
    {
        return fail(Errc::policy_syntax, where(error.source()) + std::string{error.description()});
    }
}
} // namespace dmid::policy
