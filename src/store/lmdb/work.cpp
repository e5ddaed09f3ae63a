// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/core.hpp"

#include <limits>

namespace dmid::store::lmdb
{
namespace
{
Bytes state_label(Position position)
{
    return Packer{}.u8('w').u64(position).take();
}

UnixMillis saturating_add(UnixMillis a, UnixMillis b)
{
    return b > 0 && a > std::numeric_limits<UnixMillis>::max() - b ? std::numeric_limits<UnixMillis>::max()
                                                                   : a + b;
}
} // namespace

Result<std::optional<WorkRecord>> Core::claimed(const Tx& tx, const WorkRef& ref) const
{
    DMID_TRY(const auto found, tx.get(db_.work, PositionKey{ref.position}));
    if (!found)
        return std::optional<WorkRecord>{};
    DMID_TRY(auto work, WorkRecord::decode(*found));
    // The attempt alone would hold for an item given back and not yet claimed again; that claim is over too.
    if (ref.attempt != 0 && (work.attempts != ref.attempt || !work.leased))
        return fail(Errc::store_conflict, "the claim of " + std::to_string(ref.position) + " lapsed");
    return std::optional{std::move(work)};
}

Result<void> Core::check_work(const Tx& tx, const Append& what) const
{
    for (const auto& ref : what.done)
    {
        DMID_TRY(claimed(tx, ref));
    }
    for (const auto& later : what.later)
    {
        DMID_TRY(const auto work, claimed(tx, later.ref));
        if (!work)
            return fail(Errc::store_not_found, "no work at " + std::to_string(later.ref.position));
    }
    return {};
}

Result<void> Core::add_work(WriteTx& tx, Position position, const Entry& entry)
{
    WorkRecord work;
    work.queue = entry.work_queue;
    work.due = *entry.work_due;
    work.next = *entry.work_due;
    DMID_TRY(tx.put(db_.work, PositionKey{position}, work.encode()));
    return tx.put(db_.due, work.due_key(position), {});
}

Result<void> Core::move_work(WriteTx& tx, Position position, const WorkRecord& from, const WorkRecord& to)
{
    DMID_TRY(tx.erase(db_.due, from.due_key(position)));
    DMID_TRY(tx.put(db_.due, to.due_key(position), {}));
    return tx.put(db_.work, PositionKey{position}, to.encode());
}

Result<void> Core::end_work(WriteTx& tx, Position position)
{
    DMID_TRY(const auto found, tx.get(db_.work, PositionKey{position}));
    if (!found)
        return {};
    DMID_TRY(const auto work, WorkRecord::decode(*found));
    DMID_TRY(tx.erase(db_.due, work.due_key(position)));
    DMID_TRY(tx.erase(db_.work, PositionKey{position}));
    return {};
}

Result<void> Core::write_later(WriteTx& tx, const Reschedule& later)
{
    const Position position = later.ref.position;
    DMID_TRY(const auto found, tx.get(db_.work, PositionKey{position}));
    if (!found)
        return fail(Errc::store_not_found, "no work at " + std::to_string(position));
    DMID_TRY(const auto from, WorkRecord::decode(*found));
    WorkRecord to = from;
    to.due = later.when;
    to.next = later.when;
    to.leased = false;
    to.state = later.state.empty() ? Bytes{} : cipher_.seal_value(state_label(position), later.state);
    return move_work(tx, position, from, to);
}

Result<std::vector<WorkItem>> Core::claim(WriteTx& tx, std::uint16_t queue, UnixMillis now, UnixMillis lease,
                                          std::size_t limit)
{
    std::vector<Position> due;
    {
        DMID_TRY(auto cursor, Cursor::open(tx, db_.due));
        DMID_TRY(bool more, cursor.seek(Packer{}.u16(queue).view()));
        while (more && due.size() < limit)
        {
            Unpacker in{cursor.key()};
            if (in.u16() != queue || in.time() > now)
                break;
            due.push_back(in.u64());
            DMID_TRY(more, cursor.move(MDB_NEXT));
        }
    }
    std::vector<WorkItem> items;
    for (const Position position : due)
    {
        DMID_TRY(const auto found, tx.get(db_.work, PositionKey{position}));
        if (!found)
            return fail(Errc::store_corrupt, "a due item without its work record");
        DMID_TRY(const auto from, WorkRecord::decode(*found));
        DMID_TRY(const auto entry, record(tx, position));
        WorkItem item;
        DMID_TRY(item.ref.mailbox, mailbox_of(tx, entry.box));
        DMID_TRY(auto opened, stored(tx, item.ref.mailbox, position, entry));
        if (!from.state.empty())
        {
            DMID_TRY(item.state, cipher_.open_value(state_label(position), from.state));
        }
        WorkRecord to = from;
        to.leased = true;
        to.next = saturating_add(now, lease);
        ++to.attempts;
        DMID_TRY(move_work(tx, position, from, to));
        item.ref.position = position;
        item.ref.attempt = to.attempts;
        item.entry = std::move(opened.entry);
        item.queue = queue;
        item.due = from.due;
        items.push_back(std::move(item));
    }
    return items;
}

Result<std::optional<UnixMillis>> Core::next_due(const Tx& tx, std::uint16_t queue) const
{
    DMID_TRY(auto cursor, Cursor::open(tx, db_.due));
    DMID_TRY(const bool found, cursor.seek(Packer{}.u16(queue).view()));
    if (!found)
        return std::optional<UnixMillis>{};
    Unpacker in{cursor.key()};
    if (in.u16() != queue)
        return std::optional<UnixMillis>{};
    return in.time();
}

Result<void> Core::release_leases(WriteTx& tx)
{
    std::vector<std::pair<Position, WorkRecord>> leased;
    {
        DMID_TRY(auto cursor, Cursor::open(tx, db_.work));
        DMID_TRY(bool more, cursor.move(MDB_FIRST));
        while (more)
        {
            DMID_TRY(auto work, WorkRecord::decode(cursor.value()));
            if (work.leased)
                leased.emplace_back(PositionKey::read(cursor.key()), std::move(work));
            DMID_TRY(more, cursor.move(MDB_NEXT));
        }
    }
    for (const auto& [position, from] : leased)
    {
        WorkRecord to = from;
        to.leased = false;
        to.next = from.due;
        DMID_TRY(move_work(tx, position, from, to));
    }
    return {};
}
} // namespace dmid::store::lmdb
