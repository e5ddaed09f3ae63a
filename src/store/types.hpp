// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dmid::store
{
/// One owner's mailbox: the hash of (chain, registry, number, epoch). All zero: the node's own box.
using MailboxId = FixedBytes<32, struct MailboxIdTag>;

/// A place in one mailbox's log. Starts at 1 and rises strictly; gaps are allowed. 0 is before everything.
using Position = std::uint64_t;

inline constexpr std::size_t kMaxBody = 1024 * 1024;       ///< bytes of Entry::body; larger parts are blobs
inline constexpr std::size_t kMaxMeta = 64 * 1024;         ///< bytes of Entry::meta
inline constexpr std::size_t kMaxBlob = 1024 * 1024;       ///< bytes of a blob, for now
inline constexpr std::size_t kMaxEntries = 256;            ///< entries, charges, … of one append, each
inline constexpr std::size_t kMaxAppend = 4 * 1024 * 1024; ///< bytes of one append together
inline constexpr std::size_t kMaxCellName = 128;
inline constexpr std::size_t kMaxCellValue = 64 * 1024;
inline constexpr std::size_t kMaxWorkState = 4 * 1024;
/// What is left of a forgotten entry in the log, at most.
inline constexpr std::size_t kMaxTombstone = 64;

/// One entry of a log. Never changes once appended; `forget` shrinks it to a tombstone.
struct Entry
{
    Hash32 id;              ///< names the entry within its mailbox; append is idempotent by it
    std::uint16_t kind = 0; ///< what it is; the gateway numbers the kinds. Stored in the clear.
    Hash32 thread;          ///< whose key seals meta and body; zero: the mailbox's own. In the clear.
    Bytes meta;             ///< facts about the body (door, proofs, times); sealed at rest
    Bytes body;             ///< sealed at rest
    UnixMillis time = 0;    ///< when it was made, by the caller's clock. In the clear; orders nothing.
    /// Decides whether a second entry with the same id is the same one. Not given: kind and body decide.
    /// Meta, thread and time never do, so one message through two doors is one.
    std::optional<Hash32> content;
    std::optional<UnixMillis> work_due;   ///< given: the entry is a work item, claimable from then on
    std::uint16_t work_queue = 0;         ///< which queue; a stuck queue delays no other
    std::optional<UnixMillis> reclaim_at; ///< given: the first sweep after it forgets the entry

    bool operator==(const Entry&) const = default;
};

/// An entry as read back: content, work_due, work_queue and reclaim_at are not filled.
struct Stored
{
    Position position = 0;
    Entry entry;
    bool forgotten = false; ///< a tombstone: id, kind and time remain; thread, meta and body are gone
};

/// Counts against a limit. Fails the whole append with store.limit if the sum would pass it.
struct Charge
{
    Hash32 counter;      ///< who and what is counted; the caller hashes it
    UnixTime window = 0; ///< start of the window (seconds)
    std::uint32_t amount = 1;
    std::uint32_t limit = UINT32_MAX; ///< highest sum allowed, this charge included
};

/// A named value with a version that rises with every change, over deletions too.
struct Cell
{
    Bytes value;
    std::uint64_t version = 0; ///< never 0 for a cell that exists
};

/// Compare and set. Fails with store.conflict unless the present version is `expected` (0: no such cell).
struct CellUpdate
{
    std::string name; ///< 1 … 128 bytes; the caller's namespaces, such as "policy/head"
    std::uint64_t expected = 0;
    std::optional<Bytes> value; ///< not given: deletes the cell
};

/// Names a claim of a work item. `attempt` is the fence: a claim that lapsed and went to another worker
/// no longer counts.
struct WorkRef
{
    MailboxId mailbox;
    Position position = 0;
    std::uint32_t attempt = 0; ///< 0: whatever the present attempt
};

/// A claimed work item.
struct WorkItem
{
    WorkRef ref;
    Entry entry;
    std::uint16_t queue = 0;
    UnixMillis due = 0; ///< when it was due
    /// What `later` left. Attempts counted in ref.attempt: above what the state says was finished means that
    /// an earlier attempt was cut.
    Bytes state;
};

/// What to claim: up to `limit` items of the queue that are due at `now`, over all mailboxes, earliest first.
struct ClaimWanted
{
    std::uint16_t queue = 0;
    UnixMillis now = 0;
    UnixMillis lease = 0; ///< each is ours so long; then, or when the process ends, it is due again
    std::size_t limit = 0;
};

/// Gives a claimed item back until `when`.
struct Reschedule
{
    WorkRef ref;
    UnixMillis when = 0;
    Bytes state; ///< at most 4 KiB, handed to the next claim
};

/// All or nothing, and durable when reported. Accepting a message is exactly one of these.
/// Order of effects: entries, charges, cells, done, later, forget.
/// If there are entries and every one of them was there already, charges and cells are skipped: they were
/// applied together with the entries the first time.
struct Append
{
    MailboxId mailbox;
    std::vector<Entry> entries;
    std::vector<Charge> charges;
    std::vector<CellUpdate> cells;
    std::vector<WorkRef> done;     ///< finished items, of any mailbox; an item that is gone is no error
    std::vector<Reschedule> later; ///< items given back; store.not-found if gone
    std::vector<Hash32> forget;    ///< entries of this mailbox to forget; absent ones are no error
};

/// Where one entry is.
struct Placed
{
    Position position = 0;
    bool fresh = false; ///< false: it was there before
    bool operator==(const Placed&) const = default;
};

/// One queue of work, as of one moment.
struct QueueStats
{
    std::uint16_t queue = 0;
    std::uint64_t depth = 0;   ///< items that are not done
    UnixMillis oldest_due = 0; ///< when the first of them is due, or its lease lapses
};

/// What a store measures of itself.
struct StoreStats
{
    std::uint64_t used = 0;    ///< bytes of the file up to its last page
    std::uint64_t map = 0;     ///< bytes that it may grow to without growing its map
    std::uint64_t max_map = 0; ///< bytes that it may grow to at all
    std::uint64_t entries = 0; ///< in all logs, tombstones too
    std::vector<QueueStats> queues;
};

/// The answer to an append.
struct Appended
{
    std::vector<Placed> placed;          ///< one per entry, in order
    std::vector<std::uint64_t> versions; ///< one per cell update, the new version; empty if they were skipped
    Position position() const { return placed.empty() ? 0 : placed.front().position; }
    bool fresh() const { return !placed.empty() && placed.front().fresh; }
};
} // namespace dmid::store
