// SPDX-License-Identifier: Apache-2.0
#include "keys/keystore.hpp"

#include "crypto/keccak.hpp"
#include "crypto/secp256k1.hpp"
#include "keys/kdf.hpp"
#include "keys/random.hpp"

#include <boost/json.hpp>

// The format: Web3 Secret Storage Definition, version 3.
namespace dmid::keys
{
namespace json = boost::json;
namespace
{
constexpr std::size_t kMaxFile = 64U * 1024U;

auto invalid(std::string_view what)
{
    return fail(Errc::key_file_invalid, std::string{what});
}

Result<json::object> parse_file(std::string_view text)
{
    if (text.size() > kMaxFile)
        return invalid("over 64 KiB");
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 8;
    auto value = json::parse(text, error, {}, options);
    if (error || !value.is_object())
        return invalid("not a JSON object");
    auto& object = value.get_object();
    const auto* version = object.if_contains("version");
    if (version == nullptr || !version->is_int64() || version->get_int64() != 3)
        return invalid("version is not 3");
    return std::move(object);
}

// geth writes "crypto"; early files say "Crypto".
const json::object* crypto_of(const json::object& file)
{
    for (const char* name : {"crypto", "Crypto"})
        if (const auto* value = file.if_contains(name); value != nullptr && value->is_object())
            return &value->get_object();
    return nullptr;
}

Result<std::string> text_at(const json::object& object, std::string_view key)
{
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_string())
        return invalid(std::string{key} + " is missing or no text");
    return std::string{value->get_string()};
}

Result<Bytes> hex_at(const json::object& object, std::string_view key)
{
    DMID_TRY(auto text, text_at(object, key));
    auto bytes = from_hex(text);
    if (!bytes)
        return invalid(std::string{key} + " is not hex");
    return *std::move(bytes);
}

Result<std::uint64_t> number_at(const json::object& object, std::string_view key)
{
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_int64() || value->get_int64() < 1)
        return invalid(std::string{key} + " is missing or no positive number");
    return static_cast<std::uint64_t>(value->get_int64());
}

Result<const json::object*> object_at(const json::object& object, std::string_view key)
{
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_object())
        return invalid(std::string{key} + " is missing or no object");
    return &value->get_object();
}

Result<Secret32> derive(const json::object& crypto, const SecretText& passphrase)
{
    DMID_TRY(const auto kdf, text_at(crypto, "kdf"));
    DMID_TRY(const auto* params, object_at(crypto, "kdfparams"));
    DMID_TRY(const auto salt, hex_at(*params, "salt"));
    DMID_TRY(const auto length, number_at(*params, "dklen"));
    if (length != 32)
        return invalid("dklen is not 32");
    if (kdf == "scrypt")
    {
        ScryptCost cost;
        DMID_TRY(cost.n, number_at(*params, "n"));
        DMID_TRY(cost.r, number_at(*params, "r"));
        DMID_TRY(cost.p, number_at(*params, "p"));
        if (!scrypt_cost_allowed(cost))
            return invalid("the cost of scrypt is outside the limits");
        return scrypt(passphrase, salt, cost);
    }
    if (kdf == "pbkdf2")
    {
        DMID_TRY(const auto prf, text_at(*params, "prf"));
        DMID_TRY(const auto rounds, number_at(*params, "c"));
        if (prf != "hmac-sha256" || rounds > kMaxPbkdf2Rounds)
            return invalid("pbkdf2 with this prf or so many rounds is not read");
        return pbkdf2(passphrase, salt, rounds);
    }
    return invalid("the kdf is neither scrypt nor pbkdf2");
}

Hash32 mac_of(const Secret32& derived, ByteView ciphertext)
{
    return crypto::keccak256_pair(derived.view().subspan(16), ciphertext);
}

Result<KeystoreInfo> info_of(const json::object& file)
{
    KeystoreInfo info;
    if (const auto* id = file.if_contains("id"); id != nullptr && id->is_string())
        info.id = std::string{id->get_string()};
    if (file.contains("address"))
    {
        DMID_TRY(const auto bytes, hex_at(file, "address"));
        auto address = Address::from(bytes);
        if (!address)
            return invalid("address has not 20 bytes");
        info.address = *address;
    }
    if (file.contains("x-dmid"))
    {
        DMID_TRY(const auto* extension, object_at(file, "x-dmid"));
        DMID_TRY(info.role, text_at(*extension, "role"));
        DMID_TRY(const auto bytes, hex_at(*extension, "xOnlyKey"));
        auto key = XOnlyKey::from(bytes);
        if (!key)
            return invalid("xOnlyKey has not 32 bytes");
        info.x_only = *key;
    }
    return info;
}

