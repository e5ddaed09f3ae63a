// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What short messages may cost: counted before they go, so that no fault costs more than a day's worth.
namespace dmid::channels::sms
{
/// What one part costs, in whatever unit the configuration uses throughout (1/10,000 of a currency, say).
struct Price
{
    std::string prefix; ///< `+49`; of several that fit the longest counts
    std::uint64_t each = 0;
};

/// A limit on one day (UTC). Every cap that fits a destination holds.
struct Cap
{
    std::string name; ///< for the words of a refusal and the counters: `all`, `far countries`
    std::vector<std::string> prefixes; ///< which destinations it is about; empty: all
    std::optional<std::uint64_t> parts;
    std::optional<std::uint64_t> cost; ///< in the prices' unit
};

struct Tally
{
    std::uint64_t parts = 0;
    std::uint64_t cost = 0;
    bool operator==(const Tally&) const = default;
};
/// What was used of each cap on one day.
struct DaysTally
{
    std::int64_t day = 0; ///< days since 1970-01-01
    std::map<std::string, Tally> caps;
    bool operator==(const DaysTally&) const = default;
};

/// Where the counters survive a restart. Blocking; called under a lock, one at a time, on the thread of
/// send().
struct TallyStore
{
    std::function<Result<DaysTally>()> load;        ///< empty: begins with nothing
    std::function<Result<>(const DaysTally&)> save; ///< empty: in memory alone
};

struct SpendingOptions
{
    std::vector<Price> prices; ///< empty: nothing has a price, and `Cap::cost` never holds
    std::vector<Cap> caps;
    TallyStore store;
};

/// Thread-safe.
class Spending
{
public:
    explicit Spending(SpendingOptions options);

    /// Counts `parts` messages to this number, before they go. channel.refused for a destination without a
    /// price where there are prices; channel.deferred where a cap would be passed, naming it:
    /// until_tomorrow() says when to try again. The store's error where it fails: what cannot be counted does
    /// not go.
    Result<> take(std::string_view phone, std::uint64_t parts, UnixMillis now);
    /// Parts that did not go after all; on another day than they were taken nothing happens.
    void give_back(std::string_view phone, std::uint64_t parts, UnixMillis now);

    /// The next midnight UTC.
    static UnixMillis until_tomorrow(UnixMillis now) noexcept;

private:
    std::optional<std::uint64_t> price_of(std::string_view phone) const;
    Result<> begin_day(std::int64_t day);

    SpendingOptions options_;
    std::mutex mutex_;
    bool loaded_ = false;
    DaysTally today_;
};
} // namespace dmid::channels::sms
