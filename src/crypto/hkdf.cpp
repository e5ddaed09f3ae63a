// SPDX-License-Identifier: Apache-2.0
#include "crypto/hkdf.hpp"

#include "crypto/hmac.hpp"

#include <algorithm>

namespace dmid::crypto
{
Secret32 hkdf_extract(ByteView salt, ByteView input) noexcept
{
    auto digest = hmac_sha256(salt, input);
    Secret32 out{digest.bytes};
    secure_zero(digest.data(), digest.size());
    return out;
}

bool hkdf_expand(ByteView key, ByteView info, std::span<std::uint8_t> out) noexcept
{
    if (out.size() > 255 * Hash32::kSize)
        return false;
    const HmacKey mac{key};
    Hash32 block;
    for (std::uint8_t counter = 1; !out.empty(); ++counter)
    {
        auto inner = mac.begin();
        if (counter > 1)
            inner.update(block.view());
        block = mac.finish(inner.update(info).update({&counter, 1}));
        const auto taken = std::min(out.size(), block.size());
        std::copy_n(block.begin(), taken, out.begin());
        out = out.subspan(taken);
    }
    secure_zero(block.data(), block.size());
    return true;
}
} // namespace dmid::crypto
