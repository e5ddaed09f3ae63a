// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/letter.hpp"

#include <string>

namespace dmid::channels::email
{
/// Appends a file as a MIME part, header and base64, read and encoded piece by piece. channel.too-large when
/// it turns out longer than `limit`; what its reader says.
Result<> append_file(std::string& out, const channel::File& file, std::uint64_t limit);
} // namespace dmid::channels::email
