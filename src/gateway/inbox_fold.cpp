// SPDX-License-Identifier: Apache-2.0
#include "channel/channel.hpp"
#include "gateway/view_rows.hpp"
#include "model/receipt.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
using rows::Tag;
using store::MailboxId;
using store::Position;
using store::ViewTx;

/// Applies one entry to the rows of its mailbox.
class Folding
{
public:
    Folding(ViewTx& tx, const MailboxId& box, Position position)
        : tx_{tx}
        , box_{box}
        , position_{position}
    {
    }

    void arrived(const store::Entry& entry, const Arrived& meta)
    {
        MessageRow row;
        row.position = position_;
        row.state = meta.state;
        row.thread = entry.thread;
        row.party = party_key(meta.from);
        row.share = meta.share.value_or(row.party);
        row.at = meta.received_at;
        row.size = meta.size;
        row.legs = static_cast<std::uint32_t>(meta.legs.size());
        // A dropped message counts like the held one that it is answered as: whether its sender may go on
        // must not tell them apart.
        row.counted = meta.counted && (row.state == State::held || row.state == State::dropped);
        put(entry.id, row);
        if (meta.known_as)
            name(*meta.known_as, {entry.id, {}});
        // Dropped ones too: who is denied must not see it by being asked again whom the words are for.
        if (const auto* account = account_of(meta))
            talks(*account, {entry.thread, meta.received_at, meta.ext});
        if (row.counted)
        {
            lapse_ghosts(row);
            count_held(row, +1);
        }
        if (row.state == State::dropped)
            return;
        list(entry.id, row);
        if (row.state == State::held)
            tx_.put(rows::key(box_, Tag::held, row.party, position_), entry.id.view());
    }

    void outgoing(const store::Entry& entry, const Outgoing& meta)
    {
        if (meta.control)
            return;
        MessageRow row;
        row.position = position_;
        row.incoming = false;
        row.state = State::queued;
        row.thread = meta.thread;
        row.party = model::party_id(meta.to);
        row.at = meta.sent_at;
        row.legs = 1;
        put(entry.id, row);
        list(entry.id, row);
        if (meta.known_as)
            name(*meta.known_as, {entry.id, {}});
        if (const auto* account = std::get_if<model::PlatformAccount>(&meta.to))
            talks(*account, {meta.thread, meta.sent_at, {}});
    }

    /// What the owner said and must confirm: listed with the conversation, and among what waits.
    void unsent(const store::Entry& entry, const Outgoing& meta)
    {
        MessageRow row;
        row.position = position_;
        row.incoming = false;
        row.state = State::held;
        row.thread = meta.thread;
        row.party = model::party_id(meta.to);
        row.at = meta.sent_at;
        put(entry.id, row);
        list(entry.id, row);
        tx_.put(rows::key(box_, Tag::held, row.party, position_), entry.id.view());
    }

    void leg(const store::Entry& entry, const LegMeta& meta)
    {
        tx_.put(rows::key(box_, Tag::leg, entry.id), meta.message.view());
        // The digest itself is a leg of nothing but itself.
        if (meta.plan.digest && meta.message != entry.id)
            tx_.put(rows::key(box_, Tag::digest, label_key(meta.plan.label), meta.message),
                    rows::encode_number(static_cast<std::uint64_t>(meta.slot)));
    }

    void outcome(const Hash32& id, const OutcomeMeta& meta)
    {
        if (meta.state != State::queued && !meta.label.empty())
            tx_.erase(rows::key(box_, Tag::digest, label_key(meta.label), meta.message));
        auto row = get(meta.message);
        if (!row)
            return;
        row->outcomes.push_back(id);
        if (meta.state == State::failed)
        {
            ++row->failed;
            // What a server took and sent back later did not arrive after all.
            const bool open = row->state == State::queued || (meta.reported && row->state == State::accepted);
            if (row->failed >= row->legs && open)
                row->state = State::failed;
        }
        else if (meta.state == State::accepted || meta.state == State::delivered)
        {
            const bool progress = row->state == State::queued || row->state == State::failed ||
                                  (row->state == State::accepted && meta.state == State::delivered);
            if (progress)
                row->state = meta.state;
        }
        put(meta.message, *row);
        for (const auto& known_as : meta.names)
            name(known_as, {meta.message, meta.leg});
    }

    /// What the other side's node says became of a message of ours.
    void notice(const Hash32& id, const NoticeMeta& meta)
    {
        if (meta.what != kReceiptNotice)
            return;
        auto row = get(meta.message);
        if (!row || row->incoming || row->party != model::party_id(meta.from) ||
            row->outcomes.size() >= rows::kMaxOutcomes)
            return;
        row->outcomes.push_back(id);
        const auto said = static_cast<model::ReceiptState>(meta.receipt);
        if (said >= model::ReceiptState::delivered)
            row->state = State::delivered;
        else if (said >= model::ReceiptState::expired && row->state != State::delivered)
            row->state = said == model::ReceiptState::expired ? State::expired : State::failed;
        put(meta.message, *row);
    }

