// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "channel/letter.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::xmpp
{
/// An address of XMPP in its canonical form (RFC 7622).
struct Jid
{
    std::string local;    ///< empty: the address of a server
    std::string domain;   ///< lower case, IDNs as they are read, not in punycode
    std::string resource; ///< as it came; names one of somebody's programs, never a person
    /// Without the resource.
    std::string bare() const;
    /// With it.
    std::string full() const;
    bool operator==(const Jid&) const = default;
};

/// Reads a JID. The part before the @ is an identifier in PRECIS' UsernameCaseMapped (RFC 8265): widths
/// folded, lower case, NFC, letters, marks and digits and the ASCII signs that RFC 7622 leaves; of the rules
/// on context those for direction are not checked. The domain is held against UTS 46. The bare form has at
/// most 254 bytes (model::kMaxPartyText). channel.address-invalid.
Result<Jid> parse_jid(std::string_view text);

/// What a person types for an account: the same, with `xmpp:` before it or not, and with a part before the @;
/// a resource is dropped.
Result<std::string> parse_account(std::string_view text);

/// The number that the local part names: 16 digits, or with `+` and six more. Nothing where it is none.
std::optional<channel::Destination> number_of(std::string_view local);

/// The JID of a number at a component: the digits of `number`, however it is spaced. Without a number, the
/// component's own.
std::string jid_of(std::string_view number, std::string_view domain);
/// The same with its tail.
std::string jid_of(const channel::Destination& to, std::string_view domain);
} // namespace dmid::channels::xmpp
