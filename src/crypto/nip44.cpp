// SPDX-License-Identifier: Apache-2.0
#include "crypto/nip44.hpp"

#include "crypto/chacha20.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "crypto/secp256k1.hpp"

#include <bit>
#include <cstring>

namespace dmid::crypto::nip44
{
namespace
{
constexpr std::string_view kSalt = "nip44-v2";
constexpr std::uint8_t kVersion = 2;
constexpr std::size_t kMessageNonce = 32;
constexpr std::size_t kMacSize = 32;
constexpr std::size_t kPrefixSize = 2;
constexpr std::size_t kHead = 1 + kMessageNonce; // version and nonce
constexpr std::size_t kMinData = kHead + kPrefixSize + 32 + kMacSize;

// The three keys of one message, expanded from the conversation key and its nonce.
class MessageKeys
{
public:
    MessageKeys(const Secret32& conversation, ByteView nonce) noexcept
    {
        hkdf_expand(conversation.view(), nonce, bytes_);
    }
    MessageKeys(const MessageKeys&) = delete;
    MessageKeys& operator=(const MessageKeys&) = delete;
    ~MessageKeys() { secure_zero(bytes_.data(), bytes_.size()); }

    ByteView chacha_key() const noexcept { return ByteView{bytes_}.first(32); }
    ByteView chacha_nonce() const noexcept { return ByteView{bytes_}.subspan(32, 12); }
    ByteView hmac_key() const noexcept { return ByteView{bytes_}.subspan(44, 32); }

private:
    std::array<std::uint8_t, 76> bytes_{};
};

// The plaintext inside the decrypted bytes; nothing where the padding is not the prescribed one.
Result<std::string> unpad(ByteView padded)
{
    const std::size_t length = static_cast<std::size_t>(padded[0]) << 8U | padded[1];
    if (length == 0 || padded.size() != kPrefixSize + padded_length(length))
        return fail(Errc::crypto_payload_padding);
    return std::string{as_text(padded.subspan(kPrefixSize, length))};
}
} // namespace

Result<Secret32> conversation_key(const Secret32& own, const XOnlyKey& peer)
{
    DMID_TRY(const auto shared, ecdh_x(own, peer));
    return hkdf_extract(as_bytes(kSalt), shared.view());
}

std::size_t padded_length(std::size_t length) noexcept
{
    if (length <= 32)
        return 32;
    const std::size_t next = std::bit_ceil(length);
    const std::size_t chunk = next <= 256 ? 32 : next / 8;
    return (length + chunk - 1) / chunk * chunk;
}

Result<std::string> encrypt(const Secret32& conversation, const Hash32& nonce, std::string_view plaintext)
{
    if (plaintext.empty() || plaintext.size() > kMaxPlaintext)
        return fail(Errc::crypto_payload_length, "a plaintext has 1 to 65535 bytes");
    const MessageKeys keys{conversation, nonce.view()};
    const std::size_t sealed = kPrefixSize + padded_length(plaintext.size());

    Bytes data(kHead + sealed + kMacSize);
    data[0] = kVersion;
    std::memcpy(data.data() + 1, nonce.data(), kMessageNonce);
    data[kHead] = static_cast<std::uint8_t>(plaintext.size() >> 8U);
    data[kHead + 1] = static_cast<std::uint8_t>(plaintext.size());
    std::memcpy(data.data() + kHead + kPrefixSize, plaintext.data(), plaintext.size());
    if (!chacha20_xor(keys.chacha_key(), keys.chacha_nonce(), std::span{data}.subspan(kHead, sealed)))
        return fail(Errc::internal_bug, "chacha20");
    const auto mac = hmac_sha256(keys.hmac_key(), ByteView{data}.subspan(1, kMessageNonce + sealed));
    std::memcpy(data.data() + kHead + sealed, mac.data(), kMacSize);
    return to_base64(data);
}

Result<std::string> decrypt(const Secret32& conversation, std::string_view payload)
{
    if (payload.empty() || payload.front() == '#')
        return fail(Errc::crypto_payload_version);
    if (payload.size() < kMinPayload || payload.size() > kMaxPayload)
        return fail(Errc::crypto_payload_length);
    auto decoded = from_base64(payload);
    if (!decoded)
        return fail(Errc::crypto_payload_base64);
    auto& data = *decoded;
    if (data[0] != kVersion)
        return fail(Errc::crypto_payload_version);
    if (data.size() < kMinData)
        return fail(Errc::crypto_payload_length);

    const std::size_t sealed = data.size() - kHead - kMacSize;
    const MessageKeys keys{conversation, ByteView{data}.subspan(1, kMessageNonce)};
    const auto mac = hmac_sha256(keys.hmac_key(), ByteView{data}.subspan(1, kMessageNonce + sealed));
    if (!constant_time_equal(mac.view(), ByteView{data}.last(kMacSize)))
        return fail(Errc::crypto_payload_mac);
    const auto padded = std::span{data}.subspan(kHead, sealed);
    if (!chacha20_xor(keys.chacha_key(), keys.chacha_nonce(), padded))
        return fail(Errc::internal_bug, "chacha20");
    return unpad(padded);
}
} // namespace dmid::crypto::nip44