    void revised(const RevisedMeta& meta)
    {
        auto row = get(meta.message);
        if (!row || row->state != State::held)
            return;
        tx_.erase(rows::key(box_, Tag::held, row->party, row->position));
        if (row->counted)
            count_held(*row, -1);
        row->counted = false;
        row->state = meta.state;
        row->legs = static_cast<std::uint32_t>(meta.legs.size());
        put(meta.message, *row);
    }

    void consent(const ConsentMeta& meta)
    {
        for (const auto& party : meta.parties)
        {
            const auto contact_key = rows::key(box_, Tag::contact, model::party_id(party));
            const auto denied_key = rows::key(box_, Tag::denied, model::party_id_any_epoch(party));
            const auto kept = tx_.get(contact_key);
            auto row = kept ? rows::decode_contact(*kept) : ContactRow{};
            const auto denied = tx_.get(denied_key);
            const auto denied_at = denied ? static_cast<UnixTime>(rows::decode_number(*denied)) : 0;
            // Only the latest of each word is kept, and who wins is told when it is read: entries of several
            // devices merge in any order.
            if (meta.answered)
                row.answered_at = std::max(row.answered_at, meta.at);
            else if (meta.allow)
                row.allowed_at = std::max(row.allowed_at, meta.at);
            else
                tx_.put(denied_key,
                        rows::encode_number(static_cast<std::uint64_t>(std::max(denied_at, meta.at))));
            tx_.put(contact_key, rows::encode(row));
        }
    }

    void forgotten(const Hash32& id)
    {
        const auto row = get(id);
        if (!row)
            return;
        if (row->state == State::held)
            tx_.erase(rows::key(box_, Tag::held, row->party, row->position));
        if (row->counted && row->state == State::dropped)
            leave_ghost(*row);
        else if (row->counted)
            count_held(*row, -1);
        tx_.erase(rows::key(box_, Tag::order, row->position));
        tx_.erase(rows::key(box_, Tag::in_thread, row->thread, row->position));
        tx_.erase(rows::key(box_, Tag::message, id));
        take_names(id);
        find_newest(row->thread, id);
    }

private:
    std::optional<MessageRow> get(const Hash32& id)
    {
        const auto bytes = tx_.get(rows::key(box_, Tag::message, id));
        if (!bytes)
            return std::nullopt;
        auto row = rows::decode_message(*bytes);
        return row ? std::optional{std::move(*row)} : std::nullopt;
    }

    void put(const Hash32& id, const MessageRow& row)
    {
        tx_.put(rows::key(box_, Tag::message, id), rows::encode(row));
    }

    void list(const Hash32& id, const MessageRow& row)
    {
        tx_.put(rows::key(box_, Tag::order, row.position), id.view());
        tx_.put(rows::key(box_, Tag::in_thread, row.thread, row.position), id.view());
        tx_.put(rows::key(box_, Tag::thread, row.thread), id.view());
    }

    static const model::PlatformAccount* account_of(const Arrived& meta)
    {
        const auto* party =
            meta.from.empty() ? (meta.claimed ? &*meta.claimed : nullptr) : &meta.from.front();
        return party == nullptr ? nullptr : std::get_if<model::PlatformAccount>(party);
    }

    void talks(const model::PlatformAccount& account, Talk talk)
    {
        const auto key = rows::key(box_, Tag::talk, model::party_id(account));
        const auto kept = tx_.get(key);
        const auto before = kept ? rows::decode_talk(*kept) : Talk{};
        if (kept && before.at > talk.at)
            return;
        // What the owner writes says no tail: it is that of the thread.
        if (kept && !talk.ext && before.thread == talk.thread)
            talk.ext = before.ext;
        tx_.put(key, rows::encode(talk));
    }

    void name(const Hash32& known_as, const NamedMessage& what)
    {
        tx_.put(rows::key(box_, Tag::known_as, known_as), rows::encode(what));
        tx_.put(rows::key(box_, Tag::name_of, what.message, known_as), {});
    }

    void take_names(const Hash32& message)
    {
        store::Scan scan;
        scan.prefix = rows::key(box_, Tag::name_of, message);
        scan.limit = rows::kMaxOutcomes * channel::kMostKnownAs;
        for (const auto& [key, value] : tx_.scan(scan))
        {
            tx_.erase(rows::key(box_, Tag::known_as, rows::decode_id(ByteView{key}.last(Hash32::size()))));
            tx_.erase(key);
        }
    }

