// SPDX-License-Identifier: Apache-2.0
#include "keys/keystore.hpp"
#include "keys/random.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace dmid::keys
{
namespace
{
constexpr ScryptCost kCheapStore{2, 8, 1};

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
// Written by Foundry's cast 1.7.1 (`cast wallet import`), passphrase "pass-word".
constexpr std::string_view kCastFile = R"({"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":
"77ac01dd4530d6c317dc591aa781d16b"},"ciphertext":"185dd2ae7df6c097922c010e7d1afcef0331776fcf8f510d6c685e3ab32a88c1",
"kdf":"scrypt","kdfparams":{"dklen":32,"n":8192,"p":1,"r":8,
"salt":"6377cda21c56b5a8e8b426169f5751b64d9b4398a5db353b290f0f6335b2a66c"},
"mac":"ac01406fe87e338cf719ca33f916fe2256694139fb54072af1db3c32b5466877"},
"id":"fb6ba7df-db65-4c99-b4e0-0f6189a9cfe1","version":3})";
constexpr std::string_view kCastKey = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
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

TEST(Keystore, ReadsAFileOfAnotherImplementation)
{
    const auto key = decrypt_keystore(kCastFile, pass("pass-word"));
    ASSERT_TRUE(key) << to_string(key.error());
    EXPECT_EQ(to_hex(key->view()), kCastKey);
}

TEST(Keystore, WritesAFileThatAnotherImplementationReads)
{
    const std::string cast =
        std::string{DMID_SOURCE_DIR} + "/contracts/node_modules/@foundry-rs/cast-linux-amd64/bin/cast";
    if (!std::filesystem::exists(cast))
        GTEST_SKIP() << "no cast: run npm ci in contracts/";
    const auto folder = std::filesystem::temp_directory_path() / ("dmid-cast-" + to_hex(random_bytes(8)));
    std::filesystem::create_directories(folder);
    const auto key = random_private_key();
    std::ofstream{folder / "ours"}
        << encrypt_keystore(key, pass("pass-word"), "owner", ScryptCost{8192, 8, 1}).value();
    const auto command =
        cast + " wallet decrypt-keystore ours -k " + folder.string() + " --unsafe-password pass-word 2>&1";
    std::string said;
    if (auto* pipe = popen(command.c_str(), "r"); pipe != nullptr)
    {
        for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe))
            said.push_back(static_cast<char>(c));
        pclose(pipe);
    }
    std::filesystem::remove_all(folder);
    EXPECT_NE(said.find(to_hex(key.view())), std::string::npos) << said;
}

TEST(Keystore, RefusesAWrongPassphraseByItsOwnCode)
{
    EXPECT_EQ(decrypt_keystore(kPbkdf2File, pass("testpasswore")).error().code, Errc::input_passphrase);
}

TEST(Keystore, ReadsBackWhatItWroteAndSaysWhoseKeyItIs)
{
    const auto key = random_private_key();
    const auto text = encrypt_keystore(key, pass("päss wörd"), "inbox", kCheapStore);
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
    EXPECT_NE(*encrypt_keystore(key, pass("x"), "node", kCheapStore),
              *encrypt_keystore(key, pass("x"), "node", kCheapStore));
}

TEST(Keystore, RefusesAFileWhoseClearPartNamesAnotherKey)
{
    const auto one = encrypt_keystore(random_private_key(), pass("x"), "node", kCheapStore);
    const auto two = encrypt_keystore(random_private_key(), pass("x"), "node", kCheapStore);
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
