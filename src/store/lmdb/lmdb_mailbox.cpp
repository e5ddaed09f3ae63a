// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/lmdb_mailbox.hpp"

#include "store/lmdb/core.hpp"
#include "store/lmdb/stamp.hpp"
#include "store/lmdb/view_tx.hpp"
#include "store/lmdb/writer.hpp"

namespace dmid::store::lmdb
{
namespace
{
constexpr Stamp kMailboxStamp{"dmid-mailbox", 1};
constexpr std::uint64_t kMaxCounted = 100'000;
constexpr std::size_t kMaxRead = 4 * 1024 * 1024;

Bytes blob_label(const Hash32& hash)
{
    return Packer{}.u8('b').raw(hash.view()).take();
}

class AppendJob final : public Job
{
public:
    AppendJob(Core& core, Append what, Completion done)
        : core_{core}
        , prepared_{core.prepare(std::move(what))}
        , done_{std::move(done)}
    {
    }
    Result<void> run(WriteTx& tx) override
    {
        DMID_TRY(appended_, core_.append(tx, prepared_));
        return {};
    }
    void finish(Result<void> outcome) override
    {
        if (outcome)
            done_(std::move(appended_));
        else
            done_(tl::unexpected(std::move(outcome).error()));
    }

private:
    Core& core_;
    Prepared prepared_;
    Completion done_;
    Appended appended_;
};

class ClaimJob final : public Job
{
public:
    ClaimJob(Core& core, ClaimWanted wanted, ClaimCompletion done)
        : core_{core}
        , wanted_{wanted}
        , done_{std::move(done)}
    {
    }
    Result<void> run(WriteTx& tx) override
    {
        DMID_TRY(items_, core_.claim(tx, wanted_.queue, wanted_.now, wanted_.lease,
                                     std::min(wanted_.limit, kMaxEntries)));
        return {};
    }
    void finish(Result<void> outcome) override
    {
        if (outcome)
            done_(std::move(items_));
        else
            done_(tl::unexpected(std::move(outcome).error()));
    }

private:
    Core& core_;
    ClaimWanted wanted_;
    ClaimCompletion done_;
    std::vector<WorkItem> items_;
};

class LmdbMailbox final : public Mailbox
{
public:
    LmdbMailbox(std::unique_ptr<Env> env, std::unique_ptr<Core> core)
        : env_{std::move(env)}
        , core_{std::move(core)}
        , writer_{*env_, [this] { core_->rolled_back(); }}
    {
    }

    void submit(Append what, Completion done) override
    {
        writer_.submit(std::make_unique<AppendJob>(*core_, std::move(what), std::move(done)));
    }

    Result<std::vector<Stored>> read(const MailboxId& mailbox, Position from,
                                     std::size_t limit) const override
    {
        std::vector<Stored> out;
        DMID_TRY(const auto tx, env_->read());
        DMID_TRY(const auto box, core_->find_box(tx, mailbox));
        if (!box)
            return out;
        DMID_TRY(auto cursor, Cursor::open(tx, core_->schema().order));
        DMID_TRY(bool more, cursor.move(MDB_GET_BOTH_RANGE, BoxKey{*box}, PositionKey{from}));
        std::size_t bytes = 0;
        while (more && out.size() < limit)
        {
            DMID_TRY(auto entry, core_->stored(tx, mailbox, PositionKey::read(cursor.value())));
            bytes += entry.entry.meta.size() + entry.entry.body.size();
            if (bytes > kMaxRead && !out.empty())
                break;
            out.push_back(std::move(entry));
            DMID_TRY(more, cursor.move(MDB_NEXT_DUP));
        }
        return out;
    }

    Result<std::optional<Stored>> find(const MailboxId& mailbox, const Hash32& id) const override
    {
        DMID_TRY(const auto tx, env_->read());
        DMID_TRY(const auto box, core_->find_box(tx, mailbox));
        if (!box)
            return std::optional<Stored>{};
        DMID_TRY(const auto position, core_->find_position(tx, *box, id));
        if (!position)
            return std::optional<Stored>{};
        return core_->stored(tx, mailbox, *position);
    }

