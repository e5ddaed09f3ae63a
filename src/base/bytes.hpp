// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmid
{
using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// A fixed run of bytes with a meaning of its own. Tag keeps two meanings from mixing.
template <std::size_t N, class Tag> struct FixedBytes
{
    static constexpr std::size_t kSize = N;
    std::array<std::uint8_t, N> bytes{};

    constexpr auto operator<=>(const FixedBytes&) const = default;
    constexpr const std::uint8_t* data() const noexcept { return bytes.data(); }
    constexpr std::uint8_t* data() noexcept { return bytes.data(); }
    static constexpr std::size_t size() noexcept { return N; }
    constexpr auto begin() const noexcept { return bytes.begin(); }
    constexpr auto end() const noexcept { return bytes.end(); }
    constexpr bool is_zero() const noexcept
    {
        return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
    }
    ByteView view() const noexcept { return ByteView{bytes.data(), N}; }

    /// From exactly N bytes; codec.range otherwise.
    static Result<FixedBytes> from(ByteView view)
    {
        if (view.size() != N)
            return fail(Errc::codec_range, "expected " + std::to_string(N) + " bytes");
        FixedBytes out;
        std::copy(view.begin(), view.end(), out.bytes.begin());
        return out;
    }
};

/// Any 32-byte hash: keccak-256 and SHA-256 digests, block hashes, event ids.
using Hash32 = FixedBytes<32, struct Hash32Tag>;
/// An Ethereum address.
using Address = FixedBytes<20, struct AddressTag>;
/// An x-only secp256k1 public key (BIP-340).
using XOnlyKey = FixedBytes<32, struct XOnlyKeyTag>;
/// A BIP-340 signature.
using SchnorrSignature = FixedBytes<64, struct SchnorrSignatureTag>;
/// An Ethereum signature r ‖ s ‖ v with v 27 or 28.
using EcdsaSignature = FixedBytes<65, struct EcdsaSignatureTag>;

inline ByteView as_bytes(std::string_view text) noexcept
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) noexcept
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView view)
{
    return {view.begin(), view.end()};
}
inline void append(Bytes& out, ByteView more)
{
    out.insert(out.end(), more.begin(), more.end());
}

/// Lower-case hex without a prefix.
std::string to_hex(ByteView bytes);
/// Lower-case hex with `0x`.
std::string to_hex0x(ByteView bytes);
/// Hex in either case, with or without `0x`; codec.syntax for anything else or an odd length.
Result<Bytes> from_hex(std::string_view text);
/// Hex of exactly the type's size.
template <class Fixed> Result<Fixed> fixed_from_hex(std::string_view text)
{
    DMID_TRY(auto bytes, from_hex(text));
    return Fixed::from(bytes);
}

/// Standard base64 with padding (RFC 4648 §4).
std::string to_base64(ByteView bytes);
/// Strict: canonical padding, no white space, zero trailing bits; codec.syntax otherwise.
Result<Bytes> from_base64(std::string_view text);
/// Base64url without padding (RFC 4648 §5).
std::string to_base64url(ByteView bytes);
Result<Bytes> from_base64url(std::string_view text);
/// Lower-case base32 without padding (RFC 4648 §6).
std::string to_base32(ByteView bytes);
Result<Bytes> from_base32(std::string_view text);

/// Equality in time that depends on the lengths only.
bool constant_time_equal(ByteView a, ByteView b) noexcept;
/// Zeroes memory in a way that the compiler does not remove.
void secure_zero(void* data, std::size_t size) noexcept;

/// True for well-formed UTF-8 (no overlong forms, surrogates or values over U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// 32 secret bytes that are zeroed when they go. Moves and copies leave no trace behind.
class Secret32
{
public:
    Secret32() = default;
    explicit Secret32(const std::array<std::uint8_t, 32>& bytes)
        : bytes_{bytes}
    {
    }
    Secret32(const Secret32&) = default;
    Secret32& operator=(const Secret32&) = default;
    ~Secret32() { secure_zero(bytes_.data(), bytes_.size()); }

    ByteView view() const noexcept { return bytes_; }
    const std::uint8_t* data() const noexcept { return bytes_.data(); }
    std::uint8_t* data() noexcept { return bytes_.data(); }
    static constexpr std::size_t size() noexcept { return 32; }

private:
    std::array<std::uint8_t, 32> bytes_{};
};
} // namespace dmid

template <std::size_t N, class Tag> struct std::hash<dmid::FixedBytes<N, Tag>>
{
    // The bytes are hashes or keys already: the first eight serve. Not for keys that an attacker chooses
    // freely.
    std::size_t operator()(const dmid::FixedBytes<N, Tag>& v) const noexcept
    {
        std::size_t h = 0;
        for (std::size_t i = 0; i < sizeof h; ++i)
            h = (h << 8U) | v.bytes[N - 1 - i];
        return h;
    }
};
