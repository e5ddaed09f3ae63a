// SPDX-License-Identifier: Apache-2.0
#include "gateway/grant.hpp"

#include "keys/random.hpp"
#include "model/receipt.hpp"
#include "seal/envelope_id.hpp"

namespace dmid::gateway
{
namespace
{
constexpr std::string_view kIssued = "ticket-issued/";
constexpr std::string_view kGranted = "ticket-granted/";

std::string ticket_cell(std::string_view prefix, const model::Party& party)
{
    return std::string{prefix} + to_hex(model::party_id(party).view());
}

/// A ticket's cell: its 32 bytes, and one more where it is that of a blocked contact.
struct TicketCell
{
    Secret32 ticket;
    bool sink = false;
    std::uint64_t version = 0;
};

Result<std::optional<TicketCell>> read_cell(const Context& context, const store::MailboxId& box,
                                            const std::string& name)
{
    DMID_TRY(auto cell, context.mailbox.cell(box, name));
    if (!cell)
        return std::optional<TicketCell>{};
    const auto& value = cell->value;
    if (value.size() != 32 && value.size() != 33)
        return fail(Errc::store_corrupt, "a ticket cell");
    TicketCell out;
    std::copy_n(value.begin(), 32, out.ticket.data());
    out.sink = value.size() == 33;
    out.version = cell->version;
    return std::optional{std::move(out)};
}

Result<std::optional<Secret32>> read_ticket(const Context& context, const store::MailboxId& box,
                                            const std::string& name)
{
    DMID_TRY(auto cell, read_cell(context, box, name));
    return cell ? std::optional{cell->ticket} : std::nullopt;
}

/// The receipt that a control message brings, if it is about a message that we sent to its author.
std::optional<NoticeMeta> receipt_in(const Context& context, const Arrival& arrival)
{
    const auto& rumor = arrival.opened->rumor;
    const auto* tag = seal::find_tag(rumor, kReceiptTag);
    const auto* about = seal::find_tag(rumor, "e");
    if (tag == nullptr || about == nullptr)
        return std::nullopt;
    const auto bytes = from_base64url((*tag)[1]);
    const auto message = fixed_from_hex<Hash32>((*about)[1]);
    if (!bytes || !message)
        return std::nullopt;
    const auto receipt = model::decode_receipt(*bytes);
    const auto& from = arrival.envelope.from.front();
    if (!receipt || !model::verify_receipt(*receipt) || model::Party{receipt->receipt.to} != from)
        return std::nullopt;
    const auto sent = context.mailbox.find(arrival.to->box(), *message);
    if (!sent || !*sent || (*sent)->forgotten ||
        (*sent)->entry.kind != static_cast<std::uint16_t>(Kind::outgoing))
        return std::nullopt;
    const auto letter = decode_letter((*sent)->entry.body);
    const auto ours =
        letter ? seal::parse_rumor(letter->rumor) : Result<seal::Rumor>{fail(Errc::store_corrupt)};
    if (!ours ||
        seal::envelope_id_rumor(receipt->receipt.to, *message, ours->pubkey) != receipt->receipt.envelope)
        return std::nullopt;
    NoticeMeta meta;
    meta.what = kReceiptNotice;
    meta.message = *message;
    meta.receipt = static_cast<std::uint8_t>(receipt->receipt.state);
    return meta;
}

bool from_number(const Arrival& arrival)
{
    return arrival.envelope.from.size() == 1 &&
           std::holds_alternative<model::Identity>(arrival.envelope.from.front());
}
} // namespace

bool is_control(const Arrival& arrival)
{
    return arrival.opened && from_number(arrival) && arrival.contact.answered() &&
           seal::find_tag(arrival.opened->rumor, kControlTag) != nullptr;
}

Result<store::Append> control_entry(const Context& context, const Arrival& arrival)
{
    const auto receipt = receipt_in(context, arrival);
    auto meta = receipt.value_or(NoticeMeta{});
    meta.from = arrival.envelope.from.front();
    if (!receipt)
        meta.what = kGrantNotice;
    meta.at = arrival.now;
    store::Entry entry;
    entry.id = arrival.id;
    entry.kind = static_cast<std::uint16_t>(Kind::notice);
    entry.thread = model::thread_id(arrival.to->identity, arrival.envelope.ext, arrival.envelope.from);
    entry.meta = encode(meta);
    entry.content = arrival.envelope.ref;
    entry.time = arrival.now * 1000;
    // A grant has done its work with this append; only its id is needed on.
    if (!receipt)
        entry.reclaim_at = (arrival.now + kReclaimDroppedAfter) * 1000;
    store::Append what;
    what.mailbox = arrival.to->box();
    what.entries.push_back(std::move(entry));
    return what;
}

void add_granted_ticket(const Context& context, const Arrival& arrival, store::Append& what)
{
    if (!arrival.opened || !from_number(arrival) ||
        !(arrival.contact.answered() || arrival.contact.contact()))
        return;
    const auto* tag = seal::find_tag(arrival.opened->rumor, kGrantTag);
    if (tag == nullptr)
        return;
    auto ticket = from_base64url((*tag)[1]);
    if (!ticket || ticket->size() != 32)
        return;
    const auto name = ticket_cell(kGranted, arrival.envelope.from.front());
    const auto cell = context.mailbox.cell(arrival.to->box(), name);
    if (!cell || (*cell && (*cell)->value == *ticket))
        return;
    what.cells.push_back({name, *cell ? (*cell)->version : 0, std::move(*ticket)});
}

Result<std::optional<Secret32>> issued_ticket(const Context& context, const store::MailboxId& box,
                                              const model::Party& to)
{
    return read_ticket(context, box, ticket_cell(kIssued, to));
}

Result<std::optional<Secret32>> granted_ticket(const Context& context, const store::MailboxId& box,
                                               const model::Party& by)
{
    return read_ticket(context, box, ticket_cell(kGranted, by));
}

Result<Secret32> issue_ticket(Context& context, const Served& served, const model::Party& to)
{
    const auto box = served.box();
    DMID_TRY(auto present, issued_ticket(context, box, to));
    if (present)
        return *present;
    const auto ticket = keys::random_secret();
    const auto set =
        context.mailbox.compare_and_set(box, ticket_cell(kIssued, to), 0, to_bytes(ticket.view()));
    if (!set && set.error().code != Errc::store_conflict)
        return tl::unexpected<Error>(set.error());
    // Another thread may have been first: what is stored counts.
    DMID_TRY(auto stored, issued_ticket(context, box, to));
    if (!stored)
        return fail(Errc::store_corrupt, "a ticket is gone");
    context.tickets.put(served.identity.number, *stored, false, context.clock.now());
    return *stored;
}

Result<std::optional<Secret32>> mark_ticket(const Context& context, const store::MailboxId& box,
                                            const model::Party& of, bool sink, store::Append& what)
{
    const auto name = ticket_cell(kIssued, of);
    DMID_TRY(auto cell, read_cell(context, box, name));
    if (!cell)
        return std::optional<Secret32>{};
    if (cell->sink != sink)
    {
        auto value = to_bytes(cell->ticket.view());
        if (sink)
            value.push_back(1);
        what.cells.push_back({name, cell->version, std::move(value)});
    }
    return std::optional{cell->ticket};
}

Result<> load_tickets(Context& context, const Served& served)
{
    DMID_TRY(auto names, context.mailbox.cell_names(served.box(), kIssued));
    for (const auto& name : names)
    {
        DMID_TRY(auto cell, read_cell(context, served.box(), name));
        if (cell)
            context.tickets.put(served.identity.number, cell->ticket, cell->sink, context.clock.now());
    }
    return {};
}
} // namespace dmid::gateway
