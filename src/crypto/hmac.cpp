// SPDX-License-Identifier: Apache-2.0
#include "crypto/hmac.hpp"

#include <algorithm>

namespace dmid::crypto
{
namespace
{
constexpr std::size_t kBlock = 64;
constexpr std::uint8_t kInnerPad = 0x36;
constexpr std::uint8_t kOuterPad = 0x5c;
} // namespace

HmacKey::HmacKey(ByteView key) noexcept
{
    std::array<std::uint8_t, kBlock> pad{};
    if (key.size() > kBlock)
    {
        const auto digest = sha256(key);
        std::copy(digest.begin(), digest.end(), pad.begin());
    }
    else
        std::copy(key.begin(), key.end(), pad.begin());
    for (auto& b : pad)
        b ^= kInnerPad;
    inner_.update(pad);
    for (auto& b : pad)
        b ^= kInnerPad ^ kOuterPad;
    outer_.update(pad);
    secure_zero(pad.data(), pad.size());
}

Hash32 HmacKey::finish(Sha256& inner) const noexcept
{
    auto outer = outer_;
    return outer.update(inner.finish().view()).finish();
}

Hash32 HmacKey::mac(ByteView message) const noexcept
{
    auto inner = inner_;
    return finish(inner.update(message));
}

Hash32 HmacKey::mac(ByteView a, ByteView b) const noexcept
{
    auto inner = inner_;
    return finish(inner.update(a).update(b));
}

Hash32 hmac_sha256(ByteView key, ByteView message) noexcept
{
    return HmacKey{key}.mac(message);
}
} // namespace dmid::crypto
