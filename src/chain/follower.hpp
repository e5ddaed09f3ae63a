// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/agree.hpp"
#include "chain/heads.hpp"
#include "chain/log_reader.hpp"
#include "proof/layout.hpp"
#include "store/index.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace dmid::chain
{
/// Blocks below the head that are followed one by one, each linked to the next by its parent hash. Below them
/// logs are read in ranges. Covers every reorg that chains with finality see in practice.
inline constexpr std::uint64_t kTip = 64;

struct FollowOptions
{
    std::uint64_t start_block = 0; ///< the registry's own block; nothing is looked for before it
    LogLimits logs;
    net::Millis poll{2'000};       ///< between two looks at the head
    net::Millis slow_poll{30'000}; ///< the same while new heads are announced to us
    HeadWatch* heads = nullptr;    ///< wakes run() when an endpoint announces a block
    /// Told of every block that was agreed on, from the follower's own executor.
    std::function<void(const Agreement&)> on_head;
    /// Told in words when the index had to be emptied and is followed afresh.
    std::function<void(const std::string&)> on_trouble;
};

/// What one step did.
struct FollowStep
{
    store::SyncPoint position;
    std::size_t events = 0;
    bool unwound = false;   ///< a reorg was undone
    bool moved = false;     ///< the position is another one than before
    bool caught_up = false; ///< the agreed head is reached
};

/// Follows the registry's events into the index. The position is kept with its block hash in the same
/// transaction as the rows, so a restart, kill -9 included, goes on exactly where it stopped.
///   Near the head the blocks are walked back from the agreed hash by their parents, so that each block's
///   logs, read by its hash, are of that chain and no other. Below, ranges are read between two looks at the
///   agreed head: a reorg in between discards what was read.
///   A position that is no longer on the chain unwinds to the newest checkpoint that is. Where none is left
///   (another chain under the same endpoints, a reorg below finality), the index is emptied and followed
///   afresh.
///   At T2 logs must be the same from as many endpoints as had to agree on the block.
/// What the registry promises of its events is asserted: chain.event-invalid, and nothing of that range is
/// applied. The index stays a hint: whoever decides anything reads by proof.
/// One at a time per index; must not outlive its arguments.
class Follower
{
public:
    Follower(const Endpoints& endpoints, proof::RegistryRef registry, store::Index& index,
             FollowOptions options = {});

    /// Goes one range, or the blocks near the head, towards the head.
    net::Task<Result<FollowStep>> step();
    /// Steps until the head is reached. chain.no-agreement where the chain changes faster than it can be
    /// read.
    net::Task<Result<FollowStep>> catch_up();
    /// Follows until it halts: failures of endpoints and the store that may pass are waited out; events that
    /// break a promise cause one fresh start; everything else is returned.
    net::Task<Result<>> run();

private:
    using Position = std::optional<store::SyncPoint>;
    net::Task<Result<>> bind(const Agreement& head);
    net::Task<> refresh_final();
    net::Task<Result<HeaderAnswer>> header_of(const Agreement& head, Hash32 hash);
    net::Task<Result<bool>> is_on_chain(const Agreement& head, store::SyncPoint point);
    net::Task<Result<>> unwind(const Agreement& head);
    net::Task<Result<FollowStep>> take_range(const Agreement& head, Position position);
    net::Task<Result<FollowStep>> take_tip(const Agreement& head, Position position);
    Result<std::size_t> apply(const Position& position, store::SyncPoint to, const std::vector<Log>& logs);
    Result<> start_afresh(const std::string& why);

    const Endpoints& endpoints_;
    proof::RegistryRef registry_;
    store::Index& index_;
    FollowOptions options_;
    LogReader logs_;
    bool bound_ = false;
    std::uint64_t finalized_ = 0; ///< height; 0 where nobody tells
    net::Deadline final_until_{};
};
} // namespace dmid::chain
