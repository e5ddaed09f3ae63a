// SPDX-License-Identifier: Apache-2.0
#include "gateway/views.hpp"

#include "crypto/sha256.hpp"
#include "gateway/view_rows.hpp"
#include "net/source.hpp"

#include <algorithm>
#include <limits>

namespace dmid::gateway
{
using rows::Tag;

Hash32 party_key(const model::Counterparty& from) noexcept
{
    return from.empty() ? Hash32{} : model::party_id(from.front());
}

Hash32 unproven_share(const store::MailboxId& box, const std::string& source)
{
    auto name = to_bytes(as_bytes("dmid/unproven"));
    dmid::append(name, box.view());
    dmid::append(name, as_bytes(net::network_of(source)));
    return crypto::sha256(name);
}

Result<InboxView> InboxView::open(const store::Mailbox& mailbox)
{
    DMID_TRY(auto reader, mailbox.view(kInboxView));
    return InboxView{std::move(reader)};
}

Result<std::optional<MessageRow>> InboxView::message(const store::MailboxId& box, const Hash32& id) const
{
    DMID_TRY(auto bytes, reader_->get(rows::key(box, Tag::message, id)));
    if (!bytes)
        return std::optional<MessageRow>{};
    DMID_TRY(auto row, rows::decode_message(*bytes));
    return std::optional{std::move(row)};
}

namespace
{
Result<std::vector<ListedMessage>> listed(const InboxView& view, const store::MailboxId& box,
                                          const std::vector<store::Row>& found)
{
    std::vector<ListedMessage> out;
    for (const auto& [key, id_bytes] : found)
    {
        const auto id = rows::decode_id(id_bytes);
        DMID_TRY(auto row, view.message(box, id));
        if (row)
            out.push_back({id, std::move(*row)});
    }
    return out;
}
} // namespace

Result<std::vector<ListedMessage>> InboxView::messages(const store::MailboxId& box, store::Position after,
                                                       std::size_t limit) const
{
    store::Scan scan;
    scan.prefix = rows::key(box, Tag::order);
    if (after != 0)
        scan.after = rows::key(box, Tag::order, after);
    scan.limit = limit;
    DMID_TRY(auto found, reader_->scan(scan));
    return listed(*this, box, found);
}

Result<std::vector<ListedMessage>> InboxView::thread(const store::MailboxId& box, const Hash32& thread,
                                                     store::Position after, std::size_t limit) const
{
    store::Scan scan;
    scan.prefix = rows::key(box, Tag::in_thread, thread);
    if (after != 0)
        scan.after = rows::key(box, Tag::in_thread, thread, after);
    scan.limit = limit;
    DMID_TRY(auto found, reader_->scan(scan));
    return listed(*this, box, found);
}

Result<std::vector<ListedMessage>> InboxView::incoming_before(const store::MailboxId& box,
                                                              const Hash32& thread, store::Position before,
                                                              std::size_t limit, std::size_t among) const
{
    std::vector<ListedMessage> out;
    store::Scan scan;
    scan.prefix = rows::key(box, Tag::in_thread, thread);
    scan.after = rows::key(box, Tag::in_thread, thread, before);
    scan.backward = true;
    // Mostly they are the other side's, so that the first page is enough.
    for (std::size_t seen = 0; seen < among && out.size() < limit; seen += scan.limit)
    {
        scan.limit = std::min(limit, among - seen);
        DMID_TRY(auto found, reader_->scan(scan));
        DMID_TRY(auto messages, listed(*this, box, found));
        for (auto& message : messages)
            if (message.row.incoming && out.size() < limit)
                out.push_back(std::move(message));
        if (found.size() < scan.limit)
            break;
        scan.after = found.back().first;
    }
    return out;
}

Result<std::vector<std::pair<Hash32, Hash32>>> InboxView::threads(const store::MailboxId& box) const
{
    store::Scan scan;
    scan.prefix = rows::key(box, Tag::thread);
    scan.limit = 10'000;
    DMID_TRY(auto found, reader_->scan(scan));
    std::vector<std::pair<Hash32, Hash32>> out;
    for (const auto& [key, id] : found)
        out.emplace_back(rows::decode_id(ByteView{key}.subspan(scan.prefix.size())), rows::decode_id(id));
    return out;
}

Result<std::vector<Hash32>> InboxView::held(const store::MailboxId& box, const std::optional<Hash32>& party,
                                            std::size_t limit) const
{
    store::Scan scan;
    scan.prefix = party ? rows::key(box, Tag::held, *party) : rows::key(box, Tag::held);
    scan.limit = limit;
    DMID_TRY(auto found, reader_->scan(scan));
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b)
              { return rows::position_in(a.first) < rows::position_in(b.first); });
    std::vector<Hash32> out;
    for (const auto& [key, id] : found)
        out.push_back(rows::decode_id(id));
    return out;
}

Hash32 label_key(const std::string& label)
{
    auto name = to_bytes(as_bytes("dmid/label"));
    dmid::append(name, as_bytes(label));
    return crypto::sha256(name);
}

