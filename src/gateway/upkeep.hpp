// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/own_numbers.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace dmid::gateway
{
/// Ends the requests that have waited for 30 days: they count as expired, and their bodies are forgotten. A
/// message that was accepted meanwhile is none. Gives how many. Blocks on the store.
Result<std::size_t> expire_requests(Context& context, const Served& served);

/// Where events last told of a number: any value, another one whenever they tell anew. Read on the executor,
/// once a second for each number.
using LastChange = std::function<std::uint64_t(model::Number)>;

/// What a node does by itself: looks after its numbers on the chain, shrinks what was dropped or expired,
/// renews the doors' tickets. On one executor that is no door's.
class Upkeep
{
public:
    /// Up to 60 numbers are each read from the chain every 15 s, more of them four a second in turn, and any
    /// of them once `last_change` tells of it; null: nothing tells.
    Upkeep(Context& context, std::vector<Serving> numbers, net::Executor executor,
           LastChange last_change = {});
    ~Upkeep();
    Upkeep(const Upkeep&) = delete;
    Upkeep& operator=(const Upkeep&) = delete;

    void start();
    /// Whether a number tells its senders of deliveries, from now on. Thread-safe.
    void set_receipts(model::Number number, bool receipts);
    /// Thread-safe.
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};
} // namespace dmid::gateway
