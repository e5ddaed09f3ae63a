// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/known_as.hpp"

#include <string>

/// Codes by which an owner answers on a channel that proves no sender: each goes out with one message, is
/// good for one answer, and for as long as the answer addresses of mail.
namespace dmid::gateway
{
/// The code that goes with this leg: eight letters of base32, 40 bits of an HMAC under the node key, the same
/// at each attempt.
std::string answer_code(const Context& context, const store::MailboxId& box, const Hash32& leg);
/// By what it is kept beside the names of the leg's message (known_as.hpp).
Hash32 answer_code_name(const Context& context, std::string_view channel, std::string_view account,
                        std::string_view code);
/// The message whose code stands at the beginning of the text; takes it from the text. Nothing where none
/// stands there, nobody sent it, or it expired. Blocks on the store.
Result<std::optional<KnownMessage>> find_answer_code(const Context& context, std::string_view channel,
                                                     std::string_view account, std::string& text);
/// The use of it, which counts only once.
Hash32 answer_code_use(const KnownMessage& known);
} // namespace dmid::gateway
