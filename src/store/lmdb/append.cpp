// SPDX-License-Identifier: Apache-2.0
// One append: everything is checked before anything is written, so that an invalid one costs its group
// nothing.
#include "store/lmdb/core.hpp"
#include "store/lmdb/view_tx.hpp"

#include <algorithm>
#include <exception>

namespace dmid::store::lmdb
{
namespace
{
Bytes counter_key(const Charge& charge)
{
    return Packer{}.time(charge.window).raw(charge.counter.view()).take();
}

bool all_known(const std::vector<Placed>& placed)
{
    return !placed.empty() && std::ranges::none_of(placed, [](const Placed& p) { return p.fresh; });
}

// Hides from folds what a rebuild could not show them, and puts it back: the append may run again.
class Hidden
{
public:
    explicit Hidden(Entry& entry)
        : entry_{entry}
        , content_{std::exchange(entry.content, std::nullopt)}
        , due_{std::exchange(entry.work_due, std::nullopt)}
        , queue_{std::exchange(entry.work_queue, std::uint16_t{0})}
        , reclaim_{std::exchange(entry.reclaim_at, std::nullopt)}
    {
    }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;
    ~Hidden()
    {
        entry_.content = content_;
        entry_.work_due = due_;
        entry_.work_queue = queue_;
        entry_.reclaim_at = reclaim_;
    }

private:
    Entry& entry_;
    std::optional<Hash32> content_;
    std::optional<UnixMillis> due_;
    std::uint16_t queue_;
    std::optional<UnixMillis> reclaim_;
};
} // namespace

Result<Appended> Core::append(WriteTx& tx, Prepared& prepared)
{
    Append& what = prepared.what;
    DMID_TRY(check_sizes(what));
    DMID_TRY(const auto known_box, find_box(tx, what.mailbox));
    Appended out;
    DMID_TRY(out.placed, place(tx, known_box, prepared));
    const bool repeated = all_known(out.placed);
    if (!repeated)
    {
        DMID_TRY(check_charges(tx, what.charges));
        DMID_TRY(check_cells(tx, known_box, what.cells));
    }
    DMID_TRY(check_work(tx, what));

    if (!repeated && (!what.entries.empty() || !what.cells.empty()))
    {
        DMID_TRY(const auto box, make_box(tx, what.mailbox));
        for (std::size_t i = 0; i < what.entries.size(); ++i)
        {
            if (!out.placed[i].fresh)
                continue;
            DMID_TRY(out.placed[i].position, next_position(tx));
            DMID_TRY(write_entry(tx, what.mailbox, box, out.placed[i].position, what.entries[i],
                                 prepared.digests[i]));
        }
        DMID_TRY(out.versions, write_cells(tx, box, what.cells));
    }
    // A second copy of an id inside this append was given the place of the first only now.
    for (std::size_t i = 0; i < what.entries.size(); ++i)
        for (std::size_t j = 0; j < i && out.placed[i].position == 0; ++j)
            if (what.entries[j].id == what.entries[i].id)
                out.placed[i].position = out.placed[j].position;
    if (!repeated)
    {
        DMID_TRY(write_charges(tx, what.charges));
    }
    for (const auto& ref : what.done)
    {
        DMID_TRY(end_work(tx, ref.position));
    }
    for (const auto& later : what.later)
    {
        DMID_TRY(write_later(tx, later));
    }
    DMID_TRY(const auto box, find_box(tx, what.mailbox));
    for (const auto& id : what.forget)
    {
        if (!box)
            break;
        DMID_TRY(const auto position, find_position(tx, *box, id));
        if (position)
        {
            DMID_TRY(forget_entry(tx, what.mailbox, *position));
        }
    }
    return out;
}

Result<void> Core::check_sizes(const Append& what) const
{
    const auto too_large = [](const char* which) { return fail(Errc::store_too_large, which); };
    for (const std::size_t count : {what.entries.size(), what.charges.size(), what.cells.size(),
                                    what.done.size(), what.later.size(), what.forget.size()})
        if (count > kMaxEntries)
            return too_large("too many items in one append");
    std::size_t total = 0;
    for (const auto& entry : what.entries)
    {
        total += entry.meta.size() + entry.body.size();
        if (entry.meta.size() > kMaxMeta || entry.body.size() > kMaxBody)
            return too_large("an entry");
    }
    for (const auto& cell : what.cells)
    {
        total += cell.value ? cell.value->size() : 0;
        if (cell.name.empty() || cell.name.size() > kMaxCellName)
            return too_large("a cell's name");
        if (cell.value && cell.value->size() > kMaxCellValue)
            return too_large("a cell");
    }
    for (const auto& later : what.later)
        if (later.state.size() > kMaxWorkState)
            return too_large("a work state");
    if (total > kMaxAppend)
        return too_large("one append");
    return {};
}

Result<std::vector<Placed>> Core::place(const Tx& tx, std::optional<Box> box, const Prepared& prepared) const
{
    const auto& entries = prepared.what.entries;
    const auto conflict = [](const Entry& entry)
    { return fail(Errc::store_id_conflict, "entry " + to_hex(entry.id.view())); };
    std::vector<Placed> out(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i)
    {
        out[i].fresh = true;
        for (std::size_t j = 0; j < i; ++j)
        {
            if (entries[j].id != entries[i].id)
                continue;
            if (prepared.digests[j] != prepared.digests[i])
                return conflict(entries[i]);
            out[i] = {out[j].position, false};
            break;
        }
        if (!out[i].fresh || !box)
            continue;
        DMID_TRY(const auto position, find_position(tx, *box, entries[i].id));
        if (!position)
            continue;
        DMID_TRY(const auto there, record(tx, *position));
        if (there.digest != prepared.digests[i])
            return conflict(entries[i]);
        out[i] = {*position, false};
    }
    return out;
}

Result<void> Core::check_charges(const Tx& tx, const std::vector<Charge>& charges) const
{
    for (std::size_t i = 0; i < charges.size(); ++i)
    {
        DMID_TRY(const auto found, tx.get(db_.counters, counter_key(charges[i])));
        std::uint64_t sum = found ? Unpacker{*found}.u64() : 0;
        for (std::size_t j = 0; j <= i; ++j)
            if (charges[j].counter == charges[i].counter && charges[j].window == charges[i].window)
                sum += charges[j].amount;
        if (sum > charges[i].limit)
            return fail(Errc::store_limit, "counter " + to_hex(charges[i].counter.view()));
    }
    return {};
}

Result<void> Core::write_charges(WriteTx& tx, const std::vector<Charge>& charges)
{
    for (const auto& charge : charges)
    {
        const Bytes key = counter_key(charge);
        DMID_TRY(const auto found, tx.get(db_.counters, key));
        const std::uint64_t sum = (found ? Unpacker{*found}.u64() : 0) + charge.amount;
        DMID_TRY(tx.put(db_.counters, key, Packer{}.u64(sum).view()));
    }
    return {};
}

Result<void> Core::write_entry(WriteTx& tx, const MailboxId& mailbox, Box box, Position position,
                               Entry& entry, const BodyCipher::Digest& digest)
{
    DMID_TRY(const auto* key, thread_key(tx, mailbox, box, entry.thread));
    const Bytes sealed = BodyCipher::seal_body(key->key, mailbox, entry);
    Record record;
    record.kind = entry.kind;
    record.time = entry.time;
    record.box = box;
    record.id = entry.id;
    record.digest = digest;
    record.thread = entry.thread;
    record.generation = key->generation;
    record.reclaim_at = entry.reclaim_at;
    record.sealed = sealed;
    DMID_TRY(tx.put(db_.log, PositionKey{position}, record.encode(), MDB_APPEND));
    DMID_TRY(tx.put(db_.order, BoxKey{box}, PositionKey{position}, MDB_APPENDDUP));
    DMID_TRY(tx.put(db_.ids, box_key(box, entry.id.view()), Packer{}.u64(position).view()));
    if (entry.work_due)
    {
        DMID_TRY(add_work(tx, position, entry));
    }
    if (entry.reclaim_at)
    {
        DMID_TRY(tx.put(db_.reclaim, Packer{}.time(*entry.reclaim_at).u64(position).view(), {}));
    }
    return fold_entry(tx, mailbox, position, entry);
}

Result<void> Core::fold_entry(WriteTx& tx, const MailboxId& mailbox, Position position, Entry& entry)
{
    const Hidden hidden{entry};
    for (const auto& fold : folds_)
    {
        LmdbViewTx view{tx, fold.db};
        fold.fold->apply(view, mailbox, position, entry);
        DMID_TRY(Result<void>{view.outcome()});
    }
    return {};
}
} // namespace dmid::store::lmdb
