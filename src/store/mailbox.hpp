// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/types.hpp"
#include "store/views.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace dmid::store
{
/// Called once with an append's outcome, on the writer's thread: hand over and return.
using Completion = std::function<void(Result<Appended>)>;
/// The same with a claim's items; where nothing is due it is called before submit_claim() returns.
using ClaimCompletion = std::function<void(Result<std::vector<WorkItem>>)>;

/// The only state that could be lost: per mailbox an append-only log, cells, work, blobs; besides it
/// counters and views. Every call is all-or-nothing and durable when it returns. Synchronous; any thread may
/// call anything at any time. No call looks at a clock: times are arguments.
///
/// Errors of every call: store.full, store.read-only, store.io, store.corrupt. After any of them nothing
/// that was reported durable is lost, and the next call is tried afresh.
class Mailbox
{
public:
    virtual ~Mailbox() = default;

    // --- the log ---

    /// Queues an append; whatever waits together is committed together, and an invalid one fails alone.
    /// Errors: store.id-conflict (an id with other content), store.limit (a charge), store.conflict (a cell,
    /// or a claim that lapsed), store.not-found (later), store.too-large (a limit of types.hpp).
    virtual void submit(Append what, Completion done) = 0;
    /// The same, waiting for the outcome. Never from a Completion.
    virtual Result<Appended> append(Append what);

    /// Entries from position `from` on, in order, tombstones too; at most `limit`, and at most 4 MiB of them
    /// but at least one. Unknown mailbox: nothing.
    virtual Result<std::vector<Stored>> read(const MailboxId& mailbox, Position from,
                                             std::size_t limit) const = 0;
    /// The entry of this id; nothing if there is none.
    virtual Result<std::optional<Stored>> find(const MailboxId& mailbox, const Hash32& id) const = 0;
    /// The highest position; 0 if the mailbox is empty or unknown.
    virtual Result<Position> last_position(const MailboxId& mailbox) const = 0;
    /// Every mailbox that has ever been written to, ordered by id.
    virtual Result<std::vector<MailboxId>> mailboxes() const = 0;

    // --- cells ---

    /// The cell's value and version; nothing if there is none.
    virtual Result<std::optional<Cell>> cell(const MailboxId& mailbox, std::string_view name) const = 0;
    /// Names of the mailbox's cells that begin with `prefix`, ordered.
    virtual Result<std::vector<std::string>> cell_names(const MailboxId& mailbox,
                                                        std::string_view prefix) const = 0;
    /// Sets the cell if its version is `expected` (0: absent); gives the new version, or store.conflict.
    Result<std::uint64_t> compare_and_set(const MailboxId& mailbox, std::string_view name,
                                          std::uint64_t expected, std::optional<Bytes> value);

    // --- work ---

    /// Queues a claim; it is committed together with whatever waits.
    virtual void submit_claim(ClaimWanted what, ClaimCompletion done) = 0;
    /// The same, waiting for the outcome. Never from a Completion.
    Result<std::vector<WorkItem>> claim(std::uint16_t queue, UnixMillis now, UnixMillis lease,
                                        std::size_t limit);
    /// Gives an item back until `when`. store.conflict: the claim lapsed; store.not-found: it is done.
    Result<void> later(const WorkRef& item, UnixMillis when, Bytes state);
    /// Finishes an item. Already gone: no error. store.conflict: the claim lapsed and another worker has it.
    Result<void> done(const WorkRef& item);
    /// When the queue's next item is due or its next lease lapses; nothing if there is no work. A worker
    /// sleeps until then, or until it learns of an append.
    virtual Result<std::optional<UnixMillis>> next_due(std::uint16_t queue) const = 0;

    // --- counters ---

    /// The sums of these (counter, window) pairs, in order; 0 for one never charged. Amount and limit of the
    /// charges are not looked at.
    virtual Result<std::vector<std::uint64_t>> counters(std::span<const Charge> of) const = 0;

    // --- blobs ---

    /// Stores bytes under their SHA-256; storing again changes nothing. store.too-large above 1 MiB: larger
    /// attachments will need an engine that streams.
    virtual Result<Hash32> put_blob(ByteView bytes) = 0;
    /// The bytes; nothing if there is no such blob.
    virtual Result<std::optional<Bytes>> blob(const Hash32& hash) const = 0;
    /// Drops a blob; none: no error. Nothing counts references: the caller knows them.
    virtual Result<void> drop_blob(const Hash32& hash) = 0;

    // --- forgetting ---

    /// Shrinks an entry to a tombstone that still deduplicates its id, ends its work, tells the folds.
    /// store.not-found if there is no such entry; forgotten already: no error.
    Result<void> forget(const MailboxId& mailbox, const Hash32& id);
    /// Deletes the thread's key and forgets every entry under it; gives their count. Entries appended later
    /// to the same thread get a new key. Reads the whole log of the mailbox.
    virtual Result<std::size_t> forget_thread(const MailboxId& mailbox, const Hash32& thread) = 0;
    /// Forgets up to `limit` entries whose reclaim_at has come, and drops counters of windows that started
    /// before `counters_before` (seconds). Gives how many of both together; call again while it is `limit`.
    virtual Result<std::size_t> sweep(UnixMillis now, UnixTime counters_before, std::size_t limit) = 0;

    // --- looking after it ---

    /// Sizes and queues. Walks the queues' index, up to 100,000 items of it.
    virtual Result<StoreStats> stats() const = 0;

    // --- views ---

    /// The rows of the fold of this name, as of now. store.not-found if no such fold was given at open.
    virtual Result<std::unique_ptr<ViewReader>> view(std::string_view fold) const = 0;
};
} // namespace dmid::store
