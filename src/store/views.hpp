// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/types.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace dmid::store
{
/// One row of a view.
using Row = std::pair<Bytes, Bytes>;

/// What rows of a view to give. Keys are ordered as bytes.
struct Scan
{
    Bytes prefix; ///< only keys that begin so
    Bytes after;  ///< not empty: only keys strictly behind this one in the direction of the scan
    std::size_t limit = 100;
    bool backward = false; ///< newest first, if the key ends in a big-endian time or position
};

/// A fold's rows inside the transaction of an append. Keys 1 … 480 bytes. Values up to 64 KiB.
/// A call that fails (full map) fails the append afterwards; the fold need not look.
class ViewTx
{
public:
    virtual ~ViewTx() = default;
    virtual std::optional<Bytes> get(ByteView key) = 0;
    virtual void put(ByteView key, ByteView value) = 0;
    virtual void erase(ByteView key) = 0;
    virtual std::vector<Row> scan(const Scan& what) = 0;
};

/// Derives one view from the logs, inside the transaction of each append, on the writer's thread.
/// Rows are stored in the clear: keep ids, positions and states in them, never bodies.
/// The engine calls `apply` once per entry; an engine that repeats itself filters repetitions first.
/// Of an entry, content, work_due, work_queue and reclaim_at are not filled: the log does not give them back.
/// A fold must not block, throw, or depend on anything but its rows and arguments: a rebuild gives each
/// mailbox's entries in order again, but may order mailboxes differently among each other.
class Fold
{
public:
    virtual ~Fold() = default;
    /// Names the view: 1 … 32 of [a-z0-9-]. Stays the same for ever.
    virtual std::string_view name() const = 0;
    /// Raise it with any change of the rows: the view is then rebuilt from the logs at open.
    virtual std::uint32_t version() const = 0;
    virtual void apply(ViewTx& tx, const MailboxId& mailbox, Position position, const Entry& entry) = 0;
    /// The entry was forgotten: drop what came from it. In a rebuild a tombstone gives this call instead of
    /// `apply`, with a zero thread.
    virtual void forgotten(ViewTx& tx, const MailboxId& mailbox, Position position, const Hash32& id,
                           const Hash32& thread)
    {
        (void)tx, (void)mailbox, (void)position, (void)id, (void)thread;
    }
};

/// A view as of one moment. Use it on one thread, briefly, and never across an append of the same thread:
/// while one lives the file cannot grow.
class ViewReader
{
public:
    virtual ~ViewReader() = default;
    virtual Result<std::optional<Bytes>> get(ByteView key) const = 0;
    virtual Result<std::vector<Row>> scan(const Scan& what) const = 0;
};
} // namespace dmid::store
