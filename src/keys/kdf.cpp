// SPDX-License-Identifier: Apache-2.0
#include "keys/kdf.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <memory>

namespace dmid::keys
{
bool scrypt_cost_allowed(const ScryptCost& cost) noexcept
{
    const bool power_of_two = cost.n > 1 && (cost.n & (cost.n - 1)) == 0;
    if (!power_of_two || cost.r < 1 || cost.p < 1 || cost.p > kMaxScryptP)
        return false;
    return cost.n <= kMaxScryptMemory / 128 && cost.r <= kMaxScryptMemory / 128 / cost.n;
}

Result<Secret32> scrypt(const SecretText& passphrase, ByteView salt, const ScryptCost& cost)
{
    // OpenSSL would hold N against 2^(16 r) (RFC 7914) and so refuse the Web3 definition's own test vector.
    static const bool ready = sodium_init() >= 0;
    Secret32 out;
    const auto* text = reinterpret_cast<const std::uint8_t*>(passphrase.view().data());
    if (!ready || crypto_pwhash_scryptsalsa208sha256_ll(
                      text, passphrase.view().size(), salt.data(), salt.size(), cost.n,
                      static_cast<std::uint32_t>(cost.r), static_cast<std::uint32_t>(cost.p), out.data(),
                      Secret32::size()) != 0)
        return fail(Errc::internal_bug, "scrypt refused; is there enough memory?");
    return out;
}

Result<Secret32> pbkdf2(const SecretText& passphrase, ByteView salt, std::uint64_t rounds)
{
    Secret32 out;
    const auto text = passphrase.view();
    if (PKCS5_PBKDF2_HMAC(text.data(), static_cast<int>(text.size()), salt.data(),
                          static_cast<int>(salt.size()), static_cast<int>(rounds), EVP_sha256(),
                          static_cast<int>(Secret32::size()), out.data()) != 1)
        return fail(Errc::internal_bug, "pbkdf2 refused");
    return out;
}

Result<Secret32> aes128_ctr(const Secret32& derived, ByteView iv, ByteView text)
{
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(),
                                                                                  &EVP_CIPHER_CTX_free};
    Secret32 out;
    int written = 0;
    if (iv.size() != 16 || text.size() != Secret32::size() || !context ||
        EVP_EncryptInit_ex(context.get(), EVP_aes_128_ctr(), nullptr, derived.data(), iv.data()) != 1 ||
        EVP_EncryptUpdate(context.get(), out.data(), &written, text.data(), static_cast<int>(text.size())) !=
            1 ||
        written != static_cast<int>(Secret32::size()))
        return fail(Errc::internal_bug, "aes-128-ctr refused");
    return out;
}
} // namespace dmid::keys
