// SPDX-License-Identifier: Apache-2.0
#include "crypto/keccak.hpp"
#include "crypto/keccak_many.hpp"

#include <cryptopp/keccak.h>
#include <gtest/gtest.h>

#include <random>

namespace dmid::crypto
{
namespace
{
Bytes random_input(std::mt19937_64& random, std::size_t size)
{
    Bytes out(size);
    for (auto& b : out)
        b = static_cast<std::uint8_t>(random());
    return out;
}

// The independent implementation.
Hash32 reference(ByteView data)
{
    Hash32 out;
    CryptoPP::Keccak_256 hash;
    hash.CalculateDigest(out.data(), data.data(), data.size());
    return out;
}
} // namespace

TEST(Keccak, HashesWhatEthereumHashes)
{
    EXPECT_EQ(to_hex(keccak256({}).view()),
              "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    EXPECT_EQ(to_hex(keccak256(as_bytes("Transfer(address,address,uint256)")).view()),
              "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
}

TEST(Keccak, AgreesWithCryptoppAtEveryLengthAroundTheBlockBorders)
{
    std::mt19937_64 random{83};
    for (std::size_t size = 0; size <= 136 * 5 + 2; ++size)
    {
        const auto data = random_input(random, size);
        ASSERT_EQ(keccak256(data), reference(data)) << size;
    }
}

TEST(Keccak, AgreesWithCryptoppOverRandomLengths)
{
    std::mt19937_64 random{84};
    for (int i = 0; i < 500; ++i)
    {
        const auto data = random_input(random, random() % 20000);
        ASSERT_EQ(keccak256(data), reference(data)) << data.size();
    }
}

TEST(Keccak, GivesOneDigestHoweverTheBytesArrive)
{
    std::mt19937_64 random{85};
    for (int i = 0; i < 2000; ++i)
    {
        const auto data = random_input(random, random() % 700);
        Keccak256 hash;
        for (ByteView rest = data; !rest.empty();)
        {
            const auto taken = std::min<std::size_t>(rest.size(), random() % 300);
            hash.update(rest.first(taken));
            rest = rest.subspan(taken);
        }
        ASSERT_EQ(hash.finish(), reference(data)) << data.size();
    }
}

TEST(Keccak, StartsAnewAfterADigest)
{
    Keccak256 hash;
    hash.update(as_bytes("left over")).finish();
    EXPECT_EQ(hash.finish(), keccak256({}));
}

TEST(Keccak, JoinsAPair)
{
    EXPECT_EQ(keccak256_pair(as_bytes("ab"), as_bytes("c")), keccak256(as_bytes("abc")));
}
TEST(Keccak, HashesManyAtOnceAsItHashesEachAlone)
{
    std::mt19937_64 random{85};
    for (std::size_t count = 0; count <= 150; ++count)
    {
        std::vector<Bytes> messages;
        for (std::size_t i = 0; i < count; ++i)
            // Around the block borders, where lanes end at different blocks.
            messages.push_back(
                random_input(random, random() % 2 == 0 ? random() % 1200 : 134 + random() % 5));
        const std::vector<ByteView> views{messages.begin(), messages.end()};
        std::vector<Hash32> hashes(count);
        keccak256_many(views, hashes);
        for (std::size_t i = 0; i < count; ++i)
            ASSERT_EQ(hashes[i], reference(views[i])) << i << " of " << count << ", " << views[i].size();
    }
}
} // namespace dmid::crypto
