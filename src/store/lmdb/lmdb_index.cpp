// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/lmdb_index.hpp"

#include "store/lmdb/index_rows.hpp"
#include "store/lmdb/stamp.hpp"

#include <mutex>

namespace dmid::store::lmdb
{
namespace
{
constexpr Stamp kIndexStamp{.kind = "dmid-index", .format = 1, .derived = true};

class LmdbIndex final : public Index
{
public:
    LmdbIndex(std::unique_ptr<Env> env, IndexSchema schema)
        : env_{std::move(env)}
        , db_{schema}
    {
    }

    Result<bool> bind(ByteView identity) override
    {
        const std::lock_guard lock{writing_};
        bool emptied = false;
        DMID_TRY(env_->in_write(
            [&](WriteTx& tx) -> Result<void>
            {
                DMID_TRY(emptied, IndexWriter(tx, db_).bind(identity));
                return {};
            }));
        return emptied;
    }

    Result<void> clear() override
    {
        const std::lock_guard lock{writing_};
        return env_->in_write([&](WriteTx& tx) { return IndexWriter(tx, db_).clear(); });
    }

    Result<std::optional<SyncPoint>> position() const override
    {
        DMID_TRY(const auto tx, env_->read());
        return newest(tx, db_);
    }

    Result<void> apply(std::optional<SyncPoint> from, const SyncPoint& to,
                       const std::vector<IndexEvent>& events, std::uint64_t finalized) override
    {
        const std::lock_guard lock{writing_};
        return env_->in_write(
            [&](WriteTx& tx) -> Result<void> {
                return IndexWriter{tx, db_}.apply(from, to, events, finalized);
            });
    }

    Result<SyncPoint> unwind(std::uint64_t block) override
    {
        const std::lock_guard lock{writing_};
        SyncPoint reached;
        DMID_TRY(env_->in_write(
            [&](WriteTx& tx) -> Result<void>
            {
                DMID_TRY(reached, IndexWriter(tx, db_).unwind(block));
                return {};
            }));
        return reached;
    }

    Result<std::vector<SyncPoint>> checkpoints(std::size_t limit) const override
    {
        std::vector<SyncPoint> out;
        DMID_TRY(const auto tx, env_->read());
        DMID_TRY(auto cursor, Cursor::open(tx, db_.points));
        DMID_TRY(bool more, cursor.move(MDB_LAST));
        while (more && out.size() < limit)
        {
            out.push_back(point_of(cursor));
            DMID_TRY(more, cursor.move(MDB_PREV));
        }
        return out;
    }

    Result<std::optional<IndexRow>> find(std::uint64_t number) const override
    {
        DMID_TRY(const auto tx, env_->read());
        return find_row(tx, db_, number);
    }

    Result<std::vector<std::uint64_t>> owned_by(const Address& owner, std::uint64_t after,
                                                std::size_t limit) const override
    {
        std::vector<std::uint64_t> out;
        DMID_TRY(const auto tx, env_->read());
        DMID_TRY(auto cursor, Cursor::open(tx, db_.owners));
        DMID_TRY(bool more, cursor.seek(owner_key(owner, after == UINT64_MAX ? after : after + 1)));
        while (more && out.size() < limit)
        {
            Unpacker in{cursor.key()};
            if (in.fixed<Address>() != owner)
                break;
            if (const auto number = in.u64(); number > after)
                out.push_back(number);
            DMID_TRY(more, cursor.move(MDB_NEXT));
        }
        return out;
    }

    Result<std::optional<Bytes>> document(const Hash32& hash) const override
    {
        DMID_TRY(const auto tx, env_->read());
        return tx.copy(db_.documents, hash.view());
    }

    Result<void> keep_document(const Hash32& hash, ByteView bytes) override
    {
        const std::lock_guard lock{writing_};
        return env_->in_write([&](WriteTx& tx) { return tx.put(db_.documents, hash.view(), bytes); });
    }

    Result<void> dump(const std::function<void(const IndexRow&)>& each) const override
    {
        DMID_TRY(const auto tx, env_->read());
        DMID_TRY(auto cursor, Cursor::open(tx, db_.rows));
        DMID_TRY(bool more, cursor.move(MDB_FIRST));
        while (more)
        {
            DMID_TRY(const auto row, decode_row(NumberKey::read(cursor.key()), cursor.value()));
            each(row);
            DMID_TRY(more, cursor.move(MDB_NEXT));
        }
        return {};
    }

private:
    std::unique_ptr<Env> env_;
    IndexSchema db_;
    // Growing the map wants no write transaction open, this process's own included.
    std::mutex writing_;
};
} // namespace

Result<std::unique_ptr<Index>> open_index(const Options& options)
{
    DMID_TRY(auto env, Env::open(options));
    DMID_TRY(check_stamp(*env, kIndexStamp, options.software));
    IndexSchema schema{};
    DMID_TRY(env->in_write(
        [&](WriteTx& tx) -> Result<void>
        {
            DMID_TRY(schema, IndexSchema::open(*env, tx));
            return {};
        }));
    return std::make_unique<LmdbIndex>(std::move(env), schema);
}
} // namespace dmid::store::lmdb
