// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/facts.hpp"

/// When what was let in is brought to the owner (docs/protocol/policy.md, "Hours"). Pure: the zones come from
/// the caller, and one that it does not know silences nothing.
namespace dmid::policy
{
/// Whether a minute of the week lies in a window.
bool inside(const Window& window, unsigned minute) noexcept;

/// Until when nothing goes to this label: the end of its quiet hours, which an urgent message passes, or of
/// those in which it is off, which nothing does. Nothing where it may go now. Looks eight days ahead: what
/// never ends is given as that.
std::optional<UnixTime> silent_until(const Policy& policy, std::string_view label, bool urgent, UnixTime now,
                                     const MinuteOfWeek& zones);

/// The first moment after `now` at which a digest goes out; `now` where the policy names none.
UnixTime next_digest(const Policy& policy, UnixTime now, const MinuteOfWeek& zones);
} // namespace dmid::policy
