// SPDX-License-Identifier: Apache-2.0
#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "crypto/pow.hpp"
#include "crypto/tagged_hash.hpp"
#include "crypto/tags.hpp"

#include <cryptopp/hkdf.h>
#include <cryptopp/hmac.h>
#include <cryptopp/sha.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace dmid::crypto
{
namespace
{
Bytes hex(std::string_view text)
{
    return from_hex(text).value();
}
Bytes random_bytes(std::mt19937_64& random, std::size_t size)
{
    Bytes out(size);
    for (auto& b : out)
        b = static_cast<std::uint8_t>(random());
    return out;
}
} // namespace

TEST(Sha256, GivesTheKnownDigests)
{
    EXPECT_EQ(to_hex(sha256({}).view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256(as_bytes("abc")).view()),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, GoesOnFromACopiedMidstate)
{
    Sha256 first;
    first.update(as_bytes("ab"));
    auto second = first;
    EXPECT_EQ(first.update(as_bytes("c")).finish(), sha256(as_bytes("abc")));
    EXPECT_EQ(second.update(as_bytes("d")).finish(), sha256(as_bytes("abd")));
}

// RFC 4231 §4.2, 4.3, 4.7 (a key longer than a block).
TEST(Hmac, GivesTheMacsOfRfc4231)
{
    EXPECT_EQ(to_hex(hmac_sha256(Bytes(20, 0x0b), as_bytes("Hi There")).view()),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")).view()),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac_sha256(Bytes(131, 0xaa),
                                 as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))
                         .view()),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, AgreesWithCryptoppOverRandomKeysAndMessages)
{
    std::mt19937_64 random{86};
    for (int i = 0; i < 1000; ++i)
    {
        const auto key = random_bytes(random, random() % 140);
        const auto message = random_bytes(random, random() % 400);
        Hash32 expected;
        CryptoPP::HMAC<CryptoPP::SHA256>{key.data(), key.size()}.CalculateDigest(
            expected.data(), message.data(), message.size());
        ASSERT_EQ(hmac_sha256(key, message), expected);
        const auto cut = message.empty() ? 0 : random() % message.size();
        ASSERT_EQ(HmacKey{key}.mac(ByteView{message}.first(cut), ByteView{message}.subspan(cut)), expected);
    }
}

// RFC 5869 A.1 to A.3.
TEST(Hkdf, GivesTheKeysOfRfc5869)
{
    Bytes longer(80);
    const auto run = [](ByteView salt, ByteView input, ByteView info, std::size_t size)
    {
        Bytes out(size);
        EXPECT_TRUE(hkdf_expand(hkdf_extract(salt, input).view(), info, out));
        return to_hex(out);
    };
    EXPECT_EQ(run(hex("000102030405060708090a0b0c"), Bytes(22, 0x0b), hex("f0f1f2f3f4f5f6f7f8f9"), 42),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    Bytes salt(80), input(80), info(80);
    for (std::size_t i = 0; i < 80; ++i)
    {
        input[i] = static_cast<std::uint8_t>(i);
        salt[i] = static_cast<std::uint8_t>(0x60 + i);
        info[i] = static_cast<std::uint8_t>(0xb0 + i);
    }
    EXPECT_EQ(
        run(salt, input, info, 82),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
    EXPECT_EQ(run({}, Bytes(22, 0x0b), {}, 42),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Hkdf, AgreesWithCryptoppAtEveryLength)
{
    std::mt19937_64 random{87};
    for (std::size_t size = 1; size < 200; ++size)
    {
        const auto salt = random_bytes(random, random() % 70);
        const auto input = random_bytes(random, 32);
        const auto info = random_bytes(random, random() % 70);
        Bytes ours(size), theirs(size);
        ASSERT_TRUE(hkdf_expand(hkdf_extract(salt, input).view(), info, ours));
        CryptoPP::HKDF<CryptoPP::SHA256>{}.DeriveKey(theirs.data(), theirs.size(), input.data(), input.size(),
                                                     salt.data(), salt.size(), info.data(), info.size());
        ASSERT_EQ(ours, theirs) << size;
    }
}

TEST(Hkdf, RefusesMoreThanTheRfcAllows)
{
    Bytes most(255 * 32), beyond(255 * 32 + 1);
    EXPECT_TRUE(hkdf_expand(Bytes(32), {}, most));
    EXPECT_FALSE(hkdf_expand(Bytes(32), {}, beyond));
    EXPECT_EQ(beyond, Bytes(255 * 32 + 1));
}

TEST(TaggedHash, IsTheConstructionOfBip340)
{
    const auto tag = sha256(as_bytes("dmid/possession"));
    Bytes plain;
    append(plain, tag.view());
    append(plain, tag.view());
    append(plain, as_bytes("abc"));
    EXPECT_EQ(tagged_hash("dmid/possession", {as_bytes("a"), as_bytes("bc")}), sha256(plain));
    EXPECT_EQ(TaggedHash{"t"}.update_u64(0x0102030405060708).finish(),
              tagged_hash("t", {hex("0102030405060708")}));
}

TEST(Tags, AreAllDifferent)
{
    std::vector<std::string_view> all = {tags::kPossession,   tags::kListedKey,       tags::kHandover,
                                         tags::kContinuity,   tags::kPolicy,          tags::kPolicyHead,
                                         tags::kReceipt,      tags::kPromise,         tags::kCheckpoint,
                                         tags::kGatewayHead,  tags::kEnvelopeRumor,   tags::kEnvelopeSigned,
                                         tags::kEnvelopeWrap, tags::kEnvelopeChannel, tags::kLeg};
    std::sort(all.begin(), all.end());
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(Pow, CountsTheZeroBitsInFront)
{
    Hash32 id;
    EXPECT_EQ(leading_zero_bits(id), 256U);
    for (unsigned bits = 0; bits < 256; ++bits)
    {
        id = {};
        id.bytes[bits / 8] = static_cast<std::uint8_t>(0x80U >> (bits % 8));
        EXPECT_EQ(leading_zero_bits(id), bits);
        id.bytes[31] |= 1;
        EXPECT_EQ(leading_zero_bits(id), bits);
    }
}
} // namespace dmid::crypto
