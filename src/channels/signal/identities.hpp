// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/json.hpp"

#include <array>
#include <map>
#include <string>

namespace dmid::channels::signal
{
/// A person's identity key as signal-cli holds it.
struct Identity
{
    std::string fingerprint; ///< of the newest key, as signal-cli writes it
    bool trusted = true;     ///< false: it is another one than before, and nobody has said yes to it
    std::uint64_t added = 0; ///< when signal-cli saw it first
};
/// By ACI; at most 50,000.
using Identities = std::map<std::string, Identity, std::less<>>;

/// The result of `listIdentities`: the newest key of each account. What has no ACI is left out.
Result<Identities> parse_identities(const codec::JsonItem& result);

/// The result of `version`: `0.13.4` as {0, 13, 4}; an error where it is none.
Result<std::array<unsigned, 3>> parse_version(const codec::JsonItem& result);

/// The result of `listAccounts`: whether the account is there, by its number or its ACI.
bool names_account(const codec::JsonItem& result, std::string_view account);

/// The result of `getUserStatus` for one number: its ACI; channel.refused where it is not on Signal.
Result<std::string> aci_of_status(const codec::JsonItem& result);
} // namespace dmid::channels::signal
