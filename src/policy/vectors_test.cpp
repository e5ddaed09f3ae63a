// SPDX-License-Identifier: Apache-2.0
#include "model/test_keys.hpp"
#include "policy/door.hpp"
#include "policy/evaluate.hpp"
#include "policy/toml.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

// Runs docs/protocol/vectors/{door,verdict}; each file is one case. What a vector leaves out is zero, false,
// or the first of its kind; a zone without a minute is unknown.
namespace dmid::policy
{
namespace
{
namespace json = boost::json;
using Names = std::vector<std::string_view>;

json::value member(const json::object& object, std::string_view key)
{
    const auto* found = object.if_contains(key);
    return found == nullptr ? json::value{} : *found;
}
bool flag(const json::object& object, std::string_view key)
{
    const auto value = member(object, key);
    return value.is_bool() && value.as_bool();
}
unsigned number(const json::object& object, std::string_view key, unsigned otherwise = 0)
{
    const auto value = member(object, key);
    return value.is_null() ? otherwise : value.to_number<unsigned>();
}
std::string text(const json::object& object, std::string_view key, std::string_view otherwise)
{
    const auto value = member(object, key);
    return std::string{value.is_null() ? otherwise : std::string_view{value.as_string()}};
}
model::ClassMask classes(const json::object& object, std::string_view key)
{
    model::ClassMask mask = 0;
    if (const auto value = member(object, key); !value.is_null())
        for (const auto& word : value.as_array())
            for (unsigned bit = 0; bit < model::kClassCount; ++bit)
                if (name(static_cast<model::Class>(bit)) == std::string_view{word.as_string()})
                    mask |= 1U << bit;
    return mask;
}
template <std::size_t size>
unsigned index_of(const std::array<std::string_view, size>& names, std::string_view name)
{
    const auto at = std::find(names.begin(), names.end(), name);
    EXPECT_NE(at, names.end()) << name;
    return static_cast<unsigned>(at - names.begin());
}

constexpr std::array<std::string_view, 3> kTickets{"none", "valid", "sink"};
constexpr std::array<std::string_view, 4> kSteps{"enter", "sink", "challenge", "later"};
constexpr std::array<std::string_view, 8> kDoorReasons{"ticket",   "opening", "proof",  "work",
                                                       "no-terms", "unmet",   "source", "quota"};
constexpr std::array<std::string_view, 7> kReasons{"rule", "default", "deny-set", "dead-tail",
                                                   "cost", "rate",    "no-policy"};

template <class Check> int each(const std::string& folder, Check check)
{
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator{std::string{DMID_SOURCE_DIR} +
                                                                 "/docs/protocol/vectors/" + folder})
    {
        SCOPED_TRACE(entry.path().string());
        std::ifstream file{entry.path()};
        std::stringstream content;
        content << file.rdbuf();
        check(json::parse(content.str()).as_object());
        ++seen;
    }
    return seen;
}

// The code that a door answers with, and none for a yes.
std::string_view code_of(DoorStep step)
{
    switch (step)
    {
    case DoorStep::challenge:
        return name(Errc::policy_challenge);
    case DoorStep::later:
        return name(Errc::gateway_quota);
    default:
        return {};
    }
}
std::string_view code_of(Action answer)
{
    switch (answer)
    {
    case Action::challenge:
        return name(Errc::policy_challenge);
    case Action::reject:
        return name(Errc::policy_rejected);
    case Action::rate_limited:
        return name(Errc::policy_rate_limited);
    default:
        return {};
    }
}

void check_door(const json::object& vector)
{
    const auto& asked = vector.at("terms").as_object();
    const auto& seen = vector.at("facts").as_object();
    const model::Terms terms{static_cast<std::uint8_t>(number(asked, "work")), classes(asked, "accepts"), {}};
    DoorFacts facts;
    facts.holds_key = flag(seen, "holds_key");
    facts.budget_left = flag(seen, "budget_left");
    facts.quota_full = flag(seen, "quota_full");
    facts.source_exceeded = flag(seen, "source_exceeded");
    facts.ticket = static_cast<TicketShown>(index_of(kTickets, text(seen, "ticket", "none")));
    facts.shown = classes(seen, "shown");
    facts.work = static_cast<std::uint8_t>(number(seen, "work"));
    facts.work_target = static_cast<std::uint8_t>(number(seen, "work_target", kMinDoorWork));

    const auto verdict = evaluate_door(terms, facts);
    const auto& expected = vector.at("verdict").as_object();
    EXPECT_EQ(kSteps.at(static_cast<unsigned>(verdict.step)), text(expected, "step", ""));
    EXPECT_EQ(kDoorReasons.at(static_cast<unsigned>(verdict.reason)), text(expected, "reason", ""));
    EXPECT_EQ(verdict.work, number(expected, "work"));
    EXPECT_EQ(verdict.accepts, classes(expected, "accepts"));
    EXPECT_EQ(code_of(verdict.step), text(vector, "error", ""));
}

std::uint8_t tail_of(const Policy& policy, const std::string& name)
{
    for (std::size_t i = 0; i < policy.tails.size(); ++i)
        if (policy.tails[i].name == name)
            return static_cast<std::uint8_t>(i);
    return name == "unknown" ? kUnknownTail : kNoTail;
}

Facts facts_of(const Policy& policy, const json::object& seen)
{
    Facts facts;
    facts.proven = classes(seen, "proven");
    facts.unknown = classes(seen, "unknown");
    derive_classes(facts);
    if (const auto names = member(seen, "sets"); !names.is_null())
        for (const auto& name : names.as_array())
            for (std::size_t i = 0; i < policy.sets.size(); ++i)
                if (policy.sets[i].name == std::string_view{name.as_string()})
                    facts.sets |= 1U << i;
    facts.tail = tail_of(policy, text(seen, "tail", ""));
    facts.door = parse_door(text(seen, "channel", "http")).value();
    facts.kind = static_cast<model::ContentKind>(parse_kind(text(seen, "kind", "text")).value());
    facts.addressed = parse_addressed(text(seen, "addressed", "number")).value();
    facts.work = static_cast<std::uint8_t>(number(seen, "work"));
    if (const auto minutes = member(seen, "minute"); !minutes.is_null())
        for (std::size_t i = 0; i < policy.zones.size(); ++i)
            if (const auto* minute = minutes.as_object().if_contains(policy.zones[i]))
                facts.minute[i] = minute->to_number<std::int16_t>();
    return facts;
}

void expect_verdict(const Policy& policy, const Verdict& verdict, const json::object& expected)
{
    EXPECT_EQ(name(verdict.action), text(expected, "action", ""));
    EXPECT_EQ(name(verdict.answer), text(expected, "answer", ""));
    EXPECT_EQ(kReasons.at(static_cast<unsigned>(verdict.reason)), text(expected, "reason", ""));
    EXPECT_EQ(verdict.rule, expected.at("rule").is_null() ? -1 : expected.at("rule").to_number<int>());
    EXPECT_EQ(verdict.set < 0 ? "" : policy.sets.at(static_cast<std::size_t>(verdict.set)).name,
              text(expected, "set", ""));
    EXPECT_EQ(verdict.work, number(expected, "work"));
    EXPECT_EQ(verdict.charge, flag(expected, "charge"));
    EXPECT_EQ(verdict.receipts, flag(expected, "receipts"));
    EXPECT_EQ(verdict.uncertain, flag(expected, "uncertain"));
    Names via;
    for (const auto& label : expected.at("via").as_array())
        via.emplace_back(label.as_string());
    ASSERT_EQ(verdict.via.size(), via.size());
    for (std::size_t i = 0; i < via.size(); ++i)
        EXPECT_EQ(verdict.via[i].to, via[i]);
}

void check_verdict(const json::object& vector)
{
    const auto& expected = vector.at("verdict").as_object();
    if (vector.at("toml").is_null())
        return expect_verdict({}, without_policy(), expected);
    auto parsed = parse_toml(std::string_view{vector.at("toml").as_string()});
    ASSERT_TRUE(parsed) << to_string(parsed.error());
    const auto ready = Compiled::make(*std::move(parsed), model::test::identity()).value();
    std::vector<std::uint64_t> counts;
    for (const auto& count : vector.at("counts").as_array())
        counts.push_back(count.to_number<std::uint64_t>());
    const auto verdict = evaluate(ready, facts_of(ready.policy(), vector.at("facts").as_object()), counts);
    expect_verdict(ready.policy(), verdict, expected);
    EXPECT_EQ(code_of(verdict.answer), text(vector, "error", ""));
    EXPECT_EQ(verdict.yes(), !vector.contains("error"));
}

TEST(DoorVectors, EnterOrAreRefusedAsStated)
{
    EXPECT_GE(each("door/valid", check_door), 8);
    EXPECT_GE(each("door/invalid", check_door), 10);
}

TEST(VerdictVectors, AreActedUponAndAnsweredAsStated)
{
    EXPECT_GE(each("verdict/valid", check_verdict), 20);
    EXPECT_GE(each("verdict/invalid", check_verdict), 15);
}
} // namespace
} // namespace dmid::policy
