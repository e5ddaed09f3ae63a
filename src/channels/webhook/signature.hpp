// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "net/http_types.hpp"

#include <string>
#include <string_view>

/// Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks, spec), the symmetric scheme.
namespace dmid::channels::webhook
{
/// How far a timestamp may be from now, in seconds: five minutes, as the specification's libraries have it.
inline constexpr UnixTime kWindow = 300;
inline constexpr std::size_t kMaxMessageId = 128;

/// A secret that signs one way between the node and one other program. Zeroed when it goes.
class SigningKey
{
public:
    /// `whsec_` and base64 of 24 to 64 bytes, as the specification demands; the prefix may be missing.
    /// config.value, without what stood there.
    static Result<SigningKey> parse(std::string_view text);
    /// That of one URL: 32 bytes of HKDF-SHA256, the URL's canonical form as its info.
    static SigningKey of_url(const Secret32& node_secret, std::string_view url);

    SigningKey(const SigningKey&) = default;
    SigningKey& operator=(const SigningKey&) = delete;
    ~SigningKey() { secure_zero(bytes_.data(), bytes_.size()); }

    /// `whsec_…`, for whoever it belongs to.
    std::string reveal() const;
    /// `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
    std::string sign(std::string_view id, UnixTime at, std::string_view body) const;
    /// Whether one of the signatures, with blanks between, is ours; those of other versions are passed over.
    /// In constant time for each.
    bool verifies(std::string_view id, UnixTime at, std::string_view body, std::string_view signatures) const;

private:
    explicit SigningKey(Bytes bytes)
        : bytes_{std::move(bytes)}
    {
    }
    Bytes bytes_;
};

/// What HKDF-Extract makes of whatever line the operator's file holds.
Secret32 node_secret_of(std::string_view line);

/// The three headers, read and not yet verified.
struct SignedHead
{
    std::string id; ///< printable, without blanks and full stops, 1 to kMaxMessageId
    UnixTime at = 0;
    std::string signatures;
};

/// True where a request says that it is signed.
bool claims_signature(const net::Headers& headers);
/// crypto.signature-invalid where a header is missing or none; message.time outside kWindow around `now`.
Result<SignedHead> read_signed_head(const net::Headers& headers, UnixTime now);
} // namespace dmid::channels::webhook
