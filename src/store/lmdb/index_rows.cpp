// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/index_rows.hpp"

#include <algorithm>

namespace dmid::store::lmdb
{
namespace
{
constexpr std::size_t kMaxIdentity = 256;
const ByteView kChainKey = as_bytes("chain");

std::uint64_t number_of(const IndexEvent& event)
{
    return std::visit([](const auto& what) { return what.number; }, event.what);
}

tl::unexpected<Error> contradiction(const IndexEvent& event, const char* why)
{
    return fail(Errc::store_corrupt, "block " + std::to_string(event.block) + ": " + why);
}
} // namespace

Result<IndexSchema> IndexSchema::open(const Env& env, const WriteTx& tx)
{
    IndexSchema s{};
    DMID_TRY(s.rows, env.database(tx, "rows", MDB_INTEGERKEY));
    DMID_TRY(s.owners, env.database(tx, "owners"));
    DMID_TRY(s.documents, env.database(tx, "documents"));
    DMID_TRY(s.points, env.database(tx, "points"));
    DMID_TRY(s.undo, env.database(tx, "undo"));
    DMID_TRY(s.about, env.database(tx, "about"));
    return s;
}

Bytes encode_row(const IndexRow& row)
{
    return Packer{}
        .raw(row.owner.view())
        .u32(row.epoch)
        .u32(row.seq)
        .u64(row.published_block)
        .u8(row.flags)
        .raw(row.inbox_key.view())
        .raw(row.document_hash.view())
        .u64(row.changed_block)
        .take();
}

Result<IndexRow> decode_row(std::uint64_t number, ByteView bytes)
{
    Unpacker in{bytes};
    IndexRow row;
    row.number = number;
    row.owner = in.fixed<Address>();
    row.epoch = in.u32();
    row.seq = in.u32();
    row.published_block = in.u64();
    row.flags = in.u8();
    row.inbox_key = in.fixed<XOnlyKey>();
    row.document_hash = in.fixed<Hash32>();
    row.changed_block = in.u64();
    if (!in.ok())
        return fail(Errc::store_corrupt, "an index row does not decode");
    return row;
}

Bytes owner_key(const Address& owner, std::uint64_t number)
{
    return Packer{}.raw(owner.view()).u64(number).take();
}

SyncPoint point_of(const Cursor& cursor)
{
    return {Unpacker{cursor.key()}.u64(), Unpacker{cursor.value()}.fixed<Hash32>()};
}

Result<std::optional<SyncPoint>> newest(const Tx& tx, const IndexSchema& db)
{
    DMID_TRY(auto cursor, Cursor::open(tx, db.points));
    DMID_TRY(const bool any, cursor.move(MDB_LAST));
    if (!any)
        return std::optional<SyncPoint>{};
    return point_of(cursor);
}

Result<std::optional<IndexRow>> find_row(const Tx& tx, const IndexSchema& db, std::uint64_t number)
{
    DMID_TRY(const auto found, tx.get(db.rows, NumberKey{number}));
    if (!found)
        return std::optional<IndexRow>{};
    return decode_row(number, *found);
}

Result<void> IndexWriter::apply(const std::optional<SyncPoint>& from, const SyncPoint& to,
                                const std::vector<IndexEvent>& events, std::uint64_t finalized)
{
    DMID_TRY(const auto present, newest(tx_, db_));
    if (present != from)
        return fail(Errc::store_conflict, "the index is at another position");
    if (present && to.block <= present->block)
        return fail(Errc::store_conflict, "the new position is not ahead");
    std::uint64_t last = present ? present->block + 1 : 0;
    for (const auto& event : events)
    {
        if (event.block < last || event.block > to.block)
            return fail(Errc::store_conflict,
                        "an event of block " + std::to_string(event.block) + " is out of order or range");
        last = event.block;
        DMID_TRY(change(event));
    }
    DMID_TRY(tx_.put(db_.points, Packer{}.u64(to.block).view(), to.hash.view()));
    return drop_old(std::min(to.block > kUnwindDepth ? to.block - kUnwindDepth : 0, finalized));
}

Result<void> IndexWriter::clear()
{
    for (const auto db : {db_.rows, db_.owners, db_.points, db_.undo})
    {
        DMID_TRY(tx_.clear(db));
    }
    return {};
}

Result<bool> IndexWriter::bind(ByteView identity)
{
    if (identity.size() > kMaxIdentity)
        return fail(Errc::store_too_large, "the index's identity");
    DMID_TRY(const auto known, tx_.copy(db_.about, kChainKey));
    if (known && std::equal(known->begin(), known->end(), identity.begin(), identity.end()))
        return false;
    // Rows from before there were identities have none: nobody knows whose they are.
    DMID_TRY(const auto position, newest(tx_, db_));
    DMID_TRY(clear());
    DMID_TRY(tx_.put(db_.about, kChainKey, identity));
    return position.has_value();
}

Result<void> IndexWriter::change(const IndexEvent& event)
{
    DMID_TRY(const auto before, find_row(tx_, db_, number_of(event)));
    IndexRow after = before.value_or(IndexRow{});
    after.number = number_of(event);
    after.changed_block = event.block;
    if (const auto* minted = std::get_if<MintedEvent>(&event.what))
    {
        if (before)
            return contradiction(event, "a number is minted twice");
        after.owner = minted->owner;
        after.epoch = minted->epoch;
        after.flags = minted->flags;
        return store(before, after);
    }
    if (!before)
        return contradiction(event, "an event of a number that was never minted");
    if (const auto* moved = std::get_if<TransferredEvent>(&event.what))
    {
        if (moved->epoch <= before->epoch)
            return contradiction(event, "a transfer does not raise the epoch");
        after.owner = moved->owner;
        after.epoch = moved->epoch;
        after.published_block = 0;
        after.inbox_key = {};
        after.document_hash = {};
    }
    else if (const auto* published = std::get_if<PublishedEvent>(&event.what))
    {
        if (published->epoch != before->epoch || published->seq <= before->seq)
            return contradiction(event, "a publish of another epoch, or one that does not raise seq");
        after.seq = published->seq;
        after.published_block = event.block;
        after.inbox_key = published->inbox_key;
        after.document_hash = published->document_hash;
        if (!published->document.empty())
        {
            DMID_TRY(tx_.put(db_.documents, published->document_hash.view(), published->document));
        }
    }
    else if (const auto* flags = std::get_if<FlagsEvent>(&event.what))
    {
        after.flags = flags->flags;
    }
    return store(before, after);
}

Result<void> IndexWriter::store(const std::optional<IndexRow>& before, const IndexRow& after)
{
    Packer undo;
    undo.u64(after.number);
    if (before)
        undo.raw(encode_row(*before));
    DMID_TRY(tx_.put(db_.undo, Packer{}.u64(after.changed_block).u64(running_++).view(), undo.view()));
    return replace(before, after);
}

Result<void> IndexWriter::replace(const std::optional<IndexRow>& before, const std::optional<IndexRow>& after)
{
    if (before && (!after || after->owner != before->owner))
    {
        DMID_TRY(tx_.erase(db_.owners, owner_key(before->owner, before->number)));
    }
    if (!after)
    {
        DMID_TRY(tx_.erase(db_.rows, NumberKey{before->number}));
        return {};
    }
    if (!before || after->owner != before->owner)
    {
        DMID_TRY(tx_.put(db_.owners, owner_key(after->owner, after->number), {}));
    }
    return tx_.put(db_.rows, NumberKey{after->number}, encode_row(*after));
}

Result<SyncPoint> IndexWriter::unwind(std::uint64_t block)
{
    for (;;)
    {
        DMID_TRY(const auto point, newest(tx_, db_));
        if (!point)
            return fail(Errc::store_not_found,
                        "deeper than can be unwound: delete the index and follow again");
        if (point->block <= block)
            block = point->block;
        // Events above the position to return to, newest first.
        for (;;)
        {
            std::optional<Row> undo;
            {
                DMID_TRY(auto cursor, Cursor::open(tx_, db_.undo));
                DMID_TRY(const bool any, cursor.move(MDB_LAST));
                if (any)
                    undo.emplace(to_bytes(cursor.key()), to_bytes(cursor.value()));
            }
            if (!undo || Unpacker{undo->first}.u64() <= block)
                break;
            Unpacker in{undo->second};
            const auto number = in.u64();
            const ByteView row = in.rest();
            DMID_TRY(const auto now, find_row(tx_, db_, number));
            std::optional<IndexRow> then;
            if (!row.empty())
            {
                DMID_TRY(then, decode_row(number, row));
            }
            DMID_TRY(replace(now, then));
            DMID_TRY(tx_.erase(db_.undo, undo->first));
        }
        if (point->block <= block)
            return *point;
        DMID_TRY(tx_.erase(db_.points, Packer{}.u64(point->block).view()));
    }
}

// Keeps the newest position at or below `below`, however old: there must be one to go back to.
Result<void> IndexWriter::drop_old(std::uint64_t below)
{
    std::uint64_t horizon = 0;
    {
        DMID_TRY(auto cursor, Cursor::open(tx_, db_.points));
        DMID_TRY(const bool found, cursor.seek(Packer{}.u64(below + 1).view()));
        DMID_TRY(const bool older, cursor.move(found ? MDB_PREV : MDB_LAST));
        if (!older)
            return {};
        horizon = point_of(cursor).block;
    }
    DMID_TRY(drop_below(db_.points, horizon));
    return drop_below(db_.undo, horizon + 1);
}

Result<void> IndexWriter::drop_below(MDB_dbi db, std::uint64_t block)
{
    for (;;)
    {
        Bytes key;
        {
            DMID_TRY(auto cursor, Cursor::open(tx_, db));
            DMID_TRY(const bool any, cursor.move(MDB_FIRST));
            if (!any || Unpacker{cursor.key()}.u64() >= block)
                return {};
            key = to_bytes(cursor.key());
        }
        DMID_TRY(tx_.erase(db, key));
    }
}
} // namespace dmid::store::lmdb
