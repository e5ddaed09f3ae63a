// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/identity.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::model
{
/// A number as somebody wrote it down, with what stood beside it.
struct Identifier
{
    std::optional<Network> network; ///< absent: the canonical deployment, or the configured one
    Number number;
    std::optional<Tail> tail;

    bool operator==(const Identifier&) const = default;
};

/// What a text looks like, before anything of it is checked.
enum class IdentifierKind : std::uint8_t
{
    number,   ///< bare digits, in any spacing
    did,      ///< did:dmid:…
    tel,      ///< tel:…;phone-context=dmid.alt
    caip19,   ///< eip155:<chain>/erc721:<contract>/<token>
    address,  ///< 0x and 40 hex digits: a wallet
    ens_name, ///< name.eth and other dotted names
    unknown,
};

/// Bytes of text that parse_identifier() looks at.
inline constexpr std::size_t kMaxIdentifier = 256;
/// The context that makes `tel:` local numbers ours (RFC 3966; .alt is reserved by RFC 9476).
inline constexpr std::string_view kPhoneContext = "dmid.alt";

IdentifierKind identifier_kind(std::string_view text) noexcept;

/// Reads every form of docs/protocol/identifier.md: `8312 3456 7890 1210`, with ` ext 481920`, `;ext=481920`
/// or `+481920` behind it; `did:dmid:8312345678901210`, `did:dmid:<chainId>:<contract>:<number>`;
/// `tel:8312-3456-7890-1210;phone-context=dmid.alt`; `eip155:<chainId>/erc721:<contract>/<number>`.
/// Schemes are read in either case. Errors: those of Number::parse, number.extension for a tail that is not
/// six digits, number.identifier for any other form, internal.unsupported (naming the kind) for wallet
/// addresses and ENS names.
Result<Identifier> parse_identifier(std::string_view text);

/// `did:dmid:<number>`, or the long form where the identifier names a network; `;ext=` behind a tail.
/// The contract is written in lower-case hex: identifiers are compared as bytes.
std::string to_did(const Identifier& identifier);
/// `tel:8312-3456-7890-1210;ext=481920;phone-context=dmid.alt`; the form has no place for a network.
std::string to_tel(const Identifier& identifier);
/// `eip155:<chainId>/erc721:<contract>/<number>`; the form has no place for a tail.
std::string to_caip19(const Network& network, Number number);
/// What people read: `8312 3456 7890 1210`, `8312 3456 7890 1210 ext 481920`.
std::string to_text(Number number, std::optional<Tail> tail = {});
} // namespace dmid::model
