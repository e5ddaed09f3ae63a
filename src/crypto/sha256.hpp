// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

namespace dmid::crypto
{
/// SHA-256 (FIPS 180-4); uses the processor's SHA instructions where it has them.
Hash32 sha256(ByteView data) noexcept;

/// SHA-256 of bytes that arrive in pieces. A value: a copy goes on from the same midstate.
class Sha256
{
public:
    Sha256() noexcept;
    Sha256(const Sha256&) = default;
    Sha256& operator=(const Sha256&) = default;
    /// A midstate can be derived from a key, so it is zeroed.
    ~Sha256() { secure_zero(state_.data(), state_.size()); }

    /// Appends bytes; returns itself so that calls can be chained.
    Sha256& update(ByteView data) noexcept;
    /// The digest; call it once, on an object or a copy of it.
    Hash32 finish() noexcept;

private:
    // The library's context, hidden so that its header stays out of ours.
    alignas(8) std::array<std::uint8_t, 112> state_;
};
} // namespace dmid::crypto
