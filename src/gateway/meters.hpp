// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace dmid::gateway
{
/// What is counted, with its two labels.
enum class Meter : std::uint8_t
{
    accepted, ///< door, the verdict's action
    refused,  ///< door, error code
    leg,      ///< channel, outcome
};

struct MeterSample
{
    Meter meter = Meter::accepted;
    std::string first; ///< labels, in the order of Meter's comments
    std::string second;
    std::uint64_t count = 0;
};

/// Durations in buckets, as Prometheus counts them: bucket i holds what took at most kBounds[i] seconds.
struct LatencySample
{
    static constexpr std::array kBounds{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                        0.1,    0.25,  0.5,   1.0,   2.5,  10.0};
    std::array<std::uint64_t, kBounds.size() + 1> counts{}; ///< not cumulative; the last: longer than all
    double seconds = 0;                                     ///< the sum
};

/// What a running node counts of itself, since its start. Labels are words of this code: names of doors,
/// channels, actions, outcomes and errors; never an id, a number or an address. Thread-safe.
class Meters
{
public:
    /// More label pairs than this are counted under `other`: a label that grows with its input is a bug.
    static constexpr std::size_t kMaxSeries = 512;

    void count(Meter meter, std::string_view first, std::string_view second)
    {
        const std::lock_guard lock{mutex_};
        Key key{meter, first, second};
        const auto found = counts_.find(key);
        if (found != counts_.end())
            ++found->second;
        else if (counts_.size() < kMaxSeries)
            counts_.emplace(std::move(key), 1);
        else
            ++counts_[Key{meter, "other", "other"}];
    }

    /// How long one durable append took, waiting for its group included.
    void appended(std::chrono::duration<double> took)
    {
        const std::lock_guard lock{mutex_};
        std::size_t bucket = 0;
        while (bucket < LatencySample::kBounds.size() && took.count() > LatencySample::kBounds[bucket])
            ++bucket;
        ++appends_.counts[bucket];
        appends_.seconds += took.count();
    }

    std::vector<MeterSample> counts() const
    {
        const std::lock_guard lock{mutex_};
        std::vector<MeterSample> out;
        for (const auto& [key, count] : counts_)
            out.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), count});
        return out;
    }
    LatencySample appends() const
    {
        const std::lock_guard lock{mutex_};
        return appends_;
    }

private:
    using Key = std::tuple<Meter, std::string, std::string>;
    mutable std::mutex mutex_;
    std::map<Key, std::uint64_t> counts_;
    LatencySample appends_;
};
} // namespace dmid::gateway
