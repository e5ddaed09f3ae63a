// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/log.hpp"
#include "model/number.hpp"

#include <variant>

namespace dmid::chain::registry
{
struct TransferEvent
{
    Address from; ///< zero: the mint
    Address to;
    model::Number number;
};
struct PublishedEvent
{
    model::Number number;
    std::uint32_t epoch = 0;
    std::uint32_t seq = 0;
    XOnlyKey inbox_key;
    Hash32 document_hash;
    Bytes document;
};
struct LockedEvent
{
    model::Number number;
    std::uint32_t epoch = 0;
};
struct UnlockedEvent
{
    model::Number number;
    std::uint32_t epoch = 0;
};
struct UnlockAnnouncedEvent
{
    model::Number number;
    std::uint32_t epoch = 0;
    std::uint64_t ready_at = 0;
    std::uint64_t expires_at = 0;
};
/// Events that change nothing in a record: approvals, cancelled announcements, delays.
struct OtherEvent
{
};
using Event =
    std::variant<TransferEvent, PublishedEvent, LockedEvent, UnlockedEvent, UnlockAnnouncedEvent, OtherEvent>;

/// Topic of `Published`, for eth_getLogs.
const Hash32& published_topic() noexcept;

/// The document bytes in a Published log, unchecked but for their form; codec.*.
Result<Bytes> document_of(const Log& log);

/// Reads a log of the registry and holds it against what its manual promises of one event by itself: known
/// topic, canonical data, a valid number, hash of the document, its length, keys that are not zero, parties
/// that differ. chain.event-invalid naming block, log and reason. What it promises of a sequence of events is
/// the follower's to check.
Result<Event> decode_event(const Log& log);
} // namespace dmid::chain::registry
