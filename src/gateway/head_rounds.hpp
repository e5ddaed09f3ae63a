// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/heads.hpp"
#include "gateway/own_numbers.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dmid::gateway
{
/// How old a head may be before the key that is here signs the next (seconds): daily.
inline constexpr UnixTime kSignEvery = 24 * 3600;
/// How often a place that answers is asked again (milliseconds).
inline constexpr UnixMillis kAskEveryMs = 3'600'000;

/// Looks after the heads of the numbers that this node serves: signs them where it holds the policy key,
/// leaves the highest at every gateway and relay of the document, asks those what they hold, and lets a
/// restored policy count once they have shown that it is not an old one (docs/protocol/policy.md).
class HeadRounds
{
public:
    /// `own_url`: under which the world reaches this node, to know it in a document; may be empty. Context
    /// and carrier must outlive what start() began.
    HeadRounds(Context& context, channel::HeadCarrier& carrier, std::vector<Serving> numbers,
               std::string own_url);
    ~HeadRounds();
    HeadRounds(const HeadRounds&) = delete;
    HeadRounds& operator=(const HeadRounds&) = delete;

    /// One loop for each number, on this executor, which is no door's.
    void start(net::Executor executor);
    /// Thread-safe.
    void stop();
    /// Everything that is due for this number now; what start() does again and again.
    net::Task<> round(model::Number number);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};
} // namespace dmid::gateway
