// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace dmid::gateway
{
/// How much the node opens for strangers before it asks for work: so many per minute in total and per source.
/// What it counts is forgotten with the minute; it bounds effort, not mail. Thread-safe.
class Budget
{
public:
    Budget(std::uint64_t total_per_minute, std::uint64_t source_per_minute)
        : total_limit_{total_per_minute}
        , source_limit_{source_per_minute}
    {
    }

    /// Takes one from both, or nothing and false where either is spent.
    bool take(const std::string& source, UnixTime now);

    /// How full the present minute's total is, 0 … 100; the work that is asked for rises with it.
    unsigned percent_used(UnixTime now) const;

    void set_limits(std::uint64_t total_per_minute, std::uint64_t source_per_minute);

private:
    void roll(UnixTime now) const;

    // A stranger chooses its source: more of them than this share one count.
    static constexpr std::size_t kMaxSources = 4096;

    mutable std::mutex mutex_;
    std::uint64_t total_limit_;
    std::uint64_t source_limit_;
    mutable UnixTime minute_ = 0;
    mutable std::uint64_t total_ = 0;
    mutable std::unordered_map<std::string, std::uint64_t> sources_;
};
} // namespace dmid::gateway
