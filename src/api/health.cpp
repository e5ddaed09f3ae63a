// SPDX-License-Identifier: Apache-2.0
#include "api/health.hpp"

#include "api/problem.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace dmid::api
{
namespace json = boost::json;

namespace
{
/// Alarms about the node itself, and what everybody may hear of them. All others are about owners: that a
/// way of theirs is dead, that a number changed hands.
struct OwnAlarm
{
    std::string_view what;
    std::string_view words;
};
constexpr std::array kAboutNode{
    OwnAlarm{"store", "the store refuses"},
    OwnAlarm{"store read", "the store does not read back"},
    OwnAlarm{"index", "the follower of the chain has halted"},
    OwnAlarm{"config", "the configuration on disk is not the one in use"},
};

void merge(std::vector<Check>& checks, const gateway::Alarm& alarm, std::string_view words)
{
    const auto found =
        std::find_if(checks.begin(), checks.end(), [&](const Check& c) { return c.name == alarm.what; });
    Check check{alarm.what, false, std::string{words}, alarm.since};
    if (found == checks.end())
        checks.push_back(std::move(check));
    else if (found->ok)
        *found = std::move(check);
}
} // namespace

net::HttpResponse health_answer(std::vector<Check> checks, const std::vector<gateway::Alarm>& alarms,
                                bool owner)
{
    json::array others;
    for (const auto& alarm : alarms)
    {
        const auto own = std::find_if(kAboutNode.begin(), kAboutNode.end(),
                                      [&](const OwnAlarm& one) { return one.what == alarm.what; });
        if (own != kAboutNode.end())
            merge(checks, alarm, own->words);
        if (owner)
            others.push_back({{"what", alarm.what}, {"words", alarm.words}, {"since", alarm.since}});
    }
    const bool well =
        others.empty() && std::all_of(checks.begin(), checks.end(), [](const Check& c) { return c.ok; });
    json::array list;
    for (const auto& check : checks)
        list.push_back(
            {{"name", check.name}, {"ok", check.ok}, {"words", check.words}, {"since", check.since}});
    json::object body{{"status", well ? "ok" : "ailing"}, {"checks", std::move(list)}};
    if (owner)
        body["alarms"] = std::move(others);
    return answer(well ? 200 : 503, body);
}
} // namespace dmid::api
