// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/core.hpp"
#include "store/lmdb/view_tx.hpp"

#include <algorithm>
#include <exception>

namespace dmid::store::lmdb
{
namespace
{
// Bounds the dirty pages of one rebuilding transaction.
constexpr std::size_t kRebuildChunk = 2000;

bool valid_name(std::string_view name)
{
    return !name.empty() && name.size() <= 32 &&
           std::ranges::all_of(name, [](char c)
                               { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

Bytes version_key(const Fold& fold)
{
    return to_bytes(as_bytes("fold." + std::string{fold.name()}));
}
} // namespace

const OpenFold* Core::fold(std::string_view name) const noexcept
{
    const auto found = std::ranges::find_if(folds_, [&](const auto& f) { return f.fold->name() == name; });
    return found == folds_.end() ? nullptr : &*found;
}

Result<void> Core::open_folds(Env& env, std::vector<std::unique_ptr<Fold>> folds)
{
    for (auto& each : folds)
    {
        if (!valid_name(each->name()) || fold(each->name()) != nullptr)
            return fail(Errc::internal_bug, "fold name " + std::string{each->name()});
        OpenFold open{std::move(each), 0};
        bool current = false;
        DMID_TRY(env.in_write(
            [&](WriteTx& tx) -> Result<void>
            {
                const auto name = "view." + std::string{open.fold->name()};
                DMID_TRY(open.db, env.database(tx, name.c_str()));
                DMID_TRY(const auto version, tx.get(db_.meta, version_key(*open.fold)));
                current = version && Unpacker{*version}.u32() == open.fold->version();
                return {};
            }));
        if (!current)
        {
            DMID_TRY(rebuild(env, open));
        }
        folds_.push_back(std::move(open));
    }
    return {};
}

// The version goes first and comes back last: a rebuild that is cut starts over.
Result<void> Core::rebuild(Env& env, const OpenFold& open)
{
    const Bytes key = version_key(*open.fold);
    DMID_TRY(env.in_write(
        [&](WriteTx& tx) -> Result<void>
        {
            DMID_TRY(tx.erase(db_.meta, key));
            return tx.clear(open.db);
        }));
    Position reached = 0;
    bool more = true;
    const auto apply_one = [&](WriteTx& tx, Position position, const Record& record) -> Result<void>
    {
        LmdbViewTx view{tx, open.db};
        DMID_TRY(const auto mailbox, mailbox_of(tx, record.box));
        DMID_TRY(const auto entry, stored(tx, mailbox, position, record));
        if (entry.forgotten)
            open.fold->forgotten(view, mailbox, position, entry.entry.id, Hash32{});
        else
            open.fold->apply(view, mailbox, position, entry.entry);
        return view.outcome();
    };
    while (more)
    {
        Position last = reached;
        DMID_TRY(env.in_write(
            [&](WriteTx& tx) -> Result<void>
            {
                last = reached;
                DMID_TRY(auto cursor, Cursor::open(tx, db_.log));
                DMID_TRY(more, cursor.seek(PositionKey{reached + 1}));
                for (std::size_t n = 0; more && n < kRebuildChunk; ++n)
                {
                    last = PositionKey::read(cursor.key());
                    // The log is not written here, so its pages and views stay where they are.
                    DMID_TRY(const auto record, Record::decode(cursor.value()));
                    DMID_TRY(apply_one(tx, last, record));
                    DMID_TRY(more, cursor.move(MDB_NEXT));
                }
                return {};
            }));
        reached = last;
    }
    return env.in_write([&](WriteTx& tx)
                        { return tx.put(db_.meta, key, Packer{}.u32(open.fold->version()).view()); });
}
} // namespace dmid::store::lmdb
