// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>

namespace dmid::model
{
/// `npub1…`: a Nostr key as people pass it on (NIP-19, bech32 of BIP-173).
std::string to_npub(const XOnlyKey& key);
/// number.identifier for another prefix or length, mixed case, or a checksum that does not fit.
Result<XOnlyKey> parse_npub(std::string_view text);
} // namespace dmid::model