    Result<Position> last_position(const MailboxId& mailbox) const override
    {
        DMID_TRY(const auto tx, env_->read());
        DMID_TRY(const auto box, core_->find_box(tx, mailbox));
        if (!box)
            return 0;
        DMID_TRY(auto cursor, Cursor::open(tx, core_->schema().order));
        DMID_TRY(const bool any, cursor.move(MDB_SET_KEY, BoxKey{*box}));
        if (!any)
            return 0;
        DMID_TRY(cursor.move(MDB_LAST_DUP));
        return PositionKey::read(cursor.value());
    }

    Result<std::vector<MailboxId>> mailboxes() const override
    {
        std::vector<MailboxId> out;
        DMID_TRY(const auto tx, env_->read());
        DMID_TRY(auto cursor, Cursor::open(tx, core_->schema().boxes));
        DMID_TRY(bool more, cursor.move(MDB_FIRST));
        while (more)
        {
            DMID_TRY(out.emplace_back(), MailboxId::from(cursor.key()));
            DMID_TRY(more, cursor.move(MDB_NEXT));
        }
        return out;
    }

    Result<std::optional<Cell>> cell(const MailboxId& mailbox, std::string_view name) const override
    {
        DMID_TRY(const auto tx, env_->read());
        DMID_TRY(const auto box, core_->find_box(tx, mailbox));
        if (!box)
            return std::optional<Cell>{};
        return core_->cell(tx, *box, name);
    }

    Result<std::vector<std::string>> cell_names(const MailboxId& mailbox,
                                                std::string_view prefix) const override
    {
        std::vector<std::string> out;
        DMID_TRY(const auto tx, env_->read());
        DMID_TRY(const auto box, core_->find_box(tx, mailbox));
        if (!box || prefix.size() > kMaxCellName)
            return out;
        DMID_TRY(const auto rows, scan_rows(tx, core_->schema().cells,
                                            {box_key(*box, as_bytes(prefix)), {}, SIZE_MAX, false}));
        for (const auto& row : rows)
            out.emplace_back(as_text(ByteView{row.first}.subspan(sizeof(Box))));
        return out;
    }

    void submit_claim(ClaimWanted what, ClaimCompletion done) override
    {
        // Most find nothing; those need no place in the writer's queue.
        const auto next = next_due(what.queue);
        if (!next)
            return done(tl::unexpected(next.error()));
        if (!*next || **next > what.now || what.limit == 0)
            return done(std::vector<WorkItem>{});
        writer_.submit(std::make_unique<ClaimJob>(*core_, what, std::move(done)));
    }

    Result<std::optional<UnixMillis>> next_due(std::uint16_t queue) const override
    {
        DMID_TRY(const auto tx, env_->read());
        return core_->next_due(tx, queue);
    }

    Result<std::vector<std::uint64_t>> counters(std::span<const Charge> of) const override
    {
        std::vector<std::uint64_t> out;
        DMID_TRY(const auto tx, env_->read());
        for (const auto& charge : of)
        {
            const Bytes key = Packer{}.time(charge.window).raw(charge.counter.view()).take();
            DMID_TRY(const auto found, tx.get(core_->schema().counters, key));
            out.push_back(found ? Unpacker{*found}.u64() : 0);
        }
        return out;
    }

    Result<Hash32> put_blob(ByteView bytes) override
    {
        if (bytes.size() > kMaxBlob)
            return fail(Errc::store_too_large, "a blob of " + std::to_string(bytes.size()) + " bytes");
        const Hash32 hash = BodyCipher::blob_hash(bytes);
        const Bytes sealed = core_->cipher().seal_value(blob_label(hash), bytes);
        return writer_.wait<Hash32>(
            [&](WriteTx& tx) -> Result<Hash32>
            {
                const auto db = core_->schema().blobs;
                DMID_TRY(const auto there, tx.get(db, hash.view()));
                if (!there)
                {
                    DMID_TRY(tx.put(db, hash.view(), sealed));
                }
                return hash;
            });
    }

