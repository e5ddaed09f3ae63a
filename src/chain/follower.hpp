// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/agree.hpp"
#include "chain/log.hpp"
#include "proof/layout.hpp"
#include "store/index.hpp"

#include <cstdint>

namespace dmid::chain
{
struct FollowOptions
{
    std::uint64_t start_block = 0;    ///< the registry's own block; nothing is looked for before it
    std::uint64_t max_range = 10'000; ///< blocks in one eth_getLogs; halved where an endpoint refuses
    std::size_t max_events = 20'000;  ///< applied in one transaction
    net::Millis poll{2'000};          ///< between two looks at the head
};

/// What one step did.
struct FollowStep
{
    store::SyncPoint position;
    std::size_t events = 0;
    bool unwound = false;   ///< a reorg was undone first
    bool caught_up = false; ///< the agreed head is reached
};

/// Follows the registry's events into the index. The position is kept with its block hash in the same
/// transaction as the rows, so a restart goes on exactly where it stopped. A block that is no longer on the
/// chain (its hash differs) unwinds the index to the newest checkpoint that still is.
/// What the registry promises of its events is asserted: chain.event-invalid halts, and nothing of that range
/// is applied. The index stays a hint: whoever decides anything reads by proof.
/// One at a time per index; must not outlive its arguments.
class Follower
{
public:
    Follower(const Endpoints& endpoints, proof::RegistryRef registry, store::Index& index,
             FollowOptions options = {});

    /// Goes one range towards the head. store.not-found where a reorg is deeper than the index can undo.
    net::Task<Result<FollowStep>> step();
    /// Steps until the head is reached.
    net::Task<Result<FollowStep>> catch_up();
    /// Follows until it halts: failures of endpoints and the store that may pass are waited out, everything
    /// else is returned.
    net::Task<Result<>> run();

private:
    net::Task<Result<bool>> unwind_if_reorganised(const store::SyncPoint& position, Endpoint& endpoint);
    net::Task<Result<std::vector<Log>>> fetch_logs(Endpoint& endpoint, std::uint64_t from, std::uint64_t& to);
    net::Task<Result<FollowStep>> take_range(const Agreement& head, std::optional<store::SyncPoint> position);

    const Endpoints& endpoints_;
    proof::RegistryRef registry_;
    store::Index& index_;
    FollowOptions options_;
    std::uint64_t range_;
};
} // namespace dmid::chain
