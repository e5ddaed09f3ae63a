// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/lmdb/gate.hpp"
#include "store/lmdb/lmdb_mailbox.hpp"

#include <lmdb.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::store::lmdb
{
/// Named databases of one environment at most.
inline constexpr MDB_dbi kMaxDatabases = 64;

/// The store's error for an LMDB or errno code.
Error to_error(int code, std::string_view doing);

/// A transaction's reading side. Views are valid until the next write of the same transaction, or its end.
class Tx
{
public:
    explicit Tx(MDB_txn* handle)
        : handle_{handle}
    {
    }
    MDB_txn* handle() const noexcept { return handle_; }
    Result<std::optional<ByteView>> get(MDB_dbi db, ByteView key) const;
    /// The same, copied.
    Result<std::optional<Bytes>> copy(MDB_dbi db, ByteView key) const;

protected:
    MDB_txn* handle_;
};

/// The one write transaction. Counts its writes, so that the writer knows whether a failed job left any.
class WriteTx final : public Tx
{
public:
    using Tx::Tx;
    Result<void> put(MDB_dbi db, ByteView key, ByteView value, unsigned flags = 0);
    /// False if there was nothing to delete. `value` picks one of several under a key.
    Result<bool> erase(MDB_dbi db, ByteView key, std::optional<ByteView> value = {});
    /// Empties a database.
    Result<void> clear(MDB_dbi db);
    std::size_t writes() const noexcept { return writes_; }

private:
    std::size_t writes_ = 0;
};

/// Walks a database in key order. Ends before its transaction does.
class Cursor
{
public:
    static Result<Cursor> open(const Tx& tx, MDB_dbi db);
    Cursor(Cursor&& other) noexcept
        : handle_{std::exchange(other.handle_, nullptr)}
    {
    }
    Cursor& operator=(Cursor&&) = delete;
    ~Cursor();

    /// Any operation of LMDB; false at the end. `key` and `value` are its arguments where it takes them.
    Result<bool> move(MDB_cursor_op op, ByteView key = {}, ByteView value = {});
    /// To the first key at or after this one.
    Result<bool> seek(ByteView key) { return move(MDB_SET_RANGE, key); }
    ByteView key() const noexcept { return key_; }
    ByteView value() const noexcept { return value_; }

private:
    explicit Cursor(MDB_cursor* handle)
        : handle_{handle}
    {
    }
    MDB_cursor* handle_;
    ByteView key_;
    ByteView value_;
};

class Env;

/// A read transaction: one moment of the store. May end on another thread than it began on.
class ReadTx final : public Tx
{
public:
    explicit ReadTx(const Env& env, MDB_txn* handle)
        : Tx{handle}
        , env_{&env}
    {
    }
    ReadTx(ReadTx&& other) noexcept
        : Tx{std::exchange(other.handle_, nullptr)}
        , env_{other.env_}
    {
    }
    ReadTx& operator=(ReadTx&&) = delete;
    ~ReadTx();

private:
    const Env* env_;
};

/// How much of its file and map a store uses (bytes).
struct EnvSize
{
    std::uint64_t used = 0; ///< up to the last page; freed pages between count
    std::uint64_t map = 0;
    std::uint64_t max_map = 0;
};

/// Refuses a file that is shorter than its pages; `extend` fills a harmless cut with holes.
Result<void> check_length(MDB_env* env, bool extend);
/// The names of all named databases.
Result<std::vector<std::string>> database_names_in(const Tx& tx);
/// Copies a store as of one moment into a new file, synced. `compact` tells whether free pages were left out.
Result<void> copy_env(MDB_env* env, const std::filesystem::path& to, bool& compact);

/// One LMDB directory, locked against other processes. What is in it is for check_stamp() to say.
class Env
{
public:
    static Result<std::unique_ptr<Env>> open(const Options& options);
    Env() = default;
    Env(const Env&) = delete;
    Env& operator=(const Env&) = delete;
    ~Env();

    Result<ReadTx> read() const;
    Result<MDB_dbi> database(const WriteTx& tx, const char* name, unsigned flags = 0) const;
    Result<std::vector<std::string>> database_names(const WriteTx& tx) const { return database_names_in(tx); }
    /// Deletes a database with its rows; handles to it are invalid afterwards.
    Result<void> drop_database(const WriteTx& tx, const std::string& name) const;
    /// Copies the store into a file of its own directory; one of that name that is there already stays.
    Result<void> copy_aside(const std::string& name) const;
    Result<EnvSize> size() const;
    /// Begins the write transaction; the caller ends it through commit or abort.
    Result<WriteTx> begin() const;
    static Result<void> commit(WriteTx& tx);
    static void abort(WriteTx& tx) noexcept;
    /// Doubles the map when it is full. False if it is at its limit, or readers stay for two seconds.
    /// No write transaction may be open.
    bool grow();

    /// Commits what `job(tx)` did, growing the map as needed; for opening, before the writer runs.
    template <class Job> Result<void> in_write(Job job)
    {
        for (;;)
        {
            DMID_TRY(auto tx, begin());
            Result<void> outcome = job(tx);
            if (outcome)
                outcome = commit(tx);
            else
                abort(tx);
            if (outcome || outcome.error().code != Errc::store_full || !grow())
                return outcome;
        }
    }

private:
    friend class ReadTx;
    Result<void> lock();
    Result<void> reserve_reader_table() const;
    Result<void> open_files();

    Options options_;
    int lock_fd_ = -1;
    MDB_env* env_ = nullptr;
    mutable Gate gate_;
};
} // namespace dmid::store::lmdb
