// SPDX-License-Identifier: Apache-2.0
#include "api/metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace dmid::api
{
namespace
{
NodeFacts facts()
{
    NodeFacts out;
    out.version = "1.2.3";
    out.store = store::StoreStats{4096, 8192, 65536, 7, {{0, 2, 1'000'000}, {77, 1, 2'000'000}}};
    out.queues = {{0, "fan-out"}, {77, "email"}, {78, "nostr"}};
    out.chain = ChainFacts{100, 12, "T2", 99};
    out.endpoints = {{"one", true, false, 0}, {"two", false, true, 0}};
    out.connections = {{"http", 3}};
    out.now = 2000;
    out.policies_held = 1;
    out.head_age = 90;
    return out;
}

bool has(const std::string& text, const std::string& line)
{
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, ShowEveryFamilyWithItsTypeAndValue)
{
    gateway::Meters meters;
    meters.count(gateway::Meter::accepted, "http", "deliver");
    meters.count(gateway::Meter::refused, "nostr", "policy.challenge");
    meters.count(gateway::Meter::leg, "email", "accepted");
    meters.appended(std::chrono::milliseconds{3});
    const auto text = metrics_text(meters, facts());
    for (const auto* line : {
             R"(dmid_build_info{version="1.2.3"} 1)",
             R"(dmid_accepted_total{door="http",action="deliver"} 1)",
             R"(dmid_refused_total{door="nostr",code="policy.challenge"} 1)",
             R"(dmid_leg_attempts_total{channel="email",outcome="accepted"} 1)",
             "# TYPE dmid_append_seconds histogram",
             R"(dmid_append_seconds_bucket{le="0.002"} 0)",
             R"(dmid_append_seconds_bucket{le="0.005"} 1)",
             R"(dmid_append_seconds_bucket{le="+Inf"} 1)",
             "dmid_append_seconds_count 1",
             "dmid_store_used_bytes 4096",
             R"(dmid_queue_depth{queue="fan-out"} 2)",
             R"(dmid_queue_depth{queue="nostr"} 0)",
             R"(dmid_queue_overdue_seconds{queue="fan-out"} 1000)",
             R"(dmid_queue_overdue_seconds{queue="email"} 0)",
             "dmid_chain_height 100",
             "dmid_chain_age_seconds 12",
             R"(dmid_chain_tier{tier="T2"} 1)",
             R"(dmid_endpoint_up{endpoint="two"} 0)",
             R"(dmid_endpoint_set_aside{endpoint="two"} 1)",
             R"(dmid_endpoint_lag_blocks{endpoint="one"} 0)",
             R"(dmid_connections{door="http"} 3)",
             "dmid_policies_held 1",
             "dmid_policy_head_age_seconds 90",
             "# TYPE process_cpu_seconds_total counter",
         })
        EXPECT_TRUE(has(text, line)) << line << "\n" << text;
    EXPECT_EQ(text.find(R"(lag_blocks{endpoint="two"})"), std::string::npos) << "nobody knows its lag";
}

TEST(Metrics, NothingIsSaidOfAChainThatWasNeverSeen)
{
    auto blind = facts();
    blind.chain.reset();
    const auto text = metrics_text(gateway::Meters{}, blind);
    EXPECT_EQ(text.find("dmid_chain_height"), std::string::npos);
}

TEST(Metrics, EscapeWhateverALabelHolds)
{
    auto odd = facts();
    odd.endpoints = {{"a\"b\nc", true, false, 0}};
    EXPECT_TRUE(has(metrics_text(gateway::Meters{}, odd), R"(dmid_endpoint_up{endpoint="a\"b\nc"} 1)"));
}
} // namespace
} // namespace dmid::api
