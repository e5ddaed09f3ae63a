// SPDX-License-Identifier: Apache-2.0
// The one-shot calls of OpenSSL 3 fetch the algorithm anew each time, which costs as much as hashing 1 KB
// does. The calls below are older, marked as deprecated, free of allocations, and use the same assembly.
#include "crypto/sha256.hpp"

#include <openssl/sha.h>

#include <cstring>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace dmid::crypto
{
namespace
{
SHA256_CTX* context(std::array<std::uint8_t, 112>& state) noexcept
{
    static_assert(sizeof(SHA256_CTX) == 112 && alignof(SHA256_CTX) <= 8);
    return reinterpret_cast<SHA256_CTX*>(state.data());
}
} // namespace

Sha256::Sha256() noexcept
{
    SHA256_Init(context(state_));
}

Sha256& Sha256::update(ByteView data) noexcept
{
    if (!data.empty())
        SHA256_Update(context(state_), data.data(), data.size());
    return *this;
}

Hash32 Sha256::finish() noexcept
{
    Hash32 out;
    SHA256_Final(out.data(), context(state_));
    return out;
}

Hash32 sha256(ByteView data) noexcept
{
    return Sha256{}.update(data).finish();
}
} // namespace dmid::crypto

#pragma GCC diagnostic pop