std::string new_uuid()
{
    auto bytes = random_bytes(16);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U); // RFC 9562 §5.4: version 4
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U); // §4.1: variant
    auto text = to_hex(bytes);
    for (const std::size_t at : {20U, 16U, 12U, 8U})
        text.insert(at, 1, '-');
    return text;
}

// What the clear part claims must be what the key says, or the file was tampered with.
Result<> check_claims(const json::object& file, const Secret32& key)
{
    DMID_TRY(const auto info, info_of(file));
    const auto address = crypto::address_of(key);
    const auto x_only = crypto::xonly_of(key);
    if (!address || !x_only)
        return invalid("the decrypted bytes are no private key");
    if (info.address && *info.address != *address)
        return invalid("address is not that of the key");
    if (info.x_only && *info.x_only != *x_only)
        return invalid("xOnlyKey is not that of the key");
    return {};
}
} // namespace

Result<std::string> encrypt_keystore(const Secret32& key, const SecretText& passphrase, std::string_view role,
                                     ScryptCost cost)
{
    DMID_TRY(const auto address, crypto::address_of(key));
    DMID_TRY(const auto x_only, crypto::xonly_of(key));
    if (!scrypt_cost_allowed(cost))
        return fail(Errc::input_usage, "the cost of scrypt must be a power of two within 1 GiB");
    const auto salt = random_bytes(32);
    const auto iv = random_bytes(16);
    DMID_TRY(const auto derived, scrypt(passphrase, salt, cost));
    DMID_TRY(const auto ciphertext, aes128_ctr(derived, iv, key.view()));
    const json::object params{
        {"dklen", 32}, {"n", cost.n}, {"p", cost.p}, {"r", cost.r}, {"salt", to_hex(salt)}};
    const json::object crypto{{"cipher", "aes-128-ctr"},
                              {"cipherparams", {{"iv", to_hex(iv)}}},
                              {"ciphertext", to_hex(ciphertext.view())},
                              {"kdf", "scrypt"},
                              {"kdfparams", params},
                              {"mac", to_hex(mac_of(derived, ciphertext.view()).view())}};
    json::object file{
        {"version", 3}, {"id", new_uuid()}, {"address", to_hex(address.view())}, {"crypto", crypto}};
    if (!role.empty())
        file["x-dmid"] = {{"role", role}, {"xOnlyKey", to_hex(x_only.view())}};
    return json::serialize(file);
}

Result<Secret32> decrypt_keystore(std::string_view text, const SecretText& passphrase)
{
    DMID_TRY(const auto file, parse_file(text));
    const auto* crypto = crypto_of(file);
    if (crypto == nullptr)
        return invalid("crypto is missing or no object");
    DMID_TRY(const auto cipher, text_at(*crypto, "cipher"));
    DMID_TRY(const auto* cipher_params, object_at(*crypto, "cipherparams"));
    DMID_TRY(const auto iv, hex_at(*cipher_params, "iv"));
    DMID_TRY(const auto ciphertext, hex_at(*crypto, "ciphertext"));
    DMID_TRY(const auto mac, hex_at(*crypto, "mac"));
    if (cipher != "aes-128-ctr" || iv.size() != 16 || ciphertext.size() != 32 || mac.size() != 32)
        return invalid("cipher, iv, ciphertext or mac is not of the expected form");
    DMID_TRY(const auto derived, derive(*crypto, passphrase));
    if (!constant_time_equal(mac_of(derived, ciphertext).view(), mac))
        return fail(Errc::input_passphrase, "the passphrase does not open this key file");
    DMID_TRY(auto key, aes128_ctr(derived, iv, ciphertext));
    DMID_TRY(check_claims(file, key));
    return key;
}

Result<KeystoreInfo> read_keystore_info(std::string_view text)
{
    DMID_TRY(const auto file, parse_file(text));
    if (crypto_of(file) == nullptr)
        return invalid("crypto is missing or no object");
    return info_of(file);
}
} // namespace dmid::keys
