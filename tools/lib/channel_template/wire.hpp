// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "channel/outgoing.hpp"

#include <string>
#include <string_view>

/// What the service speaks. Pure: no I/O, clock or randomness; whatever comes in is hostile.
namespace dmid::channels::@name@
{
/// Bytes of one address.
inline constexpr std::size_t kMaxAccount = 64;
/// Bytes of text in one message.
inline constexpr std::size_t kMaxText = 4000;

/// The canonical form of an account as a person writes it: small letters and digits, case as one likes.
/// channel.address-invalid otherwise.
Result<std::string> parse_account(std::string_view text);

/// The text as it will stand there: to the owner who writes and what is proven, then the words; to others the
/// number and the words; of a notice only that a message is there. Files are named.
std::string compose(const channel::Outgoing& message);
} // namespace dmid::channels::@name@
