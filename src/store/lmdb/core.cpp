// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/core.hpp"

namespace dmid::store::lmdb
{
namespace
{
constexpr std::size_t kCachedThreadKeys = 4096;
} // namespace

Prepared Core::prepare(Append what) const
{
    Prepared out{std::move(what), {}};
    out.digests.reserve(out.what.entries.size());
    for (const auto& entry : out.what.entries)
        out.digests.push_back(cipher_.content_digest(entry));
    return out;
}

void Core::rolled_back()
{
    boxes_.clear();
    thread_keys_.clear();
    last_position_ = 0;
}

Result<std::optional<Box>> Core::find_box(const Tx& tx, const MailboxId& mailbox) const
{
    DMID_TRY(auto found, tx.get(db_.boxes, mailbox.view()));
    if (!found)
        return std::optional<Box>{};
    return Unpacker{*found}.u32();
}

Result<MailboxId> Core::mailbox_of(const Tx& tx, Box box) const
{
    DMID_TRY(auto found, tx.get(db_.box_ids, BoxKey{box}));
    if (!found || found->size() != MailboxId::size())
        return fail(Errc::store_corrupt, "a record of an unknown mailbox");
    return MailboxId::from(*found);
}

Result<Box> Core::make_box(WriteTx& tx, const MailboxId& mailbox)
{
    if (const auto cached = boxes_.find(mailbox); cached != boxes_.end())
        return cached->second;
    DMID_TRY(auto found, find_box(tx, mailbox));
    if (!found)
    {
        DMID_TRY(auto cursor, Cursor::open(tx, db_.box_ids));
        DMID_TRY(const bool any, cursor.move(MDB_LAST));
        found = any ? BoxKey::read(cursor.key()) + 1 : 1;
        DMID_TRY(tx.put(db_.boxes, mailbox.view(), Packer{}.u32(*found).view()));
        DMID_TRY(tx.put(db_.box_ids, BoxKey{*found}, mailbox.view()));
    }
    boxes_.emplace(mailbox, *found);
    return *found;
}

Result<Position> Core::next_position(const WriteTx& tx)
{
    if (last_position_ == 0)
    {
        DMID_TRY(auto cursor, Cursor::open(tx, db_.log));
        DMID_TRY(const bool any, cursor.move(MDB_LAST));
        last_position_ = any ? PositionKey::read(cursor.key()) : 0;
    }
    return ++last_position_;
}

Result<const Core::ThreadKey*> Core::thread_key(WriteTx& tx, const MailboxId& mailbox, Box box,
                                                const Hash32& thread)
{
    const std::pair name{box, thread};
    if (const auto cached = thread_keys_.find(name); cached != thread_keys_.end())
        return &cached->second;
    if (thread_keys_.size() >= kCachedThreadKeys)
        thread_keys_.clear();

    const Bytes key = box_key(box, thread.view());
    ThreadKey made;
    DMID_TRY(const auto found, tx.copy(db_.keys, key));
    Unpacker in{found ? ByteView{*found} : ByteView{}};
    made.generation = found ? in.u32() : 1;
    const ByteView wrapped = in.rest();
    if (!wrapped.empty())
    {
        DMID_TRY(made.key, cipher_.unwrap(wrapped, mailbox, thread, made.generation));
    }
    else
    {
        made.key = BodyCipher::new_thread_key();
        const Bytes sealed = cipher_.wrap(made.key, mailbox, thread, made.generation);
        DMID_TRY(tx.put(db_.keys, key, Packer{}.u32(made.generation).raw(sealed).view()));
    }
    return &thread_keys_.emplace(name, made).first->second;
}

Result<std::optional<Position>> Core::find_position(const Tx& tx, Box box, const Hash32& id) const
{
    DMID_TRY(auto found, tx.get(db_.ids, box_key(box, id.view())));
    if (!found)
        return std::optional<Position>{};
    return Unpacker{*found}.u64();
}

Result<Record> Core::record(const Tx& tx, Position position) const
{
    DMID_TRY(auto found, tx.get(db_.log, PositionKey{position}));
    if (!found)
        return fail(Errc::store_corrupt, "no log record at " + std::to_string(position));
    return Record::decode(*found);
}

Result<Stored> Core::stored(const Tx& tx, const MailboxId& mailbox, Position position) const
{
    DMID_TRY(const auto found, record(tx, position));
    return stored(tx, mailbox, position, found);
}

Result<Stored> Core::stored(const Tx& tx, const MailboxId& mailbox, Position position,
                            const Record& record) const
{
    Stored out;
    out.position = position;
    out.entry.id = record.id;
    out.entry.kind = record.kind;
    out.entry.time = record.time;
    out.forgotten = record.forgotten;
    if (record.forgotten)
        return out;
    out.entry.thread = record.thread;
    DMID_TRY(const auto wrapped, tx.get(db_.keys, box_key(record.box, record.thread.view())));
    Unpacker in{wrapped ? *wrapped : ByteView{}};
    if (in.u32() != record.generation)
        return fail(Errc::store_corrupt, "the key of a log record is missing");
    DMID_TRY(const auto key, cipher_.unwrap(in.rest(), mailbox, record.thread, record.generation));
    DMID_TRY(BodyCipher::open_body(key, mailbox, record.sealed, out.entry));
    return out;
}
} // namespace dmid::store::lmdb
