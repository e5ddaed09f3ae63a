// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/mime_read.hpp"

namespace dmid::channels::email
{
/// True where a program made the message, so that no program may answer it: an empty envelope sender,
/// Auto-Submitted other than `no` (RFC 3834 §5), Precedence bulk, list, junk or auto_reply, List-Id or
/// another List- field (RFC 2919, 2369), X-Auto-Response-Suppress (MS-OXCMAIL), the fields that
/// autoresponders add, a report (RFC 6522), a mailer-daemon.
bool is_automatic(const MimeMessage& message, bool null_sender);
} // namespace dmid::channels::email
