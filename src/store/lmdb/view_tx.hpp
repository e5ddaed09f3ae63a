// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/lmdb/env.hpp"
#include "store/views.hpp"

namespace dmid::store::lmdb
{
inline constexpr std::size_t kMaxViewKey = 480;

/// Rows of one database, as a view gives them.
Result<std::vector<Row>> scan_rows(const Tx& tx, MDB_dbi db, const Scan& what);

/// A fold's rows inside a write transaction; keeps the first error for the engine.
class LmdbViewTx final : public ViewTx
{
public:
    LmdbViewTx(WriteTx& tx, MDB_dbi db)
        : tx_{tx}
        , db_{db}
    {
    }
    std::optional<Bytes> get(ByteView key) override;
    void put(ByteView key, ByteView value) override;
    void erase(ByteView key) override;
    std::vector<Row> scan(const Scan& what) override;
    /// The first failure among the calls so far.
    const Result<void>& outcome() const noexcept { return outcome_; }

private:
    bool key_fits(ByteView key);
    template <class T> T keep(Result<T> result);

    WriteTx& tx_;
    MDB_dbi db_;
    Result<void> outcome_;
};

/// A snapshot of a view.
class LmdbViewReader final : public ViewReader
{
public:
    LmdbViewReader(ReadTx tx, MDB_dbi db)
        : tx_{std::move(tx)}
        , db_{db}
    {
    }
    Result<std::optional<Bytes>> get(ByteView key) const override;
    Result<std::vector<Row>> scan(const Scan& what) const override;

private:
    ReadTx tx_;
    MDB_dbi db_;
};
} // namespace dmid::store::lmdb
