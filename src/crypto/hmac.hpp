// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "crypto/sha256.hpp"

namespace dmid::crypto
{
/// HMAC-SHA256 (RFC 2104) of one message. Compare macs with constant_time_equal only.
Hash32 hmac_sha256(ByteView key, ByteView message) noexcept;

/// A key with its two pads absorbed: each further message saves two compressions.
class HmacKey
{
public:
    explicit HmacKey(ByteView key) noexcept;
    /// The mac of a message.
    Hash32 mac(ByteView message) const noexcept;
    /// The mac of a ‖ b, without joining them first.
    Hash32 mac(ByteView a, ByteView b) const noexcept;
    /// The inner hash, to append a message in pieces; hand it to finish().
    Sha256 begin() const noexcept { return inner_; }
    Hash32 finish(Sha256& inner) const noexcept;

private:
    Sha256 inner_;
    Sha256 outer_;
};
} // namespace dmid::crypto
