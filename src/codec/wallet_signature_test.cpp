// SPDX-License-Identifier: Apache-2.0
#include "codec/wallet_signature.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/sha256.hpp"

#include <gtest/gtest.h>

namespace dmid::codec
{
namespace
{
Bytes hex(std::string_view text)
{
    return from_hex(text).value();
}

/// By viem's serializeErc6492Signature: 0x1111…, 0xdeadbeef, 65 times 0xab.
Bytes wrapped()
{
    auto out = hex("0000000000000000000000001111111111111111111111111111111111111111"
                   "0000000000000000000000000000000000000000000000000000000000000060"
                   "00000000000000000000000000000000000000000000000000000000000000a0"
                   "0000000000000000000000000000000000000000000000000000000000000004"
                   "deadbeef00000000000000000000000000000000000000000000000000000000"
                   "0000000000000000000000000000000000000000000000000000000000000041");
    append(out, Bytes(65, 0xab));
    append(out, Bytes(31, 0));
    append(out, hex("6492649264926492649264926492649264926492649264926492649264926492"));
    return out;
}

Errc contract_refusal(const Bytes& signature)
{
    const auto read = unwrap_signature(signature);
    return read ? Errc::internal_bug : read.error().code;
}

TEST(WalletSignature, ATextIsHashedAsWalletsHashIt)
{
    // viem's hashMessage('hello').
    EXPECT_EQ(to_hex(personal_digest("hello").view()),
              "50b2c43fd39106bafbba0da34fc430e1f91e3c96ea2acee2bc34119f92b37750");
}

TEST(WalletSignature, AKeySignedWhereItsAddressIsTheOneNamed)
{
    const Secret32 secret{crypto::sha256(as_bytes("a wallet")).bytes};
    const auto digest = personal_digest("hello");
    const auto signature = crypto::sign_ecdsa(digest, secret).value();
    const auto who = crypto::address_of(secret).value();
    EXPECT_TRUE(key_signed(who, digest, signature.view()));
    EXPECT_FALSE(key_signed(who, personal_digest("hullo"), signature.view()));
    EXPECT_FALSE(key_signed(Address{}, digest, signature.view()));
    EXPECT_FALSE(key_signed(who, digest, signature.view().first(64)));
    EXPECT_FALSE(key_signed(who, digest, {}));
    EXPECT_FALSE(key_signed(Address{}, digest, Bytes(65, 0)));
}

TEST(WalletSignature, AWrapperGivesTheCallThatComesFirst)
{
    const auto read = unwrap_signature(wrapped());
    ASSERT_TRUE(read) << to_string(read.error());
    ASSERT_TRUE(read->first);
    EXPECT_EQ(read->first->target.bytes,
              (std::array<std::uint8_t, 20>{0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                            0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11}));
    EXPECT_EQ(read->first->data, hex("deadbeef"));
    EXPECT_EQ(read->signature, Bytes(65, 0xab));
}

TEST(WalletSignature, WhatHasNoWrapperStaysAsItIs)
{
    for (const auto& plain : {Bytes{1}, Bytes(65, 0xab), Bytes(kMaxWalletSignature, 0x64)})
    {
        const auto read = unwrap_signature(plain);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->signature, plain);
        EXPECT_FALSE(read->first);
    }
}

TEST(WalletSignature, AWrapperThatDoesNotReadIsRefused)
{
    EXPECT_EQ(contract_refusal({}), Errc::crypto_signature_invalid);
    EXPECT_EQ(contract_refusal(Bytes(kMaxWalletSignature + 1, 1)), Errc::crypto_signature_invalid);
    const auto whole = wrapped();
    EXPECT_EQ(contract_refusal({whole.end() - 32, whole.end()}), Errc::crypto_signature_invalid)
        << "magic bytes alone";
    EXPECT_EQ(contract_refusal({whole.begin() + 32, whole.end()}), Errc::crypto_signature_invalid)
        << "cut in front";
    auto nobody = whole;
    std::fill(nobody.begin(), nobody.begin() + 32, std::uint8_t{0});
    EXPECT_EQ(contract_refusal(nobody), Errc::crypto_signature_invalid) << "calls nobody";
    auto dirty = whole;
    dirty[0] = 1;
    EXPECT_EQ(contract_refusal(dirty), Errc::crypto_signature_invalid) << "no address";
    auto outside = whole;
    outside[32 + 31] = 0xff;
    EXPECT_EQ(contract_refusal(outside), Errc::crypto_signature_invalid) << "points outside";
}
} // namespace
} // namespace dmid::codec
