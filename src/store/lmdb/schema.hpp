// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/body_cipher.hpp"
#include "store/lmdb/env.hpp"

#include <cstring>

namespace dmid::store::lmdb
{
/// The short number of a mailbox within this store.
using Box = std::uint32_t;

/// The databases of a mailbox store, with keys → values. Integers in keys are big-endian and times have
/// their sign bit flipped, so that byte order is their order, unless marked native (MDB_INTEGERKEY).
struct Schema
{
    MDB_dbi meta;     ///< name → fingerprint, cell-seq, fold versions
    MDB_dbi boxes;    ///< mailbox id → box
    MDB_dbi box_ids;  ///< box → mailbox id
    MDB_dbi log;      ///< position, native → Record
    MDB_dbi order;    ///< box, native → positions, native, sorted
    MDB_dbi ids;      ///< box ‖ entry id → position
    MDB_dbi keys;     ///< box ‖ thread → generation ‖ wrapped key, or generation alone once deleted
    MDB_dbi cells;    ///< box ‖ name → version ‖ sealed value
    MDB_dbi work;     ///< position, native → WorkRecord
    MDB_dbi due;      ///< queue ‖ time ‖ position → nothing
    MDB_dbi counters; ///< window ‖ counter → sum
    MDB_dbi blobs;    ///< SHA-256 → sealed bytes
    MDB_dbi reclaim;  ///< time ‖ position → nothing

    static Result<Schema> open(const Env& env, const WriteTx& tx);
};

/// Builds keys and values.
class Packer
{
public:
    Packer& u8(std::uint8_t v) { return number(v, 1); }
    Packer& u16(std::uint16_t v) { return number(v, 2); }
    Packer& u32(std::uint32_t v) { return number(v, 4); }
    Packer& u64(std::uint64_t v) { return number(v, 8); }
    Packer& time(std::int64_t v) { return u64(static_cast<std::uint64_t>(v) ^ (std::uint64_t{1} << 63U)); }
    Packer& raw(ByteView v);
    ByteView view() const noexcept { return out_; }
    Bytes take() { return std::move(out_); }

private:
    Packer& number(std::uint64_t v, unsigned bytes);
    Bytes out_;
};

/// Takes them apart. Reading over the end gives zeroes and makes `ok` false.
class Unpacker
{
public:
    explicit Unpacker(ByteView in)
        : in_{in}
    {
    }
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }
    std::int64_t time() { return static_cast<std::int64_t>(u64() ^ (std::uint64_t{1} << 63U)); }
    template <class Array> Array fixed()
    {
        Array out{};
        const ByteView from = raw(out.size());
        std::copy(from.begin(), from.end(), const_cast<std::uint8_t*>(out.data()));
        return out;
    }
    ByteView raw(std::size_t size)
    {
        if (size > in_.size())
        {
            ok_ = false;
            return {};
        }
        const ByteView out = in_.first(size);
        in_ = in_.subspan(size);
        return out;
    }
    ByteView rest() { return raw(in_.size()); }
    bool ok() const noexcept { return ok_; }

private:
    std::uint64_t number(unsigned bytes)
    {
        std::uint64_t v = 0;
        for (const std::uint8_t b : raw(bytes))
            v = v << 8U | b;
        return v;
    }
    ByteView in_;
    bool ok_ = true;
};

/// A native integer as a key, as MDB_INTEGERKEY wants it.
template <class Integer> class NativeKey
{
public:
    explicit NativeKey(Integer v)
        : value_{v}
    {
    }
    operator ByteView() const noexcept
    {
        return {reinterpret_cast<const std::uint8_t*>(&value_), sizeof value_};
    }
    static Integer read(ByteView from)
    {
        Integer v = 0;
        if (from.size() == sizeof v)
            std::memcpy(&v, from.data(), sizeof v);
        return v;
    }

private:
    Integer value_;
};
using PositionKey = NativeKey<std::uint64_t>;
using BoxKey = NativeKey<std::uint32_t>;

/// One entry in the log, whole or as a tombstone. A tombstone takes 63 bytes.
struct Record
{
    bool forgotten = false;
    std::uint16_t kind = 0;
    UnixMillis time = 0;
    Box box = 0;
    Hash32 id;
    BodyCipher::Digest digest{};
    // Only while whole:
    Hash32 thread;
    std::uint32_t generation = 0; ///< of the thread's key
    std::optional<UnixMillis> reclaim_at;
    ByteView sealed;

    Bytes encode() const;
    /// store.corrupt if the bytes are no record. `sealed` points into them.
    static Result<Record> decode(ByteView bytes);
};

/// A work item's state; the entry itself is in the log.
struct WorkRecord
{
    std::uint16_t queue = 0;
    UnixMillis due = 0;
    UnixMillis next = 0; ///< its place in the due index: when due, or when the lease lapses
    bool leased = false;
    std::uint32_t attempts = 0;
    Bytes state; ///< sealed, or empty

    Bytes encode() const;
    static Result<WorkRecord> decode(ByteView bytes);
    Bytes due_key(Position position) const;
};

inline Bytes box_key(Box box, ByteView name)
{
    return Packer{}.u32(box).raw(name).take();
}
} // namespace dmid::store::lmdb
