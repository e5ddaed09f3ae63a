// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"
#include "gateway/records.hpp"

#include <optional>
#include <string_view>

/// The names that platforms give to messages: answers, edits, reactions and receipts come back with them.
namespace dmid::gateway
{
/// By what a platform's id of a message is kept and found: an HMAC under the node key over channel, account
/// (the other side of that conversation) and id, so that the view tells nobody an address.
Hash32 known_as(const Context& context, std::string_view channel, std::string_view account,
                std::string_view id);

/// A message that a platform knows, in one of the served mailboxes.
struct KnownMessage
{
    ServedPtr served;
    Hash32 message;
    std::optional<Hash32> leg; ///< by which it went out; nothing where it came in
};
/// Nothing where no message of this node goes by that name. Blocks on the store.
Result<std::optional<KnownMessage>> find_known(const Context& context, std::string_view channel,
                                               std::string_view account, std::string_view id);
} // namespace dmid::gateway
