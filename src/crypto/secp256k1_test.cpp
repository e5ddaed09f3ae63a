// SPDX-License-Identifier: Apache-2.0
#include "crypto/secp256k1.hpp"
#include "crypto/sha256.hpp"

#include <gtest/gtest.h>

#include <random>

namespace dmid::crypto
{
namespace
{
template <class T> T fixed(std::string_view text)
{
    return fixed_from_hex<T>(text).value();
}
Secret32 secret(std::string_view text)
{
    return Secret32{fixed<Hash32>(text).bytes};
}
Hash32 random_hash(std::mt19937_64& random)
{
    Hash32 out;
    for (auto& b : out.bytes)
        b = static_cast<std::uint8_t>(random());
    return out;
}

constexpr std::string_view kOrder = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
constexpr std::string_view kOrderLessOne = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";

// n - s, and the other v: the second signature that the curve allows and Ethereum does not (EIP-2).
EcdsaSignature with_high_s(EcdsaSignature signature)
{
    const auto order = fixed<Hash32>(kOrder);
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;)
    {
        const int digit = order.bytes[i] - signature.bytes[32 + i] - borrow;
        borrow = digit < 0 ? 1 : 0;
        signature.bytes[32 + i] = static_cast<std::uint8_t>(digit & 0xff);
    }
    signature.bytes[64] = signature.bytes[64] == 27 ? 28 : 27;
    return signature;
}
} // namespace

TEST(Secp256k1, KnowsValidSecrets)
{
    EXPECT_FALSE(valid_secret(Secret32{}));
    EXPECT_FALSE(valid_secret(secret(kOrder)));
    EXPECT_TRUE(valid_secret(secret(kOrderLessOne)));
}

TEST(Secp256k1, RefusesBadSecretsEverywhere)
{
    const Secret32 zero;
    const auto peer = xonly_of(secret(kOrderLessOne)).value();
    EXPECT_EQ(public_key_of(zero).error().code, Errc::crypto_key_invalid);
    EXPECT_EQ(xonly_of(zero).error().code, Errc::crypto_key_invalid);
    EXPECT_EQ(address_of(zero).error().code, Errc::crypto_key_invalid);
    EXPECT_EQ(sign_ecdsa({}, zero).error().code, Errc::crypto_key_invalid);
    EXPECT_EQ(sign_schnorr({}, secret(kOrder), {}).error().code, Errc::crypto_key_invalid);
    EXPECT_EQ(ecdh_x(zero, peer).error().code, Errc::crypto_key_invalid);
}

