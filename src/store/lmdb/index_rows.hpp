// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/index.hpp"
#include "store/lmdb/schema.hpp"
#include "store/views.hpp"

namespace dmid::store::lmdb
{
/// How many blocks behind the newest position can be unwound at least.
inline constexpr std::uint64_t kUnwindDepth = 256;

using NumberKey = NativeKey<std::uint64_t>;

/// The databases of an index, with keys → values; integers as in Schema.
struct IndexSchema
{
    MDB_dbi rows;      ///< number, native → IndexRow without the number
    MDB_dbi owners;    ///< owner ‖ number → nothing
    MDB_dbi documents; ///< hash → bytes
    MDB_dbi points;    ///< block → hash: the positions applied, as far back as can be unwound
    MDB_dbi undo;      ///< block ‖ running number → number ‖ row before the event, or number alone
    MDB_dbi about;     ///< "chain" → whose rows these are

    static Result<IndexSchema> open(const Env& env, const WriteTx& tx);
};

Bytes encode_row(const IndexRow& row);
Result<IndexRow> decode_row(std::uint64_t number, ByteView bytes);
Bytes owner_key(const Address& owner, std::uint64_t number);
SyncPoint point_of(const Cursor& cursor);
Result<std::optional<SyncPoint>> newest(const Tx& tx, const IndexSchema& db);
Result<std::optional<IndexRow>> find_row(const Tx& tx, const IndexSchema& db, std::uint64_t number);

/// The changes of one transaction.
class IndexWriter
{
public:
    IndexWriter(WriteTx& tx, const IndexSchema& db)
        : tx_{tx}
        , db_{db}
    {
    }
    Result<void> apply(const std::optional<SyncPoint>& from, const SyncPoint& to,
                       const std::vector<IndexEvent>& events, std::uint64_t finalized);
    Result<void> clear();
    /// As Index::bind().
    Result<bool> bind(ByteView identity);
    Result<SyncPoint> unwind(std::uint64_t block);

private:
    Result<void> change(const IndexEvent& event);
    /// Writes the row, its owner's listing and how to undo it.
    Result<void> store(const std::optional<IndexRow>& before, const IndexRow& after);
    Result<void> replace(const std::optional<IndexRow>& before, const std::optional<IndexRow>& after);
    Result<void> drop_old(std::uint64_t below);
    Result<void> drop_below(MDB_dbi db, std::uint64_t block);

    WriteTx& tx_;
    const IndexSchema& db_;
    std::uint64_t running_ = 0; ///< events of this apply, so that undo keys never meet
};
} // namespace dmid::store::lmdb