    Result<std::optional<Bytes>> blob(const Hash32& hash) const override
    {
        DMID_TRY(const auto tx, env_->read());
        DMID_TRY(const auto found, tx.get(core_->schema().blobs, hash.view()));
        if (!found)
            return std::optional<Bytes>{};
        return core_->cipher().open_value(blob_label(hash), *found);
    }

    Result<void> drop_blob(const Hash32& hash) override
    {
        DMID_TRY(
            writer_.wait<bool>([&](WriteTx& tx) { return tx.erase(core_->schema().blobs, hash.view()); }));
        return {};
    }

    Result<std::size_t> forget_thread(const MailboxId& mailbox, const Hash32& thread) override
    {
        return writer_.wait<std::size_t>([&](WriteTx& tx)
                                         { return core_->forget_thread(tx, mailbox, thread); });
    }

    Result<std::size_t> sweep(UnixMillis now, UnixTime counters_before, std::size_t limit) override
    {
        return writer_.wait<std::size_t>([&](WriteTx& tx)
                                         { return core_->sweep(tx, now, counters_before, limit); });
    }

    Result<StoreStats> stats() const override
    {
        StoreStats out;
        DMID_TRY(const auto size, env_->size());
        out.used = size.used;
        out.map = size.map;
        out.max_map = size.max_map;
        DMID_TRY(const auto tx, env_->read());
        MDB_stat log;
        if (const int code = mdb_stat(tx.handle(), core_->schema().log, &log))
            return tl::unexpected(to_error(code, "stat"));
        out.entries = log.ms_entries;
        DMID_TRY(auto cursor, Cursor::open(tx, core_->schema().due));
        DMID_TRY(bool more, cursor.move(MDB_FIRST));
        for (std::uint64_t n = 0; more && n < kMaxCounted; ++n)
        {
            Unpacker in{cursor.key()};
            const auto queue = in.u16();
            if (out.queues.empty() || out.queues.back().queue != queue)
                out.queues.push_back({queue, 0, in.time()});
            ++out.queues.back().depth;
            DMID_TRY(more, cursor.move(MDB_NEXT));
        }
        return out;
    }

    Result<std::unique_ptr<ViewReader>> view(std::string_view fold) const override
    {
        const auto* open = core_->fold(fold);
        if (open == nullptr)
            return fail(Errc::store_not_found, "no view " + std::string{fold});
        DMID_TRY(auto tx, env_->read());
        return std::make_unique<LmdbViewReader>(std::move(tx), open->db);
    }

private:
    std::unique_ptr<Env> env_;
    std::unique_ptr<Core> core_;
    Writer writer_; // last: ends before what it uses
};

// Another storage key is found out here and not at the first body.
Result<void> check_key(const Core& core, WriteTx& tx)
{
    const auto db = core.schema().meta;
    const auto fingerprint = core.cipher().fingerprint();
    DMID_TRY(const auto there, tx.get(db, as_bytes("fingerprint")));
    if (!there)
        return tx.put(db, as_bytes("fingerprint"), fingerprint);
    if (!constant_time_equal(*there, fingerprint))
        return fail(Errc::store_corrupt, "the store was made with another storage key");
    return {};
}
} // namespace

Result<std::unique_ptr<Mailbox>> open_mailbox(const Options& options, const Secret32& storage_key,
                                              std::vector<std::unique_ptr<Fold>> folds)
{
    DMID_TRY(auto env, Env::open(options));
    DMID_TRY(check_stamp(*env, kMailboxStamp, options.software));
    std::unique_ptr<Core> core;
    DMID_TRY(env->in_write(
        [&](WriteTx& tx) -> Result<void>
        {
            DMID_TRY(const auto schema, Schema::open(*env, tx));
            core = std::make_unique<Core>(schema, storage_key);
            DMID_TRY(check_key(*core, tx));
            return core->release_leases(tx);
        }));
    DMID_TRY(core->open_folds(*env, std::move(folds)));
    return std::make_unique<LmdbMailbox>(std::move(env), std::move(core));
}
} // namespace dmid::store::lmdb
