// SPDX-License-Identifier: Apache-2.0
#include "gateway/links.hpp"

#include "gateway/files.hpp"
#include "gateway/link_words.hpp"
#include "gateway/records.hpp"
#include "gateway/sealed_link.hpp"
#include "model/envelope.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
constexpr UnixTime kLinkDay = 24 * 3600;
/// Two downloads that begin at one moment both write the count; more in a row than this are not people.
constexpr unsigned kCountTries = 8;

/// The end of the day that lies the terms' days ahead.
UnixTime end_of(const Context& context)
{
    const auto today = context.clock.now() / kLinkDay;
    return (today + static_cast<UnixTime>(context.links.days) + 1) * kLinkDay;
}

/// Makes the cell, or moves its end; a count and an end that somebody set stay.
Result<> keep_one(const Context& context, const store::MailboxId& box, const Bytes& token, UnixTime ends,
                  const LinkTarget& target)
{
    const auto name = link_cell(token);
    for (unsigned tries = 0;; ++tries)
    {
        DMID_TRY(const auto cell, context.mailbox.cell(box, name));
        auto link = cell ? read_link(cell->value) : std::nullopt;
        if (link && (link->ends >= ends || link->used >= kLinkDownloads))
            return {};
        if (!link)
            link = seal_link(token, target);
        link->ends = ends;
        const auto set =
            context.mailbox.compare_and_set(box, name, cell ? cell->version : 0, link_bytes(*link));
        if (set)
            return {};
        if (set.error().code != Errc::store_conflict || tries == kCountTries)
            return tl::unexpected<Error>(set.error());
    }
}

/// The files of a message that is still there.
Result<std::vector<model::Attachment>> files_of(const Context& context, const store::MailboxId& box,
                                                const Hash32& message)
{
    std::vector<model::Attachment> none;
    DMID_TRY(const auto stored, context.mailbox.find(box, message));
    if (!stored || stored->forgotten)
        return none;
    const auto kind = static_cast<Kind>(stored->entry.kind);
    if (kind == Kind::arrived)
    {
        const auto envelope = model::decode_envelope(stored->entry.body);
        return envelope ? attachments_of(*envelope) : none;
    }
    if (kind != Kind::outgoing)
        return none;
    auto letter = decode_letter(stored->entry.body);
    return letter ? std::move(letter->files) : none;
}

/// Where a token's cell lies, and what it says.
struct Place
{
    store::MailboxId box;
    std::string name;
    store::Cell cell;
    KeptLink link;
};

Result<std::optional<Place>> find_place(const Context& context, ByteView token)
{
    Place place;
    place.name = link_cell(token);
    for (const auto& served : context.served.all())
    {
        place.box = served->box();
        if (!is_of(token, place.box))
            continue;
        DMID_TRY(auto cell, context.mailbox.cell(place.box, place.name));
        if (!cell)
            continue;
        auto link = read_link(cell->value);
        if (!link)
            return fail(Errc::store_corrupt, "a link does not read back");
        place.cell = std::move(*cell);
        place.link = std::move(*link);
        return std::optional{std::move(place)};
    }
    return std::optional<Place>{};
}

Result<FoundLink> look(const Context& context, ByteView token, const Place& place)
{
    FoundLink out;
    out.state = FoundLink::State::ended;
    if (context.clock.now() >= place.link.ends || place.link.used >= kLinkDownloads)
        return out;
    DMID_TRY(const auto target, open_link(token, place.link));
    DMID_TRY(auto files, files_of(context, place.box, target.message));
    if (target.file >= files.size() || files[target.file].pieces.empty())
        return out;
    out.file = std::move(files[target.file]);
    out.ends = place.link.ends;
    out.left = kLinkDownloads - place.link.used;
    out.state = FoundLink::State::good;
    return out;
}

Result<> end_one(const Context& context, const store::MailboxId& box, const Bytes& token)
{
    const auto name = link_cell(token);
    for (unsigned tries = 0;; ++tries)
    {
        DMID_TRY(const auto cell, context.mailbox.cell(box, name));
        auto link = cell ? read_link(cell->value) : std::nullopt;
        if (!link)
            return {};
        link->used = kLinkDownloads;
        link->sealed.clear();
        const auto set = context.mailbox.compare_and_set(box, name, cell->version, link_bytes(*link));
        if (set)
            return {};
        if (set.error().code != Errc::store_conflict || tries == kCountTries)
            return tl::unexpected<Error>(set.error());
    }
}
} // namespace

bool links_to(const Context& context, const std::vector<model::Attachment>& files)
{
    return !context.links.base.empty() && !files.empty() &&
           std::none_of(files.begin(), files.end(),
                        [](const model::Attachment& file) { return file.pieces.empty(); });
}

