// SPDX-License-Identifier: Apache-2.0
#include "model/test_keys.hpp"
#include "policy/hours.hpp"
#include "policy/toml.hpp"
#include "policy/tzif.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

// The vectors' moments come from Python's zoneinfo; the zones here are read by this project from the same
// tables.
namespace dmid::policy
{
namespace
{
MinuteOfWeek machine_zones()
{
    return [zones = std::make_shared<std::map<std::string, Zone, std::less<>>>()](
               std::string_view name, UnixTime time) -> std::optional<std::uint16_t>
    {
        auto found = zones->find(name);
        if (found == zones->end())
        {
            std::ifstream in{"/usr/share/zoneinfo/" + std::string{name}, std::ios::binary};
            const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
            auto zone = Zone::parse(as_bytes(bytes));
            if (!zone)
                return std::nullopt;
            found = zones->emplace(name, std::move(*zone)).first;
        }
        return minute_of_week(time + found->second.offset_at(time));
    };
}

boost::json::object read_vector(const std::filesystem::path& path)
{
    std::ifstream file{path};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    return boost::json::parse(text).as_object();
}

const std::string kVectors = std::string{DMID_SOURCE_DIR} + "/docs/protocol/vectors/hours/";

TEST(HoursVectors, SilenceEndsAndDigestsGoOutWhenStated)
{
    const auto zones = machine_zones();
    int silences = 0;
    int digests = 0;
    for (const auto& entry : std::filesystem::directory_iterator{kVectors + "valid"})
    {
        SCOPED_TRACE(entry.path().string());
        const auto vector = read_vector(entry.path());
        const auto policy = parse_toml(std::string_view{vector.at("toml").as_string()});
        ASSERT_TRUE(policy) << to_string(policy.error());
        const auto time = vector.at("time").as_int64();
        if (const auto* digest = vector.if_contains("digest"))
        {
            EXPECT_EQ(next_digest(*policy, time, zones), digest->as_int64());
            ++digests;
            continue;
        }
        const auto until = silent_until(*policy, std::string_view{vector.at("label").as_string()},
                                        vector.at("urgent").as_bool(), time, zones);
        const auto& expected = vector.at("until");
        EXPECT_EQ(until, expected.is_null() ? std::nullopt : std::optional{expected.as_int64()});
        ++silences;
    }
    EXPECT_GE(silences, 14);
    EXPECT_GE(digests, 5);
}

TEST(HoursVectors, InvalidHoursAreRefusedForTheStatedReason)
{
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator{kVectors + "invalid"})
    {
        const auto vector = read_vector(entry.path());
        const auto parsed = parse_toml(std::string_view{vector.at("toml").as_string()});
        ASSERT_FALSE(parsed) << entry.path();
        EXPECT_EQ(dmid::name(parsed.error().code), std::string_view{vector.at("error").as_string()})
            << entry.path() << parsed.error().context;
        ++seen;
    }
    EXPECT_GE(seen, 13);
}

Policy parsed(const std::string& toml)
{
    return parse_toml(toml).value();
}

TEST(Hours, WhatIsAlwaysOffIsLookedAtAgainAfterEightDays)
{
    const auto policy = parsed("default = \"request\"\n[off]\nphone = [\"daily UTC\"]\n");
    EXPECT_EQ(silent_until(policy, "phone", true, 1'800'000'000, {}), 1'800'000'000 + 8 * 86'400);
    EXPECT_FALSE(silent_until(policy, "mail", false, 1'800'000'000, {}));
}

TEST(Hours, AZoneThatNobodyKnowsSilencesNothing)
{
    const auto policy = parsed("default = \"request\"\nquiet = [\"daily Europe/Berlin\"]\n"
                               "digest = [\"daily 08:00 Europe/Berlin\"]\n");
    EXPECT_FALSE(silent_until(policy, "phone", false, 1'800'000'000, {}));
    EXPECT_EQ(next_digest(policy, 1'800'000'000, {}), 1'800'000'000);
}

TEST(Hours, OnlyADeliveryByTheRuleIsUrgent)
{
    const auto policy = Compiled::make(parsed("default = \"deliver\"\nvia = [\"mail\"]\n[[rule]]\n"
                                              "who = [\"contact\"]\ndo = \"deliver\"\nurgent = true\n"
                                              "rate = \"1 per day\"\n"),
                                       model::test::identity())
                            .value();
    Facts facts;
    facts.proven = model::mask_of(model::Class::contact);
    const std::uint64_t none[] = {0};
    const std::uint64_t full[] = {1};
    EXPECT_TRUE(evaluate(policy, facts, none).urgent);
    EXPECT_FALSE(evaluate(policy, facts, full).urgent);
    facts.proven = 0;
    EXPECT_FALSE(evaluate(policy, facts, none).urgent);
}
} // namespace
} // namespace dmid::policy
