// SPDX-License-Identifier: Apache-2.0
#include "crypto/keccak.hpp"

#include <bit>
#include <cstring>

// Scalar on purpose: at this width g++ 12 makes the permutation twice as slow when it vectorises, so the
// build gives this file -fno-tree-vectorize (src/CMakeLists.txt).
namespace dmid::crypto
{
namespace
{
static_assert(std::endian::native == std::endian::little);

constexpr std::array<std::uint64_t, 24> kRoundConstants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

using Lane = std::uint64_t;

// One row after theta, rho and pi: chi reads it crosswise into five lanes of the next state.
#define DMID_CHI(out, b0, b1, b2, b3, b4)                                                                    \
    out##0 = (b0) ^ (~(b1) & (b2));                                                                          \
    out##1 = (b1) ^ (~(b2) & (b3));                                                                          \
    out##2 = (b2) ^ (~(b3) & (b4));                                                                          \
    out##3 = (b3) ^ (~(b4) & (b0));                                                                          \
    out##4 = (b4) ^ (~(b0) & (b1))

// One round from the lanes a<y><x> to the lanes e<y><x>; two of them make the loop copy-free.
#define DMID_ROUND(a, e, constant)                                                                           \
    do                                                                                                       \
    {                                                                                                        \
        const Lane c0 = a##00 ^ a##10 ^ a##20 ^ a##30 ^ a##40;                                               \
        const Lane c1 = a##01 ^ a##11 ^ a##21 ^ a##31 ^ a##41;                                               \
        const Lane c2 = a##02 ^ a##12 ^ a##22 ^ a##32 ^ a##42;                                               \
        const Lane c3 = a##03 ^ a##13 ^ a##23 ^ a##33 ^ a##43;                                               \
        const Lane c4 = a##04 ^ a##14 ^ a##24 ^ a##34 ^ a##44;                                               \
        const Lane d0 = c4 ^ std::rotl(c1, 1);                                                               \
        const Lane d1 = c0 ^ std::rotl(c2, 1);                                                               \
        const Lane d2 = c1 ^ std::rotl(c3, 1);                                                               \
        const Lane d3 = c2 ^ std::rotl(c4, 1);                                                               \
        const Lane d4 = c3 ^ std::rotl(c0, 1);                                                               \
        Lane b0 = a##00 ^ d0;                                                                                \
        Lane b1 = std::rotl(a##11 ^ d1, 44);                                                                 \
        Lane b2 = std::rotl(a##22 ^ d2, 43);                                                                 \
        Lane b3 = std::rotl(a##33 ^ d3, 21);                                                                 \
        Lane b4 = std::rotl(a##44 ^ d4, 14);                                                                 \
        DMID_CHI(e##0, b0, b1, b2, b3, b4);                                                                  \
        e##00 ^= (constant);                                                                                 \
        b0 = std::rotl(a##03 ^ d3, 28);                                                                      \
        b1 = std::rotl(a##14 ^ d4, 20);                                                                      \
        b2 = std::rotl(a##20 ^ d0, 3);                                                                       \
        b3 = std::rotl(a##31 ^ d1, 45);                                                                      \
        b4 = std::rotl(a##42 ^ d2, 61);                                                                      \
        DMID_CHI(e##1, b0, b1, b2, b3, b4);                                                                  \
        b0 = std::rotl(a##01 ^ d1, 1);                                                                       \
        b1 = std::rotl(a##12 ^ d2, 6);                                                                       \
        b2 = std::rotl(a##23 ^ d3, 25);                                                                      \
        b3 = std::rotl(a##34 ^ d4, 8);                                                                       \
        b4 = std::rotl(a##40 ^ d0, 18);                                                                      \
        DMID_CHI(e##2, b0, b1, b2, b3, b4);                                                                  \
        b0 = std::rotl(a##04 ^ d4, 27);                                                                      \
        b1 = std::rotl(a##10 ^ d0, 36);                                                                      \
        b2 = std::rotl(a##21 ^ d1, 10);                                                                      \
        b3 = std::rotl(a##32 ^ d2, 15);                                                                      \
        b4 = std::rotl(a##43 ^ d3, 56);                                                                      \
        DMID_CHI(e##3, b0, b1, b2, b3, b4);                                                                  \
        b0 = std::rotl(a##02 ^ d2, 62);                                                                      \
        b1 = std::rotl(a##13 ^ d3, 55);                                                                      \
        b2 = std::rotl(a##24 ^ d4, 39);                                                                      \
        b3 = std::rotl(a##30 ^ d0, 41);                                                                      \
        b4 = std::rotl(a##41 ^ d1, 2);                                                                       \
        DMID_CHI(e##4, b0, b1, b2, b3, b4);                                                                  \
    } while (false)

void absorb(std::array<Lane, 25>& lanes, const std::uint8_t* block) noexcept
{
    for (std::size_t i = 0; i < kKeccakRate / 8; ++i)
    {
        Lane lane;
        std::memcpy(&lane, block + 8 * i, 8);
        lanes[i] ^= lane;
    }
    keccak_f1600(lanes);
}
} // namespace

void keccak_f1600(std::array<std::uint64_t, 25>& s) noexcept
{
    // Local lanes, so that the compiler keeps as many as it can in registers.
    Lane a00 = s[0], a01 = s[1], a02 = s[2], a03 = s[3], a04 = s[4];
    Lane a10 = s[5], a11 = s[6], a12 = s[7], a13 = s[8], a14 = s[9];
    Lane a20 = s[10], a21 = s[11], a22 = s[12], a23 = s[13], a24 = s[14];
    Lane a30 = s[15], a31 = s[16], a32 = s[17], a33 = s[18], a34 = s[19];
    Lane a40 = s[20], a41 = s[21], a42 = s[22], a43 = s[23], a44 = s[24];
    Lane e00, e01, e02, e03, e04, e10, e11, e12, e13, e14, e20, e21, e22, e23, e24;
    Lane e30, e31, e32, e33, e34, e40, e41, e42, e43, e44;
    for (std::size_t round = 0; round < kRoundConstants.size(); round += 2)
    {
        DMID_ROUND(a, e, kRoundConstants[round]);
        DMID_ROUND(e, a, kRoundConstants[round + 1]);
    }
    s = {a00, a01, a02, a03, a04, a10, a11, a12, a13, a14, a20, a21, a22,
         a23, a24, a30, a31, a32, a33, a34, a40, a41, a42, a43, a44};
}

Keccak256& Keccak256::update(ByteView data) noexcept
{
    if (data.empty())
        return *this;
    if (held_ > 0)
    {
        const std::size_t taken = std::min(kKeccakRate - held_, data.size());
        std::memcpy(block_.data() + held_, data.data(), taken);
        held_ += taken;
        data = data.subspan(taken);
        if (held_ < kKeccakRate)
            return *this;
        absorb(state_, block_.data());
        held_ = 0;
    }
    for (; data.size() >= kKeccakRate; data = data.subspan(kKeccakRate))
        absorb(state_, data.data());
    if (!data.empty())
        std::memcpy(block_.data(), data.data(), data.size());
    held_ = data.size();
    return *this;
}

Hash32 Keccak256::finish() noexcept
{
    std::memset(block_.data() + held_, 0, kKeccakRate - held_);
    block_[held_] ^= 0x01;
    block_[kKeccakRate - 1] ^= 0x80;
    absorb(state_, block_.data());
    Hash32 out;
    std::memcpy(out.data(), state_.data(), Hash32::kSize);
    state_ = {};
    held_ = 0;
    return out;
}

Hash32 keccak256(ByteView data) noexcept
{
    return Keccak256{}.update(data).finish();
}

Hash32 keccak256_pair(ByteView a, ByteView b) noexcept
{
    return Keccak256{}.update(a).update(b).finish();
}
} // namespace dmid::crypto
