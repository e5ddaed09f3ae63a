// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/schema.hpp"

namespace dmid::store::lmdb
{
namespace
{
constexpr std::uint8_t kTombstone = 0;
constexpr std::uint8_t kWhole = 1;
constexpr std::uint8_t kWholeWithReclaim = 2;
} // namespace

Packer& Packer::raw(ByteView v)
{
    append(out_, v);
    return *this;
}

Packer& Packer::number(std::uint64_t v, unsigned bytes)
{
    while (bytes-- > 0)
        out_.push_back(static_cast<std::uint8_t>(v >> (8 * bytes)));
    return *this;
}

Result<Schema> Schema::open(const Env& env, const WriteTx& tx)
{
    Schema s{};
    const struct
    {
        MDB_dbi Schema::*member;
        const char* name;
        unsigned flags;
    } databases[] = {
        {&Schema::meta, "meta", 0},
        {&Schema::boxes, "boxes", 0},
        {&Schema::box_ids, "box-ids", MDB_INTEGERKEY},
        {&Schema::log, "log", MDB_INTEGERKEY},
        {&Schema::order, "order", MDB_INTEGERKEY | MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP},
        {&Schema::ids, "ids", 0},
        {&Schema::keys, "keys", 0},
        {&Schema::cells, "cells", 0},
        {&Schema::work, "work", MDB_INTEGERKEY},
        {&Schema::due, "due", 0},
        {&Schema::counters, "counters", 0},
        {&Schema::blobs, "blobs", 0},
        {&Schema::reclaim, "reclaim", 0},
    };
    for (const auto& database : databases)
    {
        DMID_TRY(s.*database.member, env.database(tx, database.name, database.flags));
    }
    return s;
}

Bytes Record::encode() const
{
    Packer out;
    out.u8(forgotten ? kTombstone : reclaim_at ? kWholeWithReclaim : kWhole);
    out.u16(kind).time(time).u32(box).raw(id.view()).raw(digest);
    if (forgotten)
        return out.take();
    out.raw(thread.view()).u32(generation);
    if (reclaim_at)
        out.time(*reclaim_at);
    out.raw(sealed);
    return out.take();
}

Result<Record> Record::decode(ByteView bytes)
{
    Unpacker in{bytes};
    Record r;
    const auto form = in.u8();
    r.forgotten = form == kTombstone;
    r.kind = in.u16();
    r.time = in.time();
    r.box = in.u32();
    r.id = in.fixed<Hash32>();
    r.digest = in.fixed<BodyCipher::Digest>();
    if (!r.forgotten)
    {
        r.thread = in.fixed<Hash32>();
        r.generation = in.u32();
        if (form == kWholeWithReclaim)
            r.reclaim_at = in.time();
        r.sealed = in.rest();
    }
    if (!in.ok() || form > kWholeWithReclaim)
        return fail(Errc::store_corrupt, "a log record does not decode");
    return r;
}

Bytes WorkRecord::encode() const
{
    return Packer{}.u16(queue).time(due).time(next).u8(leased ? 1 : 0).u32(attempts).raw(state).take();
}

Result<WorkRecord> WorkRecord::decode(ByteView bytes)
{
    Unpacker in{bytes};
    WorkRecord r;
    r.queue = in.u16();
    r.due = in.time();
    r.next = in.time();
    r.leased = in.u8() != 0;
    r.attempts = in.u32();
    r.state = to_bytes(in.rest());
    if (!in.ok())
        return fail(Errc::store_corrupt, "a work record does not decode");
    return r;
}

Bytes WorkRecord::due_key(Position position) const
{
    return Packer{}.u16(queue).time(next).u64(position).take();
}
} // namespace dmid::store::lmdb