    /// Its bytes are gone from the disk, and from the quota; to its sender nothing has changed.
    void leave_ghost(const MessageRow& row)
    {
        for (const auto& sum : sums_of(row))
            tx_.put(rows::key(box_, Tag::ghost, sum, row.position),
                    rows::encode(rows::Ghost{row.at, row.size}));
        const auto all_key = rows::key(box_, Tag::held_all);
        const auto kept = tx_.get(all_key);
        const auto all = kept ? rows::decode_number(*kept) : 0;
        tx_.put(all_key, rows::encode_number(all - std::min(all, row.size)));
    }

    void lapse_ghosts(const MessageRow& newer)
    {
        for (const auto& of : sums_of(newer))
        {
            store::Scan scan;
            scan.prefix = rows::key(box_, Tag::ghost, of);
            scan.limit = kMaxUnprovenMessages * 2;
            for (const auto& [key, value] : tx_.scan(scan))
            {
                const auto ghost = rows::decode_ghost(value);
                if (newer.at - ghost.at < kHoldFor)
                    continue;
                tx_.erase(key);
                add_to_sum(of, ghost.size, -1);
            }
        }
    }

    /// The party's; who proved nothing has a share of everyone's.
    static std::vector<Hash32> sums_of(const MessageRow& row)
    {
        if (row.share == row.party)
            return {row.party};
        return {row.share, row.party};
    }

    void add_to_sum(const Hash32& of, std::uint64_t size, int sign)
    {
        const auto sum_key = rows::key(box_, Tag::held_sum, of);
        const auto kept = tx_.get(sum_key);
        auto sum = kept ? rows::decode_sum(*kept) : HeldSum{};
        if (sign > 0)
        {
            sum.messages += 1;
            sum.bytes += size;
        }
        else
        {
            sum.messages -= std::min<std::uint64_t>(sum.messages, 1);
            sum.bytes -= std::min(sum.bytes, size);
        }
        tx_.put(sum_key, rows::encode(sum));
    }

    /// The thread's newest message went: the one before it takes its place.
    void find_newest(const Hash32& thread, const Hash32& gone)
    {
        const auto newest_key = rows::key(box_, Tag::thread, thread);
        const auto newest = tx_.get(newest_key);
        if (!newest || rows::decode_id(*newest) != gone)
            return;
        store::Scan scan;
        scan.prefix = rows::key(box_, Tag::in_thread, thread);
        scan.limit = 1;
        scan.backward = true;
        const auto before = tx_.scan(scan);
        if (before.empty())
            tx_.erase(newest_key);
        else
            tx_.put(newest_key, before.front().second);
    }

    void count_held(const MessageRow& row, int sign)
    {
        for (const auto& sum : sums_of(row))
            add_to_sum(sum, row.size, sign);
        const auto all_key = rows::key(box_, Tag::held_all);
        const auto kept = tx_.get(all_key);
        const auto all = kept ? rows::decode_number(*kept) : 0;
        tx_.put(all_key, rows::encode_number(sign > 0 ? all + row.size : all - std::min(all, row.size)));
    }

    ViewTx& tx_;
    const MailboxId& box_;
    Position position_;
};

class InboxFold final : public store::Fold
{
public:
    std::string_view name() const override { return kInboxView; }
    std::uint32_t version() const override { return 6; }

    // An entry that does not decode was written by a later version: it has no rows in this one.
    void apply(ViewTx& tx, const MailboxId& box, Position position, const store::Entry& entry) override
    {
        Folding fold{tx, box, position};
        switch (static_cast<Kind>(entry.kind))
        {
        case Kind::arrived:
            if (const auto meta = decode_arrived(entry.meta))
                fold.arrived(entry, *meta);
            break;
        case Kind::outgoing:
            if (const auto meta = decode_outgoing(entry.meta))
                fold.outgoing(entry, *meta);
            break;
        case Kind::outcome:
            if (const auto meta = decode_outcome(entry.meta))
                fold.outcome(entry.id, *meta);
            break;
        case Kind::released:
        case Kind::discarded:
            if (const auto meta = decode_revised(entry.meta))
                fold.revised(*meta);
            break;
        case Kind::consent:
            if (const auto meta = decode_consent(entry.meta))
                fold.consent(*meta);
            break;
        case Kind::notice:
            if (const auto meta = decode_notice(entry.meta))
                fold.notice(entry.id, *meta);
            break;
        case Kind::leg:
            if (const auto meta = decode_leg(entry.meta))
                fold.leg(entry, *meta);
            break;
        case Kind::unsent:
            if (const auto meta = decode_outgoing(entry.meta))
                fold.unsent(entry, *meta);
            break;
        }
    }

    void forgotten(ViewTx& tx, const MailboxId& box, Position position, const Hash32& id,
                   const Hash32& /*thread*/) override
    {
        Folding{tx, box, position}.forgotten(id);
    }
};
} // namespace

std::unique_ptr<store::Fold> make_inbox_fold()
{
    return std::make_unique<InboxFold>();
}
} // namespace dmid::gateway
