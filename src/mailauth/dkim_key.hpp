// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "mailauth/dkim_signature.hpp"

#include <memory>
#include <string_view>

struct evp_pkey_st;

namespace dmid::mailauth
{
inline constexpr int kMinRsaBits = 1024; ///< RFC 8301 §3.2
inline constexpr int kMaxRsaBits = 8192; ///< what a check may cost; RFC 8301 demands up to 4096
inline constexpr std::size_t kMaxKeyRecord = 4096;

/// A public key as `selector._domainkey.domain` publishes it (RFC 6376 §3.6.1). Immutable; thread-safe.
class PublishedKey
{
public:
    /// mail.dkim-key-syntax, mail.dkim-key-revoked (an empty p=), mail.dkim-key-use (not for mail, not for
    /// SHA-256), mail.dkim-key-weak (RSA below kMinRsaBits; also above kMaxRsaBits, or an exponent that makes
    /// checks slow).
    static Result<PublishedKey> parse(std::string_view record);

    Algorithm algorithm() const noexcept { return algorithm_; }
    bool testing() const noexcept { return testing_; }         ///< t=y: its mail is to be treated as unsigned
    bool same_domain_only() const noexcept { return strict_; } ///< t=s: i= names d= itself
    int bits() const noexcept { return bits_; }
    /// True where `signature` is one of `data` under this key.
    bool verifies(std::string_view data, ByteView signature) const noexcept;

private:
    std::shared_ptr<evp_pkey_st> key_;
    Algorithm algorithm_ = Algorithm::rsa_sha256;
    int bits_ = 0;
    bool testing_ = false;
    bool strict_ = false;
};
} // namespace dmid::mailauth
