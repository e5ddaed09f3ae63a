// SPDX-License-Identifier: Apache-2.0
#include "crypto/chacha20.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "crypto/nip44.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/sha256.hpp"

#include <gtest/gtest.h>

namespace dmid::crypto::nip44
{
namespace
{
Secret32 secret(std::uint8_t last)
{
    std::array<std::uint8_t, 32> bytes{};
    bytes[31] = last;
    return Secret32{bytes};
}

const Hash32 kNonce = sha256(as_bytes("nonce"));

Errc refusal(std::string_view payload)
{
    const auto conversation = conversation_key(secret(1), xonly_of(secret(2)).value()).value();
    const auto opened = decrypt(conversation, payload);
    return opened ? Errc::internal_bug : opened.error().code;
}

// A payload whose mac is right, around any padded bytes: what a malicious correspondent can make.
std::string sealed(Bytes padded)
{
    const auto conversation = conversation_key(secret(1), xonly_of(secret(2)).value()).value();
    std::array<std::uint8_t, 76> keys{};
    hkdf_expand(conversation.view(), kNonce.view(), keys);
    chacha20_xor(ByteView{keys}.first(32), ByteView{keys}.subspan(32, 12), padded);
    Bytes data = {2};
    append(data, kNonce.view());
    append(data, padded);
    append(data, hmac_sha256(ByteView{keys}.subspan(44), ByteView{data}.subspan(1)).view());
    return to_base64(data);
}

Bytes padded(std::size_t claimed, std::size_t size)
{
    Bytes out(2 + size, 0);
    out[0] = static_cast<std::uint8_t>(claimed >> 8U);
    out[1] = static_cast<std::uint8_t>(claimed);
    return out;
}
} // namespace

// The first case of the public NIP-44 vectors.
TEST(Nip44, MakesThePayloadOfThePublicVector)
{
    const auto conversation = conversation_key(secret(1), xonly_of(secret(2)).value()).value();
    EXPECT_EQ(to_hex(conversation.view()),
              "c41c775356fd92eadc63ff5a0dc1da211b268cbea22316767095b2871ea1412d");
    Hash32 nonce;
    nonce.bytes[31] = 1;
    const auto payload = encrypt(conversation, nonce, "a").value();
    EXPECT_EQ(payload, "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABee0G5VSK0/"
                       "9YypIObAtDKfYEAjD35uVkHyB0F4DwrcNaCXlCWZKaArsGrY6M"
                       "9wnuTMxWfp1RTN9Xga8no+kF5Vsb");
    EXPECT_EQ(decrypt(conversation, payload).value(), "a");
}

TEST(Nip44, PadsAsThePublicVectorsDo)
{
    const std::pair<std::size_t, std::size_t> known[] = {
        {16, 32},   {32, 32},   {33, 64},   {37, 64},    {45, 64},     {49, 64},
        {64, 64},   {65, 96},   {100, 128}, {111, 128},  {200, 224},   {250, 256},
        {320, 320}, {383, 384}, {384, 384}, {400, 448},  {500, 512},   {512, 512},
        {515, 640}, {700, 768}, {800, 896}, {900, 1024}, {1020, 1024}, {65535, 65536}};
    for (const auto& [length, expected] : known)
        EXPECT_EQ(padded_length(length), expected) << length;
}

TEST(Nip44, OpensWhatItSealedAtEveryPaddingBorder)
{
    const auto ours = conversation_key(secret(1), xonly_of(secret(2)).value()).value();
    const auto theirs = conversation_key(secret(2), xonly_of(secret(1)).value()).value();
    for (std::size_t border = 32; border <= 65536; border = padded_length(border + 1))
        for (const auto length : {border - 1, border, border + 1})
        {
            if (length > kMaxPlaintext)
                break;
            const std::string text(length, 'x');
            const auto payload = encrypt(ours, kNonce, text).value();
            EXPECT_GE(payload.size(), kMinPayload);
            EXPECT_LE(payload.size(), kMaxPayload);
            ASSERT_EQ(decrypt(theirs, payload).value(), text) << length;
        }
}

TEST(Nip44, SealsNeitherNothingNorTooMuch)
{
    const auto key = secret(1);
    EXPECT_EQ(encrypt(key, kNonce, "").error().code, Errc::crypto_payload_length);
    EXPECT_EQ(encrypt(key, kNonce, std::string(65536, 'x')).error().code, Errc::crypto_payload_length);
    EXPECT_EQ(encrypt(key, kNonce, std::string(65535, 'x')).value().size(), kMaxPayload);
    EXPECT_EQ(encrypt(key, kNonce, "x").value().size(), kMinPayload);
}

TEST(Nip44, NamesTheReasonOfEachRefusal)
{
    const auto good = sealed(padded(5, 32));
    EXPECT_EQ(refusal(""), Errc::crypto_payload_version);
    EXPECT_EQ(refusal("#" + good), Errc::crypto_payload_version);
    EXPECT_EQ(refusal("AQ" + good.substr(2)), Errc::crypto_payload_version);
    EXPECT_EQ(refusal(good.substr(0, 128)), Errc::crypto_payload_length);
    EXPECT_EQ(refusal(std::string(kMaxPayload + 4, 'A')), Errc::crypto_payload_length);
    EXPECT_EQ(refusal(good.substr(0, 60) + "*" + good.substr(61)), Errc::crypto_payload_base64);
    EXPECT_EQ(refusal(good + "A"), Errc::crypto_payload_base64);
    EXPECT_EQ(refusal(sealed(padded(5, 32)).replace(80, 1, good[80] == 'A' ? "B" : "A")),
              Errc::crypto_payload_mac);
}

TEST(Nip44, RefusesWrongPaddingUnderARightMac)
{
    EXPECT_EQ(refusal(sealed(padded(5, 32))), Errc::internal_bug); // it opens
    EXPECT_EQ(refusal(sealed(padded(0, 32))), Errc::crypto_payload_padding);
    EXPECT_EQ(refusal(sealed(padded(33, 32))), Errc::crypto_payload_padding);
    EXPECT_EQ(refusal(sealed(padded(32, 64))), Errc::crypto_payload_padding);
    EXPECT_EQ(refusal(sealed(padded(5, 33))), Errc::crypto_payload_padding);
    EXPECT_EQ(refusal(sealed(padded(65535, 32))), Errc::crypto_payload_padding);
}

// 00 00 ‖ 00 01 00 00 ‖ 65536 bytes: the form of 2026, which is refused by its size.
TEST(Nip44, RefusesTheSixBytePrefix)
{
    Bytes longer(6 + 65536, 'x');
    longer[0] = longer[1] = longer[2] = longer[4] = longer[5] = 0;
    longer[3] = 1;
    EXPECT_EQ(refusal(sealed(longer)), Errc::crypto_payload_length);
}

TEST(Nip44, RefusesAPayloadWithAnyByteChanged)
{
    const auto good = from_base64(sealed(padded(20, 32))).value();
    for (std::size_t i = 1; i < good.size(); ++i)
    {
        auto bad = good;
        bad[i] ^= 0x10;
        EXPECT_EQ(refusal(to_base64(bad)), Errc::crypto_payload_mac) << i;
    }
}

// RFC 8439 A.1, test vector 1: the key stream of zeros.
TEST(Chacha20, GivesTheKeyStreamOfRfc8439)
{
    Bytes data(64);
    ASSERT_TRUE(chacha20_xor(Bytes(32), Bytes(12), data));
    EXPECT_EQ(to_hex(data), "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
                            "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
    EXPECT_FALSE(chacha20_xor(Bytes(31), Bytes(12), data));
    EXPECT_FALSE(chacha20_xor(Bytes(32), Bytes(8), data));
}
} // namespace dmid::crypto::nip44