Result<std::vector<Hash32>> InboxView::digest(const store::MailboxId& box, const std::string& label,
                                              UnixTime slot, std::size_t limit) const
{
    store::Scan scan;
    scan.prefix = rows::key(box, Tag::digest, label_key(label));
    // By id and not by time: all are looked at, so that nothing is left behind.
    scan.limit = kMostRequests;
    DMID_TRY(const auto found, reader_->scan(scan));
    std::vector<std::pair<store::Position, Hash32>> waiting;
    for (const auto& [key, at] : found)
    {
        if (static_cast<UnixTime>(rows::decode_number(at)) > slot)
            continue;
        const auto id = rows::decode_id(ByteView{key}.last(Hash32::size()));
        DMID_TRY(const auto row, message(box, id));
        waiting.emplace_back(row ? row->position : std::numeric_limits<store::Position>::max(), id);
    }
    std::sort(waiting.begin(), waiting.end());
    waiting.resize(std::min(waiting.size(), limit));
    std::vector<Hash32> out;
    for (const auto& [position, id] : waiting)
        out.push_back(id);
    return out;
}

Result<HeldSum> InboxView::held_sum(const store::MailboxId& box, const Hash32& party, UnixTime now) const
{
    DMID_TRY(auto bytes, reader_->get(rows::key(box, Tag::held_sum, party)));
    auto sum = bytes ? rows::decode_sum(*bytes) : HeldSum{};
    store::Scan scan;
    scan.prefix = rows::key(box, Tag::ghost, party);
    scan.limit = kMaxUnprovenMessages * 2;
    DMID_TRY(auto ghosts, reader_->scan(scan));
    for (const auto& [key, value] : ghosts)
        if (const auto ghost = rows::decode_ghost(value); now - ghost.at >= kHoldFor)
        {
            sum.messages -= std::min<std::uint64_t>(sum.messages, 1);
            sum.bytes -= std::min(sum.bytes, ghost.size);
        }
    return sum;
}

Result<std::uint64_t> InboxView::held_bytes(const store::MailboxId& box) const
{
    DMID_TRY(auto bytes, reader_->get(rows::key(box, Tag::held_all)));
    return bytes ? rows::decode_number(*bytes) : std::uint64_t{0};
}

namespace
{
Result<std::vector<Hash32>> ids_from(const store::ViewReader& reader, Bytes prefix, ByteView begin,
                                     std::size_t limit)
{
    const auto at = prefix.size();
    store::Scan scan;
    scan.prefix = std::move(prefix);
    dmid::append(scan.prefix, begin);
    scan.limit = limit;
    DMID_TRY(auto found, reader.scan(scan));
    std::vector<Hash32> out;
    for (const auto& [key, value] : found)
        out.push_back(rows::decode_id(ByteView{key}.subspan(at)));
    return out;
}
} // namespace

Result<std::vector<Hash32>> InboxView::threads_from(const store::MailboxId& box, ByteView begin,
                                                    std::size_t limit) const
{
    return ids_from(*reader_, rows::key(box, Tag::thread), begin, limit);
}

Result<std::vector<Hash32>> InboxView::legs_from(const store::MailboxId& box, ByteView begin,
                                                 std::size_t limit) const
{
    return ids_from(*reader_, rows::key(box, Tag::leg), begin, limit);
}

Result<std::optional<Talk>> InboxView::talk(const store::MailboxId& box,
                                            const model::PlatformAccount& account) const
{
    DMID_TRY(const auto bytes, reader_->get(rows::key(box, Tag::talk, model::party_id(account))));
    if (!bytes)
        return std::optional<Talk>{};
    return std::optional{rows::decode_talk(*bytes)};
}

Result<std::optional<NamedMessage>> InboxView::known_as(const store::MailboxId& box, const Hash32& name) const
{
    DMID_TRY(const auto bytes, reader_->get(rows::key(box, Tag::known_as, name)));
    if (!bytes)
        return std::optional<NamedMessage>{};
    return std::optional{rows::decode_named(*bytes)};
}

Result<ContactRow> InboxView::contact(const store::MailboxId& box, const model::Counterparty& parties) const
{
    ContactRow joined;
    for (const auto& party : parties)
    {
        DMID_TRY(auto bytes, reader_->get(rows::key(box, Tag::contact, model::party_id(party))));
        const auto row = bytes ? rows::decode_contact(*bytes) : ContactRow{};
        joined.allowed_at = std::max(joined.allowed_at, row.allowed_at);
        joined.answered_at = std::max(joined.answered_at, row.answered_at);
        DMID_TRY(auto denied, reader_->get(rows::key(box, Tag::denied, model::party_id_any_epoch(party))));
        if (!denied)
            continue;
        // The rows keep the latest of each word, so entries merge in any order; deny wins a tie.
        const auto denied_at = static_cast<UnixTime>(rows::decode_number(*denied));
        if (denied_at >= row.allowed_at)
            joined.denied_at = std::max(joined.denied_at, denied_at);
    }
    return joined;
}
} // namespace dmid::gateway
