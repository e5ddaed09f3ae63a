// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/dag_cbor.hpp"
#include "model/identity.hpp"

#include <compare>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Who is on the other side: identities that were proven, never merely claimed (docs/protocol/envelope.md).
namespace dmid::model
{
struct NostrKey
{
    XOnlyKey key{};
    auto operator<=>(const NostrKey&) const = default;
};
struct WalletAddress
{
    Address address{};
    auto operator<=>(const WalletAddress&) const = default;
};
/// An address matches exactly: the local part as it stands, the domain in lower case.
struct EmailAddress
{
    std::string address;
    auto operator<=>(const EmailAddress&) const = default;
};
/// An account of a platform by the platform's own stable id: Telegram id, Signal UUID, WhatsApp id, JID,
/// MXID.
struct PlatformAccount
{
    std::string platform; ///< the channel's name
    std::string id;
    auto operator<=>(const PlatformAccount&) const = default;
};

/// One proven identity. A DMID is always (number, epoch).
using Party = std::variant<Identity, NostrKey, WalletAddress, EmailAddress, PlatformAccount>;

/// The proven identities of one counterparty: sorted, each once, at most kMaxParties. Empty: nothing proven.
using Counterparty = std::vector<Party>;
inline constexpr std::size_t kMaxParties = 8;
inline constexpr std::size_t kMaxPartyText = 254; ///< bytes of an email address or platform id

/// The 32 bytes by which sets and contacts know a party.
Hash32 party_id(const Party& party) noexcept;
/// The same for a number of every epoch: deny entries only. Of the other kinds it is party_id().
Hash32 party_id_any_epoch(const Party& party) noexcept;

/// Sorted, without repetitions.
Counterparty normalised(Counterparty parties);

/// A stable text of it: a DID with `@epoch`, `nostr:<hex>`, `0x…`, `mailto:…`, `telegram:<id>`.
std::string to_string(const Party& party);
/// Reads what to_string() writes. number.identifier for another form.
Result<Party> parse_party(std::string_view text);

codec::Cbor to_cbor(const Party& party);
Result<Party> party_from_cbor(const codec::Cbor& value, std::string path);
} // namespace dmid::model
