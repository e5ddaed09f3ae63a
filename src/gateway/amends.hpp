// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/outgoing.hpp"
#include "gateway/stages.hpp"

#include <optional>
#include <string>

/// Edits, retractions and reactions: what a message does to an earlier one, natively where a channel can and
/// the earlier one stands there, in words elsewhere.
namespace dmid::gateway
{
/// What an arriving letter or reaction does; nothing for an ordinary message, and where the earlier one is
/// not here, is of another conversation, or is not the sender's own to change. Blocks on the store.
Result<std::optional<Amends>> amends_of(const Context& context, const Arrival& arrival);

/// The ids by which a message is known on a channel at an owner's label, or at its other side where `label`
/// is empty: the platform's names of its last accepted leg there, or the name that it came with from there.
/// Empty: it does not stand there.
Result<std::vector<std::string>> names_at(const Context& context, const store::MailboxId& box,
                                          const Hash32& message, std::string_view channel,
                                          std::string_view label);

/// Puts an amendment into what goes out: as one, with the ids that the earlier message has there, or into the
/// text. `ids`: what names_at() gave.
void put_amendment(const Context& context, const store::MailboxId& box, const Amends& amends,
                   const channel::Traits& traits, std::vector<std::string> ids, channel::Outgoing& out);

/// What a message says, or said: empty where it was forgotten.
Result<std::string> text_of(const Context& context, const store::MailboxId& box, const Hash32& message);

/// `[changed “See you at…” to:] See you at five`.
std::string amended_words(Amends::Kind kind, const std::string& earlier, const std::string& text);
} // namespace dmid::gateway
