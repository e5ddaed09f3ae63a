// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/signature.hpp"

#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"

#include <algorithm>
#include <charconv>

namespace dmid::channels::webhook
{
namespace
{
constexpr std::string_view kPrefix = "whsec_";
constexpr std::string_view kVersion = "v1,";
constexpr std::size_t kLeastSecret = 24;
constexpr std::size_t kMostSecret = 64;
/// Secrets of several generations may sign at once; nobody has more.
constexpr std::size_t kMostSignatures = 16;
constexpr std::size_t kMostSignatureBytes = 2048;

Hash32 mac_of(ByteView key, std::string_view id, UnixTime at, std::string_view body)
{
    const auto head = std::string{id} + '.' + std::to_string(at) + '.';
    return crypto::HmacKey{key}.mac(as_bytes(head), as_bytes(body));
}

bool is_message_id(std::string_view text)
{
    const auto plain = [](char c) { return c > ' ' && c <= '~' && c != '.'; };
    return !text.empty() && text.size() <= kMaxMessageId && std::all_of(text.begin(), text.end(), plain);
}
} // namespace

Result<SigningKey> SigningKey::parse(std::string_view text)
{
    if (text.starts_with(kPrefix))
        text.remove_prefix(kPrefix.size());
    auto bytes = from_base64(text);
    if (!bytes || bytes->size() < kLeastSecret || bytes->size() > kMostSecret)
    {
        if (bytes)
            secure_zero(bytes->data(), bytes->size());
        return fail(Errc::config_value, "whsec_ and base64 of 24 to 64 bytes are expected");
    }
    return SigningKey{*std::move(bytes)};
}

SigningKey SigningKey::of_url(const Secret32& node_secret, std::string_view url)
{
    Bytes out(32);
    const auto info = "url " + std::string{url};
    crypto::hkdf_expand(node_secret.view(), as_bytes(info), out);
    return SigningKey{std::move(out)};
}

std::string SigningKey::reveal() const
{
    return std::string{kPrefix} + to_base64(bytes_);
}

std::string SigningKey::sign(std::string_view id, UnixTime at, std::string_view body) const
{
    return std::string{kVersion} + to_base64(mac_of(bytes_, id, at, body).view());
}

bool SigningKey::verifies(std::string_view id, UnixTime at, std::string_view body,
                          std::string_view signatures) const
{
    const auto expected = mac_of(bytes_, id, at, body);
    bool any = false;
    for (std::size_t count = 0; count < kMostSignatures && !signatures.empty(); ++count)
    {
        const auto end = std::min(signatures.find(' '), signatures.size());
        auto one = signatures.substr(0, end);
        signatures.remove_prefix(std::min(end + 1, signatures.size()));
        if (!one.starts_with(kVersion))
            continue;
        one.remove_prefix(kVersion.size());
        const auto given = from_base64(one);
        any = (given && constant_time_equal(*given, expected.view())) || any;
    }
    return any;
}

Secret32 node_secret_of(std::string_view line)
{
    return crypto::hkdf_extract(as_bytes("dmid/webhook/v1"), as_bytes(line));
}

bool claims_signature(const net::Headers& headers)
{
    return headers.has("webhook-signature");
}

Result<SignedHead> read_signed_head(const net::Headers& headers, UnixTime now)
{
    SignedHead out;
    out.id = headers.get("webhook-id");
    out.signatures = headers.get("webhook-signature");
    const auto at = headers.get("webhook-timestamp");
    const auto* end = at.data() + at.size();
    const auto read = std::from_chars(at.data(), end, out.at);
    if (!is_message_id(out.id) || out.signatures.size() > kMostSignatureBytes || at.empty() ||
        at.size() > 12 || read.ec != std::errc{} || read.ptr != end || out.at < 0)
        return fail(Errc::crypto_signature_invalid);
    if (out.at < now - kWindow || out.at > now + kWindow)
        return fail(Errc::message_time, "webhook-timestamp is more than five minutes away");
    return out;
}
} // namespace dmid::channels::webhook
