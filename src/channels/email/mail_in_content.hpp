// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/mime_read.hpp"

#include <map>

namespace dmid::channels::email
{
struct MailContent
{
    Hash32 hash;
    std::map<const MimePart*, std::uint64_t> sizes; ///< of the leaves, decoded
};

/// The hash of what a message says (README.md, "The content hash"), and how large its parts are: both need
/// each part decoded once. store.io.
Result<MailContent> hash_content(const Spool& spool, const MimeMessage& message);
} // namespace dmid::channels::email
