// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/lmdb/schema.hpp"
#include "store/mailbox.hpp"

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace dmid::store::lmdb
{
/// An append with what can be computed before the writer's turn.
struct Prepared
{
    Append what;
    std::vector<BodyCipher::Digest> digests; ///< one per entry
};

/// A fold with its database.
struct OpenFold
{
    std::unique_ptr<Fold> fold;
    MDB_dbi db = 0;
};

/// What can be done to a store inside a transaction. The functions that take a WriteTx run on the writer's
/// thread only; they check everything before they write anything, as far as that is possible. Those that
/// take a Tx run anywhere.
class Core
{
public:
    Core(Schema schema, const Secret32& storage_key)
        : db_{schema}
        , cipher_{storage_key}
    {
    }

    // core.cpp
    Prepared prepare(Append what) const;
    /// Forgets the caches after a transaction was undone.
    void rolled_back();
    Result<std::optional<Box>> find_box(const Tx& tx, const MailboxId& mailbox) const;
    Result<MailboxId> mailbox_of(const Tx& tx, Box box) const;
    Result<std::optional<Position>> find_position(const Tx& tx, Box box, const Hash32& id) const;
    Result<Record> record(const Tx& tx, Position position) const;
    /// The entry as callers see it, opened.
    Result<Stored> stored(const Tx& tx, const MailboxId& mailbox, Position position) const;
    Result<Stored> stored(const Tx& tx, const MailboxId& mailbox, Position position,
                          const Record& record) const;

    // append.cpp
    Result<Appended> append(WriteTx& tx, Prepared& prepared);

    // cells.cpp
    Result<std::optional<Cell>> cell(const Tx& tx, Box box, std::string_view name) const;

    // work.cpp
    Result<std::vector<WorkItem>> claim(WriteTx& tx, std::uint16_t queue, UnixMillis now, UnixMillis lease,
                                        std::size_t limit);
    Result<std::optional<UnixMillis>> next_due(const Tx& tx, std::uint16_t queue) const;
    /// All leases were another process's, which is gone: their items are due as before.
    Result<void> release_leases(WriteTx& tx);

    // forget.cpp
    Result<std::size_t> forget_thread(WriteTx& tx, const MailboxId& mailbox, const Hash32& thread);
    Result<std::size_t> sweep(WriteTx& tx, UnixMillis now, UnixTime counters_before, std::size_t limit);

    // rebuild.cpp
    /// Opens the folds' databases and rebuilds those whose rows are of another version.
    Result<void> open_folds(Env& env, std::vector<std::unique_ptr<Fold>> folds);
    const OpenFold* fold(std::string_view name) const noexcept;

    const Schema& schema() const noexcept { return db_; }
    const BodyCipher& cipher() const noexcept { return cipher_; }

private:
    struct ThreadKey
    {
        std::uint32_t generation = 0;
        Secret32 key;
    };

    // core.cpp
    Result<Box> make_box(WriteTx& tx, const MailboxId& mailbox);
    Result<Position> next_position(const WriteTx& tx);
    Result<const ThreadKey*> thread_key(WriteTx& tx, const MailboxId& mailbox, Box box, const Hash32& thread);

    // append.cpp
    Result<void> check_sizes(const Append& what) const;
    Result<std::vector<Placed>> place(const Tx& tx, std::optional<Box> box, const Prepared& prepared) const;
    Result<void> check_charges(const Tx& tx, const std::vector<Charge>& charges) const;
    Result<void> write_entry(WriteTx& tx, const MailboxId& mailbox, Box box, Position position, Entry& entry,
                             const BodyCipher::Digest& digest);
    Result<void> fold_entry(WriteTx& tx, const MailboxId& mailbox, Position position, Entry& entry);
    Result<void> write_charges(WriteTx& tx, const std::vector<Charge>& charges);

    // cells.cpp
    Result<void> check_cells(const Tx& tx, std::optional<Box> box,
                             const std::vector<CellUpdate>& cells) const;
    Result<std::vector<std::uint64_t>> write_cells(WriteTx& tx, Box box,
                                                   const std::vector<CellUpdate>& cells);

    // work.cpp
    /// The item's state if the claim still holds; nothing if it is done.
    Result<std::optional<WorkRecord>> claimed(const Tx& tx, const WorkRef& ref) const;
    Result<void> check_work(const Tx& tx, const Append& what) const;
    Result<void> add_work(WriteTx& tx, Position position, const Entry& entry);
    Result<void> move_work(WriteTx& tx, Position position, const WorkRecord& from, const WorkRecord& to);
    Result<void> end_work(WriteTx& tx, Position position);
    Result<void> write_later(WriteTx& tx, const Reschedule& later);

    // forget.cpp
    Result<void> forget_entry(WriteTx& tx, const MailboxId& mailbox, Position position);

    // rebuild.cpp
    Result<void> rebuild(Env& env, const OpenFold& fold);

    Schema db_;
    BodyCipher cipher_;
    std::vector<OpenFold> folds_;

    // Caches of the writer's thread. They hold what the present transaction says.
    std::unordered_map<MailboxId, Box> boxes_;
    std::map<std::pair<Box, Hash32>, ThreadKey> thread_keys_;
    Position last_position_ = 0; ///< 0: not known
};
} // namespace dmid::store::lmdb
