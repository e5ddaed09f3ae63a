// SPDX-License-Identifier: Apache-2.0
#include "gateway/grant.hpp"

#include "keys/random.hpp"

namespace dmid::gateway
{
namespace
{
constexpr std::string_view kIssued = "ticket-issued/";
constexpr std::string_view kGranted = "ticket-granted/";

std::string cell_name(std::string_view prefix, const model::Party& party)
{
    return std::string{prefix} + to_hex(model::party_id(party).view());
}

Result<Secret32> secret_in(ByteView value)
{
    if (value.size() < 32)
        return fail(Errc::store_corrupt, "a ticket cell");
    Secret32 out;
    std::copy_n(value.begin(), 32, out.data());
    return out;
}

Result<std::optional<Secret32>> read_ticket(const Context& context, const store::MailboxId& box,
                                            const std::string& name)
{
    DMID_TRY(auto cell, context.mailbox.cell(box, name));
    if (!cell)
        return std::optional<Secret32>{};
    DMID_TRY(auto secret, secret_in(cell->value));
    return std::optional{secret};
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

Result<store::Append> control_entry(const Context& /*context*/, const Arrival& arrival)
{
    NoticeMeta meta;
    meta.from = arrival.envelope.from.front();
    meta.what = "grant";
    meta.at = arrival.now;
    store::Entry entry;
    entry.id = arrival.id;
    entry.kind = static_cast<std::uint16_t>(Kind::notice);
    entry.thread = model::thread_id(arrival.to->identity, arrival.envelope.ext, arrival.envelope.from);
    entry.meta = encode(meta);
    entry.content = arrival.envelope.ref;
    entry.time = arrival.now * 1000;
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
    const auto name = cell_name(kGranted, arrival.envelope.from.front());
    const auto cell = context.mailbox.cell(arrival.to->box(), name);
    if (!cell || (*cell && (*cell)->value == *ticket))
        return;
    what.cells.push_back({name, *cell ? (*cell)->version : 0, std::move(*ticket)});
}

Result<std::optional<Secret32>> issued_ticket(const Context& context, const store::MailboxId& box,
                                              const model::Party& to)
{
    return read_ticket(context, box, cell_name(kIssued, to));
}

Result<std::optional<Secret32>> granted_ticket(const Context& context, const store::MailboxId& box,
                                               const model::Party& by)
{
    return read_ticket(context, box, cell_name(kGranted, by));
}

Result<Secret32> issue_ticket(Context& context, const Served& served, const model::Party& to)
{
    const auto box = served.box();
    DMID_TRY(auto present, issued_ticket(context, box, to));
    if (present)
        return *present;
    const auto ticket = keys::random_secret();
    const auto set = context.mailbox.compare_and_set(box, cell_name(kIssued, to), 0, to_bytes(ticket.view()));
    if (!set && set.error().code != Errc::store_conflict)
        return tl::unexpected<Error>(set.error());
    // Another thread may have been first: what is stored counts.
    DMID_TRY(auto stored, issued_ticket(context, box, to));
    if (!stored)
        return fail(Errc::store_corrupt, "a ticket is gone");
    context.tickets.put(served.identity.number, *stored, false, context.clock.now());
    return *stored;
}

Result<> load_tickets(Context& context, const Served& served)
{
    DMID_TRY(auto names, context.mailbox.cell_names(served.box(), kIssued));
    for (const auto& name : names)
    {
        DMID_TRY(auto ticket, read_ticket(context, served.box(), name));
        if (ticket)
            context.tickets.put(served.identity.number, *ticket, false, context.clock.now());
    }
    return {};
}
} // namespace dmid::gateway
