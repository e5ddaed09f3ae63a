// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "gateway/context.hpp"

#include <vector>

namespace dmid::gateway
{
/// Of what was said, whatever surrounds it: the same line again is the same letter.
Hash32 content_of(const channel::ChatLine& line);
/// Platforms give an edit the id of what it edits, and a reaction none: each is a message of its own here,
/// the same one when it is brought again.
std::string native_id_of(const channel::ChatLine& line, const Hash32& content);

/// What an owner does, at an account that is bound, to a message there: their own to change or take back, one
/// that was brought to react to. Counted by the line, so that one that comes again does nothing. `owners`:
/// the numbers that the account is bound to. Anything else that it names is passed over without a word.
net::Task<channel::Heard> hear_amendment(Context& context, channel::ChatLine line,
                                         std::vector<ServedPtr> owners);
} // namespace dmid::gateway
