// SPDX-License-Identifier: Apache-2.0
// Private to the preparing of legs: what can be said instead of sending, and the leg itself.
#pragma once

#include "gateway/legs.hpp"

#include <string>

namespace dmid::gateway
{
Prepared try_later(const Error& error);
/// Not now and not later.
Prepared refused(Errc code, std::string words);
/// Waits for the owner or for time; `look_at`: when that may have changed, 0 for soon.
Prepared hold(Errc code, std::string words, UnixMillis look_at = 0);

/// The item's leg to that address, with its deadline.
channel::Leg leg_of(const Context& context, const store::WorkItem& item, std::string address);

/// A way to the owner, as it is bound now.
struct Way
{
    ServedPtr served;
    Binding binding;
    Channels::const_iterator channel;
};
/// Or why there is none.
tl::expected<Way, Prepared> find_way(const Context& context, const store::WorkItem& item,
                                     const LegMeta& meta);

/// Where the policy's hours keep a leg back now: the hold that says until when.
std::optional<Prepared> kept_back(const Context& context, const Served& served, const LegPlan& plan);

/// One message to one of the owner's addresses.
Prepared prepare_for_owner(const Context& context, const store::WorkItem& item, const LegMeta& meta);
/// A digest's own id, of which its leg is.
Hash32 digest_id(const store::MailboxId& box, const std::string& label, UnixTime slot);
/// Those that wait for a digest to one of the owner's addresses, as one message.
Prepared prepare_digest(const Context& context, const store::WorkItem& item, const LegMeta& meta);
} // namespace dmid::gateway
