// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/core.hpp"
#include "store/lmdb/view_tx.hpp"

namespace dmid::store::lmdb
{
Result<void> Core::forget_entry(WriteTx& tx, const MailboxId& mailbox, Position position)
{
    DMID_TRY(Record kept, record(tx, position));
    if (kept.forgotten)
        return {};
    const Hash32 thread = kept.thread;
    const auto reclaim_at = kept.reclaim_at;
    kept.forgotten = true;
    const Bytes tombstone = kept.encode();
    static_assert(1 + 2 + 8 + 4 + 32 + 16 <= kMaxTombstone);
    DMID_TRY(tx.put(db_.log, PositionKey{position}, tombstone));
    DMID_TRY(end_work(tx, position));
    if (reclaim_at)
    {
        DMID_TRY(tx.erase(db_.reclaim, Packer{}.time(*reclaim_at).u64(position).view()));
    }
    for (const auto& fold : folds_)
    {
        LmdbViewTx view{tx, fold.db};
        fold.fold->forgotten(view, mailbox, position, kept.id, thread);
        DMID_TRY(Result<void>{view.outcome()});
    }
    return {};
}

Result<std::size_t> Core::forget_thread(WriteTx& tx, const MailboxId& mailbox, const Hash32& thread)
{
    DMID_TRY(const auto box, find_box(tx, mailbox));
    if (!box)
        return 0;
    std::vector<Position> doomed;
    {
        DMID_TRY(auto cursor, Cursor::open(tx, db_.order));
        DMID_TRY(bool more, cursor.move(MDB_SET_KEY, BoxKey{*box}));
        while (more)
        {
            const Position position = PositionKey::read(cursor.value());
            DMID_TRY(const auto found, record(tx, position));
            if (!found.forgotten && found.thread == thread)
                doomed.push_back(position);
            DMID_TRY(more, cursor.move(MDB_NEXT_DUP));
        }
    }
    const Bytes key = box_key(*box, thread.view());
    DMID_TRY(const auto there, tx.get(db_.keys, key));
    if (there)
    {
        // The next key of this thread is of the next generation.
        const std::uint32_t next = Unpacker{*there}.u32() + 1;
        DMID_TRY(tx.put(db_.keys, key, Packer{}.u32(next).view()));
        thread_keys_.erase({*box, thread});
    }
    for (const Position position : doomed)
    {
        DMID_TRY(forget_entry(tx, mailbox, position));
    }
    return doomed.size();
}

Result<std::size_t> Core::sweep(WriteTx& tx, UnixMillis now, UnixTime counters_before, std::size_t limit)
{
    std::vector<Position> due;
    std::vector<Bytes> old;
    {
        DMID_TRY(auto cursor, Cursor::open(tx, db_.reclaim));
        DMID_TRY(bool more, cursor.move(MDB_FIRST));
        while (more && due.size() < limit)
        {
            Unpacker in{cursor.key()};
            if (in.time() > now)
                break;
            due.push_back(in.u64());
            DMID_TRY(more, cursor.move(MDB_NEXT));
        }
    }
    {
        DMID_TRY(auto cursor, Cursor::open(tx, db_.counters));
        DMID_TRY(bool more, cursor.move(MDB_FIRST));
        while (more && due.size() + old.size() < limit && Unpacker{cursor.key()}.time() < counters_before)
        {
            old.push_back(to_bytes(cursor.key()));
            DMID_TRY(more, cursor.move(MDB_NEXT));
        }
    }
    for (const Position position : due)
    {
        DMID_TRY(const auto found, record(tx, position));
        DMID_TRY(const auto mailbox, mailbox_of(tx, found.box));
        DMID_TRY(forget_entry(tx, mailbox, position));
    }
    for (const auto& key : old)
    {
        DMID_TRY(tx.erase(db_.counters, key));
    }
    return due.size() + old.size();
}
} // namespace dmid::store::lmdb
