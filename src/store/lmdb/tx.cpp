// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/env.hpp"

#include <cerrno>

namespace dmid::store::lmdb
{
namespace
{
// LMDB does not write through the pointers of keys and values that go in.
MDB_val to_val(ByteView view) noexcept
{
    return {view.size(), const_cast<std::uint8_t*>(view.data())};
}

ByteView to_view(const MDB_val& val) noexcept
{
    return {static_cast<const std::uint8_t*>(val.mv_data), val.mv_size};
}

Errc to_errc(int code) noexcept
{
    switch (code)
    {
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return Errc::store_full;
    case EROFS:
    case EACCES:
    case EPERM:
        return Errc::store_read_only;
    case MDB_VERSION_MISMATCH:
        return Errc::store_version;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
        return Errc::store_corrupt;
    default:
        return Errc::store_io;
    }
}
} // namespace

Error to_error(int code, std::string_view doing)
{
    return {to_errc(code), std::string{doing} + ": " + mdb_strerror(code)};
}

Result<std::optional<ByteView>> Tx::get(MDB_dbi db, ByteView key) const
{
    MDB_val k = to_val(key);
    MDB_val v;
    const int code = mdb_get(handle_, db, &k, &v);
    if (code == MDB_NOTFOUND)
        return std::optional<ByteView>{};
    if (code != 0)
        return tl::unexpected(to_error(code, "get"));
    return to_view(v);
}

Result<std::optional<Bytes>> Tx::copy(MDB_dbi db, ByteView key) const
{
    DMID_TRY(auto found, get(db, key));
    if (!found)
        return std::optional<Bytes>{};
    return to_bytes(*found);
}

Result<void> WriteTx::put(MDB_dbi db, ByteView key, ByteView value, unsigned flags)
{
    ++writes_;
    MDB_val k = to_val(key);
    MDB_val v = to_val(value);
    if (const int code = mdb_put(handle_, db, &k, &v, flags))
        return tl::unexpected(to_error(code, "put"));
    return {};
}

Result<bool> WriteTx::erase(MDB_dbi db, ByteView key, std::optional<ByteView> value)
{
    ++writes_;
    MDB_val k = to_val(key);
    MDB_val v = value ? to_val(*value) : MDB_val{};
    const int code = mdb_del(handle_, db, &k, value ? &v : nullptr);
    if (code == MDB_NOTFOUND)
        return false;
    if (code != 0)
        return tl::unexpected(to_error(code, "erase"));
    return true;
}

Result<void> WriteTx::clear(MDB_dbi db)
{
    ++writes_;
    if (const int code = mdb_drop(handle_, db, 0))
        return tl::unexpected(to_error(code, "clear"));
    return {};
}

Result<Cursor> Cursor::open(const Tx& tx, MDB_dbi db)
{
    MDB_cursor* handle = nullptr;
    if (const int code = mdb_cursor_open(tx.handle(), db, &handle))
        return tl::unexpected(to_error(code, "cursor"));
    return Cursor{handle};
}

Cursor::~Cursor()
{
    if (handle_ != nullptr)
        mdb_cursor_close(handle_);
}

Result<bool> Cursor::move(MDB_cursor_op op, ByteView key, ByteView value)
{
    MDB_val k = to_val(key);
    MDB_val v = to_val(value);
    const int code = mdb_cursor_get(handle_, &k, &v, op);
    if (code == MDB_NOTFOUND)
        return false;
    if (code != 0)
        return tl::unexpected(to_error(code, "scan"));
    key_ = to_view(k);
    value_ = to_view(v);
    return true;
}
} // namespace dmid::store::lmdb
