// SPDX-License-Identifier: Apache-2.0
#include "chain/event_fold.hpp"

#include "proof/layout.hpp"

#include <fmt/format.h>

namespace dmid::chain
{
namespace
{
auto broken(const Log& log, std::string_view promise)
{
    return fail(Errc::chain_event_invalid,
                fmt::format("block {}, log {}: {}", log.block, log.index, promise));
}
} // namespace

Result<EventFold::Known*> EventFold::known(model::Number number)
{
    const auto found = numbers_.find(number.value());
    if (found != numbers_.end())
        return &found->second;
    DMID_TRY(const auto row, index_.find(number.value()));
    Known made;
    if (row)
        made = {row->owner, row->epoch, row->seq};
    return &numbers_.emplace(number.value(), made).first->second;
}

Result<> EventFold::apply(const Log& log, const registry::TransferEvent& event)
{
    DMID_TRY(auto* number, known(event.number));
    if (event.from != number->owner)
        return broken(log, event.from.is_zero() ? "a second mint of one number"
                                                : "a transfer by who is not owner");
    number->owner = event.to;
    number->epoch += 1;
    if (event.from.is_zero())
        events_.push_back({log.block, store::MintedEvent{event.number.value(), event.to, number->epoch,
                                                         proof::kFlagLocked}});
    else
    {
        events_.push_back(
            {log.block, store::TransferredEvent{event.number.value(), event.to, number->epoch}});
        events_.push_back({log.block, store::FlagsEvent{event.number.value(), proof::kFlagLocked}});
    }
    return {};
}

Result<> EventFold::apply(const Log& log, const registry::PublishedEvent& event)
{
    DMID_TRY(auto* number, known(event.number));
    if (number->owner.is_zero() || event.epoch != number->epoch)
        return broken(log, "published in an epoch that is not the present one");
    if (event.seq != number->seq + 1)
        return broken(log, fmt::format("seq {} after {}", event.seq, number->seq));
    number->seq = event.seq;
    events_.push_back(
        {log.block, store::PublishedEvent{event.number.value(), event.epoch, event.seq, event.inbox_key,
                                          event.document_hash, event.document}});
    return {};
}

Result<> EventFold::set_flags(const Log& log, model::Number number, std::uint32_t epoch, std::uint8_t flags)
{
    DMID_TRY(const auto* state, known(number));
    if (state->owner.is_zero() || epoch != state->epoch)
        return broken(log, "a lock event in an epoch that is not the present one");
    events_.push_back({log.block, store::FlagsEvent{number.value(), flags}});
    return {};
}

Result<> EventFold::apply(const Log& log, const registry::LockedEvent& event)
{
    return set_flags(log, event.number, event.epoch, proof::kFlagLocked);
}

Result<> EventFold::apply(const Log& log, const registry::UnlockedEvent& event)
{
    return set_flags(log, event.number, event.epoch, 0);
}

Result<> EventFold::apply(const Log& log, const registry::UnlockAnnouncedEvent& event)
{
    DMID_TRY(const auto* state, known(event.number));
    if (state->owner.is_zero() || event.epoch != state->epoch)
        return broken(log, "an unlock announced in an epoch that is not the present one");
    return {};
}

Result<> EventFold::apply(const Log&, const registry::OtherEvent&)
{
    return {};
}

Result<> EventFold::take(const Log& log)
{
    if (log.address != registry_)
        return broken(log, "an event of another contract");
    if (log.block < first_ || log.block > last_)
        return broken(log, fmt::format("outside of {} to {}", first_, last_));
    const std::pair at{log.block, log.index};
    if (previous_ && at <= *previous_)
        return broken(log, "out of order, or given twice");
    previous_ = at;
    if (block_hashes_.emplace(log.block, log.block_hash).first->second != log.block_hash)
        return broken(log, "one block with two hashes");
    DMID_TRY(const auto event, registry::decode_event(log));
    return std::visit([this, &log](const auto& what) { return apply(log, what); }, event);
}
} // namespace dmid::chain