namespace
{
PlannedLinks plan_until(const Context& context, const store::MailboxId& box, const std::optional<Hash32>& leg,
                        const std::vector<model::Attachment>& files, std::size_t room, UnixTime ends)
{
    PlannedLinks out;
    out.ends = ends;
    std::vector<std::string> urls;
    for (std::size_t i = 0; i < files.size(); ++i)
    {
        out.tokens.push_back(link_token(context.node_key.secret, box, leg.value_or(files[i].key), i));
        urls.push_back(context.links.base + std::string{kLinkPath} + to_base32(out.tokens.back()));
    }
    std::size_t told = 0;
    out.words = linked_words(files, urls, out.ends, room, told);
    out.tokens.resize(told);
    return out;
}
} // namespace

PlannedLinks plan_links(const Context& context, const store::MailboxId& box, const std::optional<Hash32>& leg,
                        const std::vector<model::Attachment>& files, std::size_t room)
{
    return plan_until(context, box, leg, files, room, end_of(context));
}

Result<std::string> made_links(const Context& context, const store::MailboxId& box, const Hash32& leg,
                               const std::vector<model::Attachment>& files)
{
    if (!links_to(context, files))
        return std::string{};
    const auto first = link_token(context.node_key.secret, box, leg, 0);
    DMID_TRY(const auto cell, context.mailbox.cell(box, link_cell(first)));
    const auto link = cell ? read_link(cell->value) : std::nullopt;
    if (!link)
        return std::string{};
    return plan_until(context, box, leg, files, model::kMaxText, link->ends).words;
}

std::vector<store::CellUpdate> new_links(const PlannedLinks& planned, const Hash32& message)
{
    std::vector<store::CellUpdate> out;
    for (std::size_t i = 0; i < planned.tokens.size(); ++i)
    {
        auto link = seal_link(planned.tokens[i], {message, i});
        link.ends = planned.ends;
        out.push_back({link_cell(planned.tokens[i]), 0, link_bytes(link)});
    }
    return out;
}

Result<PlannedLinks> keep_links(const Context& context, const store::MailboxId& box, const Hash32& message,
                                const Hash32& leg, const std::vector<model::Attachment>& files,
                                std::size_t room)
{
    auto planned = plan_links(context, box, leg, files, room);
    for (std::size_t i = 0; i < planned.tokens.size(); ++i)
    {
        DMID_TRY(keep_one(context, box, planned.tokens[i], planned.ends, {message, i}));
    }
    return planned;
}

std::size_t room_beside(std::string_view text, const channel::Channel& channel)
{
    // Who writes, what is proven, how to answer.
    constexpr std::size_t kFrame = 256;
    const auto most = channel.traits().max_text;
    return most > text.size() + kFrame ? most - text.size() - kFrame : 0;
}

Result<FoundLink> find_link(const Context& context, std::string_view token)
{
    const auto bytes = parse_link_token(token);
    if (!bytes)
        return FoundLink{};
    DMID_TRY(const auto place, find_place(context, *bytes));
    if (!place)
        return FoundLink{};
    return look(context, *bytes, *place);
}

Result<FoundLink> use_link(const Context& context, std::string_view token)
{
    const auto bytes = parse_link_token(token);
    if (!bytes)
        return FoundLink{};
    for (unsigned tries = 0;; ++tries)
    {
        DMID_TRY(const auto place, find_place(context, *bytes));
        if (!place)
            return FoundLink{};
        DMID_TRY(auto found, look(context, *bytes, *place));
        if (found.state != FoundLink::State::good)
            return found;
        auto counted = place->link;
        ++counted.used;
        const auto set = context.mailbox.compare_and_set(place->box, place->name, place->cell.version,
                                                         link_bytes(counted));
        if (set)
        {
            --found.left;
            return found;
        }
        if (set.error().code != Errc::store_conflict || tries == kCountTries)
            return tl::unexpected<Error>(set.error());
    }
}

Result<> end_links(const Context& context, const store::MailboxId& box, const Hash32& message)
{
    DMID_TRY(const auto files, files_of(context, box, message));
    // To others there is one leg, without a label; a sealed letter's links are named by its files.
    const auto leg = model::leg_id(message, {}, 0);
    for (std::size_t i = 0; i < files.size(); ++i)
        for (const auto& of : {leg, files[i].key})
        {
            DMID_TRY(end_one(context, box, link_token(context.node_key.secret, box, of, i)));
        }
    return {};
}

Result<std::size_t> sweep_links(const Context& context, const store::MailboxId& box, UnixTime now)
{
    std::size_t dropped = 0;
    DMID_TRY(const auto names, context.mailbox.cell_names(box, kLinkCells));
    for (const auto& name : names)
    {
        DMID_TRY(const auto cell, context.mailbox.cell(box, name));
        if (!cell)
            continue;
        const auto link = read_link(cell->value);
        if (link && now - link->ends < kKeepEndedLinks)
            continue;
        const auto gone = context.mailbox.compare_and_set(box, name, cell->version, std::nullopt);
        if (!gone && gone.error().code != Errc::store_conflict)
            return tl::unexpected<Error>(gone.error());
        ++dropped;
    }
    return dropped;
}
} // namespace dmid::gateway
