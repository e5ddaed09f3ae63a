// SPDX-License-Identifier: Apache-2.0
#include "keccak_x8.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

namespace dmid::bench
{
namespace
{
constexpr std::size_t kLanes = 8;
constexpr std::size_t kRate = 136;
using Vector = std::uint64_t __attribute__((vector_size(64)));

constexpr std::array<std::uint64_t, 24> kConstants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
/// Rotation and target of pi for the lane x + 5 y, in this order.
constexpr std::array<unsigned, 25> kRho = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                           25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};
constexpr std::array<unsigned, 25> kPi = {0,  10, 20, 5, 15, 16, 1,  11, 21, 6, 7,  17, 2,
                                          12, 22, 23, 8, 18, 3,  13, 14, 24, 9, 19, 4};

__attribute__((target("avx512f"), always_inline)) inline Vector rotate(Vector v, unsigned by)
{
    return by == 0 ? v : v << by | v >> (64 - by);
}

__attribute__((target("avx512f"))) void permute(Vector* state)
{
    Vector s[25];
    for (int i = 0; i < 25; ++i)
        s[i] = state[i];
    for (const auto constant : kConstants)
    {
        Vector c[5];
        Vector t[25];
#pragma GCC unroll 5
        for (int x = 0; x < 5; ++x)
            c[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
#pragma GCC unroll 25
        for (int i = 0; i < 25; ++i)
            t[kPi[i]] = rotate(s[i] ^ c[(i + 4) % 5] ^ rotate(c[(i + 1) % 5], 1), kRho[i]);
#pragma GCC unroll 25
        for (int i = 0; i < 25; ++i)
            s[i] = t[i] ^ (~t[i / 5 * 5 + (i + 1) % 5] & t[i / 5 * 5 + (i + 2) % 5]);
        s[0] ^= constant;
    }
    for (int i = 0; i < 25; ++i)
        state[i] = s[i];
}

/// Block `index` of a message, padded where it is the last.
void take_block(const Bytes& message, std::size_t index, std::uint8_t* block)
{
    const std::size_t begin = index * kRate;
    const std::size_t left = message.size() - begin;
    if (left >= kRate)
    {
        std::memcpy(block, message.data() + begin, kRate);
        return;
    }
    std::memset(block, 0, kRate);
    if (left > 0)
        std::memcpy(block, message.data() + begin, left);
    block[left] ^= 0x01;
    block[kRate - 1] ^= 0x80;
}

__attribute__((target("avx512f"))) void hash_group(std::span<const Bytes> messages,
                                                   std::span<const std::size_t> which, std::span<Hash32> out)
{
    alignas(64) Vector state[25] = {};
    alignas(64) std::uint64_t words[kRate / 8][kLanes] = {};
    const auto blocks = [&](std::size_t i) { return messages[which[i]].size() / kRate + 1; };
    std::size_t most = 0;
    for (std::size_t i = 0; i < which.size(); ++i)
        most = std::max(most, blocks(i));
    for (std::size_t block = 0; block < most; ++block)
    {
        for (std::size_t i = 0; i < which.size(); ++i)
        {
            if (block >= blocks(i))
                continue;
            std::array<std::uint8_t, kRate> bytes;
            take_block(messages[which[i]], block, bytes.data());
            for (std::size_t w = 0; w < kRate / 8; ++w)
                std::memcpy(&words[w][i], bytes.data() + 8 * w, 8);
        }
        for (std::size_t w = 0; w < kRate / 8; ++w)
            state[w] ^= *reinterpret_cast<const Vector*>(words[w]);
        permute(state);
        for (std::size_t i = 0; i < which.size(); ++i)
            if (block + 1 == blocks(i))
                for (std::size_t w = 0; w < 4; ++w)
                {
                    const std::uint64_t lane = state[w][i];
                    std::memcpy(out[which[i]].data() + 8 * w, &lane, 8);
                }
    }
}
} // namespace

bool has_keccak_x8() noexcept
{
    return __builtin_cpu_supports("avx512f") != 0;
}

void keccak256_many(std::span<const Bytes> messages, std::span<Hash32> out)
{
    // Messages of one length share a group, so that no lane runs empty.
    std::vector<std::size_t> order(messages.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return messages[a].size() > messages[b].size(); });
    for (std::size_t first = 0; first < order.size(); first += kLanes)
        hash_group(messages, std::span{order}.subspan(first, std::min(kLanes, order.size() - first)), out);
}
} // namespace dmid::bench
