// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/env.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace dmid::store::lmdb
{
namespace
{
constexpr std::chrono::milliseconds kGrowPatience{2000};
// Pages that a transaction took from the end and gave back before it ended are never written, so the file
// may be this much shorter than the map's last page without harm.
constexpr std::size_t kUnwrittenPages = 256;
constexpr std::size_t kReaderSlot = 64; // of LMDB's table; its header takes three

tl::unexpected<Error> from_errno(std::string_view doing)
{
    return tl::unexpected(to_error(errno, doing));
}
} // namespace

ReadTx::~ReadTx()
{
    if (handle_ == nullptr)
        return;
    mdb_txn_abort(handle_);
    env_->gate_.leave();
}

Result<std::unique_ptr<Env>> Env::open(const Options& options)
{
    auto env = std::make_unique<Env>();
    env->options_ = options;
    std::error_code problem;
    if (std::filesystem::create_directories(options.directory, problem))
        std::filesystem::permissions(options.directory, std::filesystem::perms::owner_all, problem);
    if (problem)
        return tl::unexpected(to_error(problem.value(), "create " + options.directory.string()));
    DMID_TRY(env->lock());
    DMID_TRY(env->open_files());
    DMID_TRY(check_length(env->env_, true));
    return env;
}

Env::~Env()
{
    if (env_ != nullptr)
        mdb_env_close(env_);
    if (lock_fd_ >= 0)
        ::close(lock_fd_);
}

// LMDB itself lets several processes in; our caches and the one writer do not.
Result<void> Env::lock()
{
    const auto path = options_.directory / "owner.lock";
    lock_fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_fd_ < 0)
        return from_errno("open " + path.string());
    if (::flock(lock_fd_, LOCK_EX | LOCK_NB) != 0)
    {
        if (errno == EWOULDBLOCK)
            return fail(Errc::store_locked, options_.directory.string());
        return from_errno("lock " + path.string());
    }
    return {};
}

// The table of readers is written through a map: on a full disk a hole in it would kill the process.
Result<void> Env::reserve_reader_table() const
{
    const auto path = options_.directory / "lock.mdb";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return from_errno("open " + path.string());
    const int code = ::posix_fallocate(fd, 0, static_cast<off_t>(kReaderSlot * (options_.max_readers + 8)));
    ::close(fd);
    if (code != 0)
        return tl::unexpected(to_error(code, "reserve " + path.string()));
    return {};
}

Result<void> Env::open_files()
{
    DMID_TRY(reserve_reader_table());
    int code = mdb_env_create(&env_);
    if (code == 0)
        code = mdb_env_set_maxdbs(env_, kMaxDatabases);
    if (code == 0)
        code = mdb_env_set_maxreaders(env_, options_.max_readers);
    if (code == 0)
        code = mdb_env_set_mapsize(env_, std::min(options_.map_size, options_.max_map_size));
    if (code == 0)
        code = mdb_env_open(env_, options_.directory.c_str(), MDB_NOTLS, 0600);
    if (code != 0)
        return tl::unexpected(to_error(code, "open " + options_.directory.string()));
    return {};
}

// A page behind the end of a cut file would kill the process when touched. A cut that matters is refused;
// a harmless one is filled with holes, which LMDB recognises as no page.
Result<void> check_length(MDB_env* env, bool extend)
{
    MDB_envinfo info;
    MDB_stat stat;
    mdb_filehandle_t fd = -1;
    if (mdb_env_info(env, &info) != 0 || mdb_env_stat(env, &stat) != 0 || mdb_env_get_fd(env, &fd) != 0)
        return fail(Errc::store_io, "stat");
    struct ::stat file;
    if (::fstat(fd, &file) != 0)
        return from_errno("stat");
    const std::size_t page = stat.ms_psize;
    const std::size_t needed = (info.me_last_pgno + 1) * page;
    const auto length = static_cast<std::size_t>(file.st_size);
    if (length + kUnwrittenPages * page < needed)
        return fail(Errc::store_corrupt, "the file is cut: " + std::to_string(length) + " of " +
                                             std::to_string(needed) + " bytes");
    if (extend && length < needed && ::ftruncate(fd, static_cast<off_t>(needed)) != 0)
        return from_errno("extend");
    return {};
}

