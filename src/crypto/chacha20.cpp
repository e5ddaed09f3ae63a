// SPDX-License-Identifier: Apache-2.0
#include "crypto/chacha20.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <climits>
#include <memory>

namespace dmid::crypto
{
namespace
{
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kChaChaNonce = 12;
constexpr std::size_t kCounterSize = 4;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// Fetching the cipher and making a context cost more than 1 KB of ChaCha20: once per thread.
EVP_CIPHER_CTX* thread_cipher() noexcept
{
    thread_local const Context kept = []
    {
        Context made{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
        if (made && EVP_EncryptInit_ex(made.get(), EVP_chacha20(), nullptr, nullptr, nullptr) != 1)
            made.reset();
        return made;
    }();
    return kept.get();
}
} // namespace

bool chacha20_xor(ByteView key, ByteView nonce, std::span<std::uint8_t> data) noexcept
{
    if (key.size() != kKeySize || nonce.size() != kChaChaNonce || data.size() > INT_MAX)
        return false;
    auto* const cipher = thread_cipher();
    if (cipher == nullptr)
        return false;
    std::array<std::uint8_t, kCounterSize + kChaChaNonce> iv{};
    std::copy(nonce.begin(), nonce.end(), iv.begin() + kCounterSize);
    int written = 0;
    const bool done =
        EVP_EncryptInit_ex(cipher, nullptr, nullptr, key.data(), iv.data()) == 1 &&
        EVP_EncryptUpdate(cipher, data.data(), &written, data.data(), static_cast<int>(data.size())) == 1;
    // The context stays for the next call; the key does not.
    static constexpr std::array<std::uint8_t, kKeySize> kNoKey{};
    EVP_EncryptInit_ex(cipher, nullptr, nullptr, kNoKey.data(), iv.data());
    return done;
}
} // namespace dmid::crypto
