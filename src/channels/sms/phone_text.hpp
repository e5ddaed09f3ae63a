// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/outgoing.hpp"

#include <string>

/// What a telephone shows of a message. Pure.
namespace dmid::channels::sms
{
/// UTF-16 units that words_for_phone() adds to a text at most.
inline constexpr std::size_t kMostFrame = 250;

/// To the owner: `From <sender> [<proof>]:` and the text, below it `Answer: CODE and your text` where a code
/// is needed; a notice says only that a message is there. To others: the number and the text. As short as can
/// be, since every part costs: of the proofs the first is named and the others are counted; a subject is cut
/// after 60 characters, and files are counted, the first with its name.
std::string words_for_phone(const channel::Outgoing& message);
} // namespace dmid::channels::sms
