// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/letter.hpp"
#include "channels/email/smtp_command.hpp"

#include <string>

namespace dmid::channels::email
{
/// Whom a recipient at our domain means: `<number>[+tail]`, the number in any spacing of dashes and dots;
/// `r-<26 base32>`, `b-<26 base32>` in any case. `domain` in lower case.
/// 550 5.7.1 for another domain (we relay for nobody), 550 5.1.1 for another local part.
OrSaid<channel::Destination> parse_recipient(const SmtpPath& path, const std::string& domain);

/// A stable text of it: the same for all spellings.
std::string to_text(const channel::Destination& destination);
} // namespace dmid::channels::email
