// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/stages.hpp"

/// Tickets between numbers (docs/protocol/ticket.md, "Handing out"): a rumor tag `dmid-grant` carries the
/// ticket of its author's number to the reader; a rumor with the tag `dmid-control` is for the reader's node
/// and is never shown.
namespace dmid::gateway
{
inline constexpr std::string_view kGrantTag = "dmid-grant";
inline constexpr std::string_view kControlTag = "dmid-control";
inline constexpr std::string_view kReceiptTag = "dmid-receipt";

/// A control message of a proven number that this owner has written to; anything else is an ordinary message.
bool is_control(const Arrival& arrival);
/// Its entry: a grant, or what became of a message of ours (docs/protocol/receipt.md).
Result<store::Append> control_entry(const Context& context, const Arrival& arrival);
/// Adds what a proven number granted us to the append, if the owner deals with that number.
void add_granted_ticket(const Context& context, const Arrival& arrival, store::Append& what);

/// The ticket that `box` issued to a party; made and remembered where there is none yet. Blocks on the store.
Result<Secret32> issue_ticket(Context& context, const Served& served, const model::Party& to);
/// The same without making one.
Result<std::optional<Secret32>> issued_ticket(const Context& context, const store::MailboxId& box,
                                              const model::Party& to);
/// What a party granted us; nothing where it did not.
Result<std::optional<Secret32>> granted_ticket(const Context& context, const store::MailboxId& box,
                                               const model::Party& by);
/// Marks the ticket that a party was issued as one of a blocked contact, or as good again: in the append, for
/// good. Nothing where none was issued.
Result<std::optional<Secret32>> mark_ticket(const Context& context, const store::MailboxId& box,
                                            const model::Party& of, bool sink, store::Append& what);
/// Loads every issued ticket into the doors; at start and once a day.
Result<> load_tickets(Context& context, const Served& served);
} // namespace dmid::gateway
