// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/view_tx.hpp"

#include <algorithm>

namespace dmid::store::lmdb
{
namespace
{
bool begins_with(ByteView key, ByteView prefix) noexcept
{
    return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

bool less(ByteView a, ByteView b) noexcept
{
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

// The first key behind everything that begins with `prefix`; empty: there is none.
Bytes behind(Bytes prefix)
{
    while (!prefix.empty() && prefix.back() == 0xff)
        prefix.pop_back();
    if (!prefix.empty())
        ++prefix.back();
    return prefix;
}

// To the last key below `bound`; an empty bound is behind everything.
Result<bool> seek_below(Cursor& cursor, const Bytes& bound)
{
    if (bound.empty())
        return cursor.move(MDB_LAST);
    DMID_TRY(const bool found, cursor.seek(bound));
    return found ? cursor.move(MDB_PREV) : cursor.move(MDB_LAST);
}

Result<bool> start(Cursor& cursor, const Scan& what)
{
    if (what.backward)
    {
        const Bytes end = behind(what.prefix);
        const bool use_after = !what.after.empty() && (end.empty() || less(what.after, end));
        return seek_below(cursor, use_after ? what.after : end);
    }
    const bool use_after = !what.after.empty() && !less(what.after, what.prefix);
    const Bytes& from = use_after ? what.after : what.prefix;
    if (from.empty())
        return cursor.move(MDB_FIRST);
    DMID_TRY(bool found, cursor.seek(from));
    if (found && use_after && std::ranges::equal(cursor.key(), what.after))
        return cursor.move(MDB_NEXT);
    return found;
}
} // namespace

Result<std::vector<Row>> scan_rows(const Tx& tx, MDB_dbi db, const Scan& what)
{
    std::vector<Row> rows;
    if (what.prefix.size() > kMaxViewKey || what.after.size() > kMaxViewKey)
        return rows;
    DMID_TRY(auto cursor, Cursor::open(tx, db));
    DMID_TRY(bool more, start(cursor, what));
    while (more && rows.size() < what.limit && begins_with(cursor.key(), what.prefix))
    {
        rows.emplace_back(to_bytes(cursor.key()), to_bytes(cursor.value()));
        DMID_TRY(more, cursor.move(what.backward ? MDB_PREV : MDB_NEXT));
    }
    return rows;
}

bool LmdbViewTx::key_fits(ByteView key)
{
    if (!key.empty() && key.size() <= kMaxViewKey)
        return true;
    if (outcome_)
        outcome_ = fail(Errc::internal_bug, "a view key of " + std::to_string(key.size()) + " bytes");
    return false;
}

template <class T> T LmdbViewTx::keep(Result<T> result)
{
    if (result)
        return std::move(*result);
    if (outcome_)
        outcome_ = tl::unexpected(std::move(result).error());
    return T{};
}

std::optional<Bytes> LmdbViewTx::get(ByteView key)
{
    return key_fits(key) ? keep(tx_.copy(db_, key)) : std::nullopt;
}

void LmdbViewTx::put(ByteView key, ByteView value)
{
    if (!key_fits(key))
        return;
    if (value.size() > kMaxCellValue)
    {
        keep<bool>(fail(Errc::store_too_large, "a view row of " + std::to_string(value.size()) + " bytes"));
        return;
    }
    if (auto written = tx_.put(db_, key, value); !written)
        keep<bool>(tl::unexpected(std::move(written).error()));
}

void LmdbViewTx::erase(ByteView key)
{
    if (key_fits(key))
        keep(tx_.erase(db_, key));
}

std::vector<Row> LmdbViewTx::scan(const Scan& what)
{
    return keep(scan_rows(tx_, db_, what));
}

Result<std::optional<Bytes>> LmdbViewReader::get(ByteView key) const
{
    if (key.empty() || key.size() > kMaxViewKey)
        return std::optional<Bytes>{};
    return tx_.copy(db_, key);
}

Result<std::vector<Row>> LmdbViewReader::scan(const Scan& what) const
{
    return scan_rows(tx_, db_, what);
}
} // namespace dmid::store::lmdb
