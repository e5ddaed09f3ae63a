// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "mailauth/canonical.hpp"
#include "mailauth/tags.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::mailauth
{
inline constexpr std::size_t kMaxSignatureField = std::size_t{16} * 1024; ///< bytes
inline constexpr std::size_t kMaxSignedNames = 200;
inline constexpr std::size_t kMaxSignatureBytes = 1024; ///< RSA of 8192 bits

/// `rsa-sha1` is not among them (RFC 8301 §3.1).
enum class Algorithm : std::uint8_t
{
    rsa_sha256,
    ed25519_sha256, ///< RFC 8463
};

/// What a DKIM-Signature or ARC-Message-Signature field says. Nothing in it is proven yet.
struct Signature
{
    Algorithm algorithm = Algorithm::rsa_sha256;
    Canon header_canon = Canon::simple;
    Canon body_canon = Canon::simple;
    std::string domain;             ///< d=, lower case
    std::string selector;           ///< s=, lower case
    std::string identity;           ///< i= or `@domain`; its domain in lower case
    std::vector<std::string> names; ///< h=, lower case, in order
    std::optional<std::uint64_t> length;
    std::optional<UnixTime> made;    ///< t=
    std::optional<UnixTime> expires; ///< x=
    Hash32 body_hash;
    Bytes value; ///< b=

    std::string key_name() const { return selector + "._domainkey." + domain; }
};

/// Which field it is: ARC's has no v=, its i= is a number, and a few tags of DKIM are not looked at.
enum class SignatureKind : std::uint8_t
{
    dkim,
    arc_message,
};

/// Reads the field's value (what stands behind the colon). mail.dkim-syntax, mail.dkim-algorithm,
/// mail.dkim-identity (i= is not within d=), mail.dkim-from-unsigned.
Result<Signature> parse_signature(std::string_view value, SignatureKind kind);

/// `a=` of a tag list; mail.dkim-algorithm for one that is not known or no longer trusted.
Result<Algorithm> parse_algorithm(std::string_view text);
/// Base64 with white space between; mail.dkim-syntax.
Result<Bytes> parse_folded_base64(std::string_view text);
/// d= or s= in lower case; mail.dkim-syntax. A selector may be a single label.
Result<std::string> parse_signer_name(const TagList& tags, std::string_view name);

/// The field (with its name) as its own signature covers it: the value of b= taken out (RFC 6376 §3.5).
/// Empty where there is no b=.
std::string without_signature_value(std::string_view raw);
} // namespace dmid::mailauth