// The first development account of anvil and hardhat.
TEST(Secp256k1, DerivesAnEthereumAddress)
{
    const auto key = secret("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    EXPECT_EQ(to_hex(address_of(key).value().view()), "f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
    EXPECT_EQ(address_of(public_key_of(key).value()).value(), address_of(key).value());
}

TEST(Secp256k1, RecoversAndVerifiesItsOwnSignatures)
{
    std::mt19937_64 random{88};
    for (int i = 0; i < 200; ++i)
    {
        const Secret32 key{random_hash(random).bytes};
        const auto digest = random_hash(random);
        const auto signature = sign_ecdsa(digest, key).value();
        EXPECT_EQ(recover(digest, signature).value(), address_of(key).value());
        EXPECT_EQ(recover_key(digest, signature).value(), public_key_of(key).value());
        EXPECT_TRUE(verify_ecdsa(digest, signature, public_key_of(key).value()));
        EXPECT_FALSE(verify_ecdsa(random_hash(random), signature, public_key_of(key).value()));
    }
}

TEST(Secp256k1, RefusesAHighS)
{
    const auto key = secret(kOrderLessOne);
    const auto digest = sha256(as_bytes("high"));
    const auto signature = with_high_s(sign_ecdsa(digest, key).value());
    EXPECT_EQ(recover(digest, signature).error().code, Errc::crypto_signature_invalid);
    EXPECT_EQ(verify_ecdsa(digest, signature, public_key_of(key).value()).error().code,
              Errc::crypto_signature_invalid);
}

TEST(Secp256k1, RefusesMalformedEcdsaSignatures)
{
    const auto digest = sha256(as_bytes("x"));
    const auto good = sign_ecdsa(digest, secret(kOrderLessOne)).value();
    for (const std::uint8_t v : Bytes{0, 1, 26, 29, 37, 255})
    {
        auto bad = good;
        bad.bytes[64] = v;
        EXPECT_EQ(recover(digest, bad).error().code, Errc::crypto_signature_invalid) << int{v};
    }
    EcdsaSignature zero{};
    zero.bytes[64] = 27;
    EXPECT_EQ(recover(digest, zero).error().code, Errc::crypto_signature_invalid);
    auto beyond = good;
    const auto order = fixed<Hash32>(kOrder);
    std::copy(order.begin(), order.end(), beyond.bytes.begin());
    EXPECT_EQ(recover(digest, beyond).error().code, Errc::crypto_signature_invalid);
}

// BIP-340 test vectors 0 and 1.
TEST(Secp256k1, MakesTheSchnorrSignaturesOfBip340)
{
    const auto three = secret("0000000000000000000000000000000000000000000000000000000000000003");
    EXPECT_EQ(to_hex(xonly_of(three).value().view()),
              "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9");
    EXPECT_EQ(to_hex(sign_schnorr({}, three, {}).value().view()),
              "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca8215"
              "25f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0");
    const auto pi = secret("b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfef");
    const auto message = fixed<Hash32>("243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89");
    const auto aux = fixed<Hash32>("0000000000000000000000000000000000000000000000000000000000000001");
    EXPECT_EQ(to_hex(sign_schnorr(message, pi, aux).value().view()),
              "6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de3341"
              "8906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a");
}

TEST(Secp256k1, ASignerMadeReadySignsAsTheKeyDoes)
{
    const Secret32 secret{Hash32::from(Bytes(32, 5)).value().bytes};
    const auto signer = SchnorrSigner::make(secret).value();
    for (std::uint8_t i = 0; i < 8; ++i)
    {
        const auto message = Hash32::from(Bytes(32, i)).value();
        const auto aux = Hash32::from(Bytes(32, static_cast<std::uint8_t>(200 + i))).value();
        EXPECT_EQ(signer->sign(message, aux).value(), sign_schnorr(message, secret, aux).value());
    }
    EXPECT_EQ(SchnorrSigner::make(Secret32{}).error().code, Errc::crypto_key_invalid);
}

TEST(Secp256k1, RefusesSchnorrSignaturesWithAnyByteChanged)
{
    const auto key = secret(kOrderLessOne);
    const auto message = sha256(as_bytes("m"));
    const auto good = sign_schnorr(message, key, {}).value();
    const auto author = xonly_of(key).value();
    ASSERT_TRUE(verify_schnorr(message, good, author));
    for (std::size_t i = 0; i < good.size(); ++i)
    {
        auto bad = good;
        bad.bytes[i] ^= 1;
        EXPECT_EQ(verify_schnorr(message, bad, author).error().code, Errc::crypto_signature_invalid) << i;
    }
}

// The keys of BIP-340 vectors 5 (not on the curve) and 14 (beyond the field).
TEST(Secp256k1, RefusesKeysThatAreNoPoints)
{
    for (const auto* text : {"eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34",
                             "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30",
                             "0000000000000000000000000000000000000000000000000000000000000000"})
    {
        const auto key = fixed<XOnlyKey>(text);
        EXPECT_FALSE(valid_key(key));
        EXPECT_EQ(verify_schnorr({}, {}, key).error().code, Errc::crypto_key_invalid);
        EXPECT_EQ(ecdh_x(secret(kOrderLessOne), key).error().code, Errc::crypto_key_invalid);
    }
}

TEST(Secp256k1, SharesOneSecretFromBothSidesWhateverTheParity)
{
    std::mt19937_64 random{89};
    for (int i = 0; i < 100; ++i)
    {
        const Secret32 a{random_hash(random).bytes};
        const Secret32 b{random_hash(random).bytes};
        const auto ab = ecdh_x(a, xonly_of(b).value()).value();
        const auto ba = ecdh_x(b, xonly_of(a).value()).value();
        EXPECT_TRUE(constant_time_equal(ab.view(), ba.view()));
    }
}

TEST(Secp256k1, GivesTheSameAnswersWhenRandomised)
{
    const auto key = secret(kOrderLessOne);
    const auto before = sign_ecdsa({}, key).value();
    randomise(secret("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
    EXPECT_EQ(sign_ecdsa({}, key).value(), before);
}
} // namespace dmid::crypto
