// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

namespace dmid::codec
{
/// `0x` and 40 hex digits with the mixed-case checksum of EIP-55.
std::string checksum_address(const Address& address);

/// Reads an address: `0x` and 40 hex digits, all lower case, all upper case, or with the right checksum.
/// codec.syntax for another form; codec.not-canonical for mixed case whose checksum does not fit
/// (a digit is wrong).
Result<Address> parse_address(std::string_view text);
} // namespace dmid::codec
