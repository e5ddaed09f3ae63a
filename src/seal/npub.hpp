// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>

namespace dmid::seal
{
/// `npub1…`: a Nostr key as people pass it on (NIP-19, bech32 of BIP-173).
std::string to_npub(const XOnlyKey& key);
/// Reads an npub; upper case throughout is accepted, mixed case is not. number.identifier for any other form,
/// a wrong checksum, or another prefix (an `nsec` above all: its context does not repeat it).
Result<XOnlyKey> parse_npub(std::string_view text);
} // namespace dmid::seal