Result<std::vector<std::string>> database_names_in(const Tx& tx)
{
    MDB_dbi root = 0;
    if (const int code = mdb_dbi_open(tx.handle(), nullptr, 0, &root))
        return tl::unexpected(to_error(code, "open the root database"));
    std::vector<std::string> out;
    DMID_TRY(auto cursor, Cursor::open(tx, root));
    DMID_TRY(bool more, cursor.move(MDB_FIRST));
    while (more)
    {
        out.emplace_back(as_text(cursor.key()));
        DMID_TRY(more, cursor.move(MDB_NEXT));
    }
    return out;
}

Result<void> Env::drop_database(const WriteTx& tx, const std::string& name) const
{
    MDB_dbi db = 0;
    int code = mdb_dbi_open(tx.handle(), name.c_str(), 0, &db);
    if (code == 0)
        code = mdb_drop(tx.handle(), db, 1);
    if (code != 0)
        return tl::unexpected(to_error(code, "drop database " + name));
    return {};
}

Result<void> Env::copy_aside(const std::string& name) const
{
    const auto to = options_.directory / name;
    std::error_code ignored;
    // From an upgrade that was cut: the store is as it was then.
    if (std::filesystem::exists(to, ignored))
        return {};
    auto beside = to;
    beside += ".part";
    std::filesystem::remove(beside, ignored);
    bool compact = true;
    DMID_TRY(copy_env(env_, beside, compact));
    std::error_code problem;
    std::filesystem::rename(beside, to, problem);
    if (problem)
        return tl::unexpected(to_error(problem.value(), "name " + to.string()));
    return {};
}

Result<EnvSize> Env::size() const
{
    MDB_envinfo info;
    MDB_stat stat;
    if (mdb_env_info(env_, &info) != 0 || mdb_env_stat(env_, &stat) != 0)
        return fail(Errc::store_io, "stat");
    return EnvSize{(info.me_last_pgno + 1) * std::uint64_t{stat.ms_psize}, info.me_mapsize,
                   options_.max_map_size};
}

Result<ReadTx> Env::read() const
{
    gate_.enter();
    MDB_txn* handle = nullptr;
    if (const int code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &handle))
    {
        gate_.leave();
        return tl::unexpected(to_error(code, "begin reading"));
    }
    return ReadTx{*this, handle};
}

Result<MDB_dbi> Env::database(const WriteTx& tx, const char* name, unsigned flags) const
{
    MDB_dbi db = 0;
    if (const int code = mdb_dbi_open(tx.handle(), name, MDB_CREATE | flags, &db))
        return tl::unexpected(to_error(code, std::string{"open database "} + name));
    return db;
}

Result<WriteTx> Env::begin() const
{
    MDB_txn* handle = nullptr;
    if (const int code = mdb_txn_begin(env_, nullptr, 0, &handle))
        return tl::unexpected(to_error(code, "begin writing"));
    return WriteTx{handle};
}

Result<void> Env::commit(WriteTx& tx)
{
    if (const int code = mdb_txn_commit(tx.handle()))
        return tl::unexpected(to_error(code, "commit"));
    return {};
}

void Env::abort(WriteTx& tx) noexcept
{
    mdb_txn_abort(tx.handle());
}

bool Env::grow()
{
    MDB_envinfo info;
    if (mdb_env_info(env_, &info) != 0 || info.me_mapsize >= options_.max_map_size)
        return false;
    const std::size_t size = std::min(info.me_mapsize * 2, options_.max_map_size);
    bool grown = false;
    gate_.alone(kGrowPatience, [&] { grown = mdb_env_set_mapsize(env_, size) == 0; });
    return grown;
}
} // namespace dmid::store::lmdb
