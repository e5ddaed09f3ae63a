// SPDX-License-Identifier: Apache-2.0
#include "keys/keystore.hpp"
#include "keys/random.hpp"

#include <gtest/gtest.h>

namespace dmid::keys
{
namespace
{
constexpr ScryptCost kCheap{2, 8, 1};

// The two test vectors of the Web3 Secret Storage Definition.
constexpr std::string_view kPbkdf2File = R"({"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":
"6087dab2f9fdbbfaddc31a909735c1e6"},"ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
"kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256",
"salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
"mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3})";
constexpr std::string_view kScryptFile = R"({"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":
"83dbcc02d8ccb40e466191a123791e0e"},"ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
"kdf":"scrypt","kdfparams":{"dklen":32,"n":262144,"r":1,"p":8,
"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
"mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},
"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3})";
constexpr std::string_view kVectorKey = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

SecretText pass(std::string text)
{
    return SecretText{std::move(text)};
}

std::string replaced(std::string text, std::string_view from, std::string_view to)
{
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(Keystore, ReadsTheScryptVectorOfTheDefinition)
{
    const auto key = decrypt_keystore(kScryptFile, pass("testpassword"));
    ASSERT_TRUE(key) << to_string(key.error());
    EXPECT_EQ(to_hex(key->view()), kVectorKey);
}

TEST(Keystore, ReadsThePbkdf2VectorOfTheDefinition)
{
    const auto key = decrypt_keystore(kPbkdf2File, pass("testpassword"));
    ASSERT_TRUE(key) << to_string(key.error());
    EXPECT_EQ(to_hex(key->view()), kVectorKey);
}

TEST(Keystore, RefusesAWrongPassphraseByItsOwnCode)
{
    EXPECT_EQ(decrypt_keystore(kPbkdf2File, pass("testpasswore")).error().code, Errc::input_passphrase);
}

TEST(Keystore, ReadsBackWhatItWroteAndSaysWhoseKeyItIs)
{
    const auto key = random_private_key();
    const auto text = encrypt_keystore(key, pass("päss wörd"), "inbox", kCheap);
    ASSERT_TRUE(text);
    const auto back = decrypt_keystore(*text, pass("päss wörd"));
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_TRUE(constant_time_equal(back->view(), key.view()));
    const auto info = read_keystore_info(*text);
    ASSERT_TRUE(info);
    EXPECT_EQ(info->role, "inbox");
    EXPECT_TRUE(info->address && info->x_only);
    EXPECT_EQ(info->id.size(), 36U);
}

TEST(Keystore, NeverWritesTheSameBytesTwice)
{
    const auto key = random_private_key();
    EXPECT_NE(*encrypt_keystore(key, pass("x"), "node", kCheap),
              *encrypt_keystore(key, pass("x"), "node", kCheap));
}

TEST(Keystore, RefusesAFileWhoseClearPartNamesAnotherKey)
{
    const auto one = encrypt_keystore(random_private_key(), pass("x"), "node", kCheap);
    const auto two = encrypt_keystore(random_private_key(), pass("x"), "node", kCheap);
    const auto address = to_hex(read_keystore_info(*one)->address->view());
    const auto other = to_hex(read_keystore_info(*two)->address->view());
    EXPECT_EQ(decrypt_keystore(replaced(*one, address, other), pass("x")).error().code,
              Errc::key_file_invalid);
}

TEST(Keystore, RefusesABombInTheCostBeforeSpendingMemory)
{
    const auto huge = replaced(std::string{kScryptFile}, "\"n\":262144", "\"n\":1099511627776");
    EXPECT_EQ(decrypt_keystore(huge, pass("x")).error().code, Errc::key_file_invalid);
    const auto odd = replaced(std::string{kScryptFile}, "\"n\":262144", "\"n\":262143");
    EXPECT_EQ(decrypt_keystore(odd, pass("x")).error().code, Errc::key_file_invalid);
    const auto slow = replaced(std::string{kPbkdf2File}, "\"c\":262144", "\"c\":4000000000");
    EXPECT_EQ(decrypt_keystore(slow, pass("x")).error().code, Errc::key_file_invalid);
}

TEST(Keystore, RefusesEveryMalformedFileByTheSameCode)
{
    const std::string good{kScryptFile};
    for (const auto& bad :
         {std::string{}, std::string{"[]"}, std::string{"{"}, std::string(70000, ' '),
          replaced(good, "\"version\":3", "\"version\":1"),
          replaced(good, "\"version\":3", "\"version\":\"3\""), replaced(good, "\"crypto\":{", "\"other\":{"),
          replaced(good, "aes-128-ctr", "aes-128-cbc"), replaced(good, "scrypt", "argon2"),
          replaced(good, "\"dklen\":32", "\"dklen\":64"), replaced(good, "\"mac\":\"21", "\"mac\":\"zz"),
          replaced(good, "\"mac\":\"21", "\"mac\":\""), replaced(good, "\"iv\":\n\"83", "\"iv\":\""),
          replaced(good, "\"r\":1", "\"r\":-1"), replaced(good, "\"r\":1", "\"r\":[1]")})
        EXPECT_EQ(decrypt_keystore(bad, pass("testpassword")).error().code, Errc::key_file_invalid) << bad;
}

TEST(SecretText, EmptiesTheStringItTakesAndTheOneItMovesFrom)
{
    std::string source = "swordfish";
    SecretText first{std::move(source)};
    EXPECT_TRUE(source.empty()); // NOLINT: the promise of the constructor
    const SecretText second{std::move(first)};
    EXPECT_TRUE(first.empty()); // NOLINT
    EXPECT_EQ(second.view(), "swordfish");
}
} // namespace
} // namespace dmid::keys
