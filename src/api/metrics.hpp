// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/meters.hpp"
#include "store/types.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dmid::api
{
/// How one endpoint of the chain fares. The label is the configuration's own.
struct EndpointFacts
{
    std::string label;
    bool up = false;        ///< it answered the last question
    bool set_aside = false; ///< it disagreed, lagged or failed when the last block was agreed
    std::uint64_t lag = 0;  ///< blocks behind the highest that an endpoint has; meaningless unless `up`
};

/// The chain as it was last seen.
struct ChainFacts
{
    std::uint64_t height = 0;
    std::int64_t age = 0; ///< seconds between the block's time and now
    std::string tier;     ///< `T1`, `T2`, `T3`
    std::uint64_t indexed = 0;
};

/// The process, from /proc.
struct ProcessFacts
{
    double cpu_seconds = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_fds = 0;
    std::uint64_t max_fds = 0;
    std::int64_t started = 0; ///< seconds
};

/// Everything that /metrics shows besides the meters.
struct NodeFacts
{
    std::string version;
    std::optional<store::StoreStats> store;
    std::map<std::uint16_t, std::string> queues; ///< words for the queues, by number
    std::optional<ChainFacts> chain;
    std::vector<EndpointFacts> endpoints;
    std::map<std::string, std::size_t> connections; ///< by door
    unsigned budget_percent = 0;
    std::size_t alarms = 0;
    std::size_t policies_held = 0;        ///< numbers whose policy does not count at present
    std::optional<std::int64_t> head_age; ///< of the oldest policy head of a number that is served (seconds)
    std::uint64_t disk_free = 0;          ///< bytes, where the store is
    std::int64_t now = 0;                 ///< seconds
    ProcessFacts process;
};

/// The text format of Prometheus, 0.0.4. Names begin with `dmid_`, those of the process as everywhere with
/// `process_`. Labels are fixed words and the labels of endpoints; no ids, addresses or numbers.
std::string metrics_text(const gateway::Meters& meters, const NodeFacts& facts);
} // namespace dmid::api
