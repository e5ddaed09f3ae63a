// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dmid::channels::email
{
struct NewestText
{
    std::string text; ///< what was newly written
    bool cut = false; ///< something was taken away: a quote or a signature
};

/// The newest text of an answer (UTF-8, LF), without quotes and signature. The rule, on which doubt always
/// falls on the side of cutting:
///
/// 1. Lines that begin with `>` are quotes, and so is the attribution before them ("On … wrote:").
/// 2. Words between and after such quotes stay, since they answer them; where a quote stood between two
/// pieces
///    of the owner's words, a line `[…]` says so.
/// 3. An unmarked quote (`-----Original Message-----`, a From:/Sent: block, an attribution with a date or an
///    address and no `>` after it, "Forwarded message") ends the text: whose words follow cannot be known.
/// 4. A signature (`-- `, "Sent from my …") goes up to the next quote or the end.
///
/// Pure; linear.
NewestText newest_text(std::string_view text);
} // namespace dmid::channels::email
