// SPDX-License-Identifier: Apache-2.0
#include "crypto/keccak_many.hpp"

#include "crypto/keccak.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

namespace dmid::crypto
{
namespace
{
void one_by_one(std::span<const ByteView> messages, std::span<Hash32> out) noexcept
{
    for (std::size_t i = 0; i < messages.size(); ++i)
        out[i] = keccak256(messages[i]);
}

std::size_t blocks_of(ByteView message) noexcept
{
    return message.size() / kKeccakRate + 1;
}
} // namespace

#if defined(__x86_64__)
namespace
{
constexpr std::size_t kLanes = 8;
/// Messages that are put in order at once; more are taken in runs of as many.
constexpr std::size_t kRun = 64;
using Vector = std::uint64_t __attribute__((vector_size(64)));

constexpr std::array<std::uint64_t, 24> kConstants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
/// Rotation and target of pi for the lane x + 5 y, in this order (FIPS 202 §3.2.2, 3.2.3).
constexpr std::array<unsigned, 25> kRho = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                           25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};
constexpr std::array<unsigned, 25> kPi = {0,  10, 20, 5, 15, 16, 1,  11, 21, 6, 7,  17, 2,
                                          12, 22, 23, 8, 18, 3,  13, 14, 24, 9, 19, 4};

// g++ 12's AddressSanitizer keeps locals in memory of its own (detect_stack_use_after_return) that is not
// aligned to the 64 bytes which these instructions demand, and crashes: these functions go without it.
#define DMID_EIGHT_LANES __attribute__((target("avx512f"), no_sanitize("address")))

// The function that asks for the instructions is one whole: nothing with vectors in its signature exists
// outside it, and it is only called where the processor has them.
#define DMID_ROTATE(v, by) ((by) == 0 ? (v) : ((v) << (by) | (v) >> ((64 - (by)) % 64)))

DMID_EIGHT_LANES void permute(Vector* state) noexcept
{
    Vector s[25];
    for (std::size_t i = 0; i < 25; ++i)
        s[i] = state[i];
    for (const auto constant : kConstants)
    {
        Vector c[5];
        Vector t[25];
#pragma GCC unroll 5
        for (std::size_t x = 0; x < 5; ++x)
            c[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
#pragma GCC unroll 25
        for (std::size_t i = 0; i < 25; ++i)
        {
            const Vector mixed = s[i] ^ c[(i + 4) % 5] ^ DMID_ROTATE(c[(i + 1) % 5], 1);
            t[kPi[i]] = DMID_ROTATE(mixed, kRho[i]);
        }
#pragma GCC unroll 25
        for (std::size_t i = 0; i < 25; ++i)
            s[i] = t[i] ^ (~t[i / 5 * 5 + (i + 1) % 5] & t[i / 5 * 5 + (i + 2) % 5]);
        s[0] ^= constant;
    }
    for (std::size_t i = 0; i < 25; ++i)
        state[i] = s[i];
}
#undef DMID_ROTATE

/// Block `index` of a message, padded where it is the last.
void take_block(ByteView message, std::size_t index, std::uint8_t* block) noexcept
{
    const std::size_t begin = index * kKeccakRate;
    const std::size_t left = message.size() - begin;
    if (left >= kKeccakRate)
    {
        std::memcpy(block, message.data() + begin, kKeccakRate);
        return;
    }
    std::memset(block, 0, kKeccakRate);
    if (left > 0)
        std::memcpy(block, message.data() + begin, left);
    block[left] ^= 0x01;
    block[kKeccakRate - 1] ^= 0x80;
}

/// At most eight messages, one to a lane. `state` and `words` are memory that any code may touch; only
/// permute() holds them in vectors.
DMID_EIGHT_LANES void hash_group(std::span<const ByteView> messages, std::span<const std::uint8_t> which,
                                 std::span<Hash32> out) noexcept
{
    alignas(64) std::uint64_t state[25][kLanes] = {};
    std::size_t most = 0;
    for (const auto i : which)
        most = std::max(most, blocks_of(messages[i]));
    for (std::size_t block = 0; block < most; ++block)
    {
        for (std::size_t lane = 0; lane < which.size(); ++lane)
        {
            const auto& message = messages[which[lane]];
            if (block >= blocks_of(message))
                continue;
            std::array<std::uint8_t, kKeccakRate> bytes;
            take_block(message, block, bytes.data());
            for (std::size_t w = 0; w < kKeccakRate / 8; ++w)
            {
                std::uint64_t word;
                std::memcpy(&word, bytes.data() + 8 * w, 8);
                state[w][lane] ^= word;
            }
        }
        permute(reinterpret_cast<Vector*>(state));
        for (std::size_t lane = 0; lane < which.size(); ++lane)
            if (block + 1 == blocks_of(messages[which[lane]]))
                for (std::size_t w = 0; w < 4; ++w)
                    std::memcpy(out[which[lane]].data() + 8 * w, &state[w][lane], 8);
    }
}

void eight_at_a_time(std::span<const ByteView> messages, std::span<Hash32> out) noexcept
{
    // Messages of one length share a group, so that few lanes run empty.
    std::array<std::uint8_t, kRun> order;
    std::iota(order.begin(), order.end(), std::uint8_t{0});
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(messages.size());
    std::sort(order.begin(), end, [&](auto a, auto b) { return messages[a].size() > messages[b].size(); });
    for (std::size_t first = 0; first < messages.size(); first += kLanes)
    {
        const auto count = std::min(kLanes, messages.size() - first);
        const std::span<const std::uint8_t> which{order.data() + first, count};
        // Eight lanes cost about twice as much as one message alone.
        if (count < 3)
            for (const auto i : which)
                out[i] = keccak256(messages[i]);
        else
            hash_group(messages, which, out);
    }
}
} // namespace

bool keccak256_many_is_wide() noexcept
{
    static const bool wide = __builtin_cpu_supports("avx512f") != 0;
    return wide;
}

void keccak256_many(std::span<const ByteView> messages, std::span<Hash32> out) noexcept
{
    if (!keccak256_many_is_wide())
        return one_by_one(messages, out);
    for (std::size_t first = 0; first < messages.size(); first += kRun)
    {
        const auto count = std::min(kRun, messages.size() - first);
        eight_at_a_time(messages.subspan(first, count), out.subspan(first, count));
    }
}
#else
bool keccak256_many_is_wide() noexcept
{
    return false;
}

void keccak256_many(std::span<const ByteView> messages, std::span<Hash32> out) noexcept
{
    one_by_one(messages, out);
}
#endif
} // namespace dmid::crypto
