// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "channels/email/smtp_said.hpp"

#include <string>

namespace dmid::channels::email
{
/// What the door tells about an answer of the inbox. `link`: where the number's terms are shown, `https://…`;
/// may be empty.
///
/// yes                       250 2.0.0 with the envelope's id: the same bytes whatever became of it
/// policy.challenge          550 5.7.1, what suffices, the link
/// policy.rejected           550 5.7.1, the public terms, the link
/// gateway.not-served        550 5.1.1
/// too large                 552 5.3.4
/// other refusals            550 5.7.1 with the reason
/// quota, a full store       452 4.3.1
/// later for other reasons   451 4.7.1
Said words_of(const channel::Answer& answer, const std::string& link);
} // namespace dmid::channels::email
