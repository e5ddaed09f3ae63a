// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

namespace dmid::store
{
/// How far the index has followed the chain.
struct SyncPoint
{
    std::uint64_t block = 0;
    Hash32 hash;
    bool operator==(const SyncPoint&) const = default;
};

/// What the events say about one number: hints for finding, listing and caching. Never a proof: whoever
/// seals, delivers or decides reads a VerifiedRecord.
struct IndexRow
{
    std::uint64_t number = 0;
    Address owner;
    std::uint32_t epoch = 0;
    std::uint32_t seq = 0;
    std::uint64_t published_block = 0; ///< 0: not published in this epoch
    std::uint8_t flags = 0;
    XOnlyKey inbox_key;
    Hash32 document_hash;
    std::uint64_t changed_block = 0; ///< block of the last event applied
    bool operator==(const IndexRow&) const = default;
};

/// The number was minted to its first owner.
struct MintedEvent
{
    std::uint64_t number = 0;
    Address owner;
    std::uint32_t epoch = 0;
    std::uint8_t flags = 0;
};
/// The number changed hands: the epoch rises, key and document are gone until the next publish.
struct TransferredEvent
{
    std::uint64_t number = 0;
    Address owner; ///< the new one
    std::uint32_t epoch = 0;
};
/// A document was published.
struct PublishedEvent
{
    std::uint64_t number = 0;
    std::uint32_t epoch = 0;
    std::uint32_t seq = 0;
    XOnlyKey inbox_key;
    Hash32 document_hash;
    Bytes document; ///< the bytes from the event; kept only under their hash
};
/// Lock, freeze, recovery, claim or silence changed.
struct FlagsEvent
{
    std::uint64_t number = 0;
    std::uint8_t flags = 0;
};

/// One event of the registry, in chain order (block, then log index).
struct IndexEvent
{
    std::uint64_t block = 0;
    std::variant<MintedEvent, TransferredEvent, PublishedEvent, FlagsEvent> what;
};

/// What is derived from the chain: built fast, kept small, never replicated; delete it and follow again.
/// Synchronous; any thread may read, one thread applies. Errors of every call as for Mailbox.
class Index
{
public:
    virtual ~Index() = default;

    /// Says which chain and registry the rows are of (at most 256 bytes, compared whole). An index of another
    /// one is emptied first: true. False where it was of this one already, or had nothing in it.
    virtual Result<bool> bind(ByteView identity) = 0;
    /// Forgets everything that was followed; documents stay, since their hash alone names them.
    virtual Result<void> clear() = 0;

    /// How far it is; nothing before the first apply.
    virtual Result<std::optional<SyncPoint>> position() const = 0;
    /// Applies all events after `from` up to `to`, and the new position, in one transaction.
    /// store.conflict if `from` is not the present position (someone else applied, or a reorg was unwound),
    /// or if an event lies outside the range or out of order. store.corrupt if an event contradicts the rows
    /// (a transfer of a number never minted): the endpoint leaves events out.
    /// What undoes an event is kept for the last 256 blocks, and for every block above `finalized`: a reorg
    /// goes no deeper.
    virtual Result<void> apply(std::optional<SyncPoint> from, const SyncPoint& to,
                               const std::vector<IndexEvent>& events,
                               std::uint64_t finalized = UINT64_MAX) = 0;
    /// Goes back to the last position applied at or below `block`, undoing every later event; gives it.
    /// store.not-found if that is deeper than what is kept for it: clear and follow again.
    virtual Result<SyncPoint> unwind(std::uint64_t block) = 0;
    /// Positions that can be unwound to, newest first: compare their hashes with the chain after a reorg.
    virtual Result<std::vector<SyncPoint>> checkpoints(std::size_t limit) const = 0;

    /// The number's row; nothing if it was never minted as far as this index knows.
    virtual Result<std::optional<IndexRow>> find(std::uint64_t number) const = 0;
    /// Numbers of an owner, ascending, from `after` (exclusive) on.
    virtual Result<std::vector<std::uint64_t>> owned_by(const Address& owner, std::uint64_t after,
                                                        std::size_t limit) const = 0;
    /// A document by its keccak-256; nothing if no event carried it. The caller checks the hash.
    virtual Result<std::optional<Bytes>> document(const Hash32& hash) const = 0;
    /// Keeps a document that came from elsewhere. The caller has checked that the hash is the bytes' own.
    virtual Result<void> keep_document(const Hash32& hash, ByteView bytes) = 0;
    /// Every row, ascending by number, of one moment: two indexes of one chain give the same.
    virtual Result<void> dump(const std::function<void(const IndexRow&)>& each) const = 0;
};
} // namespace dmid::store
