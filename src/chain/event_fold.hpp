// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/log.hpp"
#include "chain/registry_events.hpp"
#include "store/index.hpp"

#include <map>
#include <vector>

namespace dmid::chain
{
/// Turns logs into events of the index, and holds the sequence against what the registry promises
/// (contracts/src/IDmidRegistry.sol, "events"): order, one mint per number, `from` is the present owner,
/// epoch counts the transfers, seq rises by one. One range of blocks; reads the rows as they stood before it.
class EventFold
{
public:
    /// `first` … `last`: the range that was asked for.
    EventFold(const store::Index& index, const Address& registry, std::uint64_t first, std::uint64_t last)
        : index_{index}
        , registry_{registry}
        , first_{first}
        , last_{last}
    {
    }

    /// The next log of the range. chain.event-invalid naming block, log and the broken promise; errors of the
    /// index.
    Result<> take(const Log& log);

    const std::vector<store::IndexEvent>& events() const noexcept { return events_; }

private:
    struct Known
    {
        Address owner; ///< zero: not minted
        std::uint32_t epoch = 0;
        std::uint32_t seq = 0;
    };
    Result<Known*> known(model::Number number);
    Result<> apply(const Log& log, const registry::TransferEvent& event);
    Result<> apply(const Log& log, const registry::PublishedEvent& event);
    Result<> apply(const Log& log, const registry::LockedEvent& event);
    Result<> apply(const Log& log, const registry::UnlockedEvent& event);
    Result<> apply(const Log& log, const registry::UnlockAnnouncedEvent& event);
    Result<> apply(const Log& log, const registry::OtherEvent& event);
    Result<> set_flags(const Log& log, model::Number number, std::uint32_t epoch, std::uint8_t flags);

    const store::Index& index_;
    Address registry_;
    std::uint64_t first_;
    std::uint64_t last_;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> previous_; // block and log index
    std::map<std::uint64_t, Hash32> block_hashes_;
    std::map<std::uint64_t, Known> numbers_;
    std::vector<store::IndexEvent> events_;
};
} // namespace dmid::chain
