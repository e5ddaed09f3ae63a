// SPDX-License-Identifier: Apache-2.0
#include "store/body_cipher.hpp"

#include <sodium.h>

#include <cstdlib>

namespace dmid::store
{
namespace
{
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kNonce + kTag == BodyCipher::kOverhead);

void put_u32(Bytes& out, std::size_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift)));
}

Secret32 derive(const Secret32& key, std::string_view label)
{
    Secret32 out;
    crypto_generichash(out.data(), 32, as_bytes(label).data(), label.size(), key.data(), 32);
    return out;
}

Bytes seal(const Secret32& key, ByteView aad, ByteView plain)
{
    Bytes out(kNonce + plain.size() + kTag);
    randombytes_buf(out.data(), kNonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonce, nullptr, plain.data(), plain.size(),
                                               aad.data(), aad.size(), nullptr, out.data(), key.data());
    return out;
}

Result<Bytes> open(const Secret32& key, ByteView aad, ByteView sealed)
{
    if (sealed.size() < kNonce + kTag)
        return fail(Errc::store_corrupt, "sealed bytes are too short");
    Bytes out(sealed.size() - kNonce - kTag);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data() + kNonce,
                                                   sealed.size() - kNonce, aad.data(), aad.size(),
                                                   sealed.data(), key.data()) != 0)
        return fail(Errc::store_corrupt,
                    "sealed bytes do not open: altered, moved or of another storage key");
    return out;
}

Bytes body_aad(const MailboxId& mailbox, const Entry& entry)
{
    Bytes aad;
    aad.reserve(98);
    append(aad, mailbox.view());
    append(aad, entry.id.view());
    append(aad, entry.thread.view());
    aad.push_back(static_cast<std::uint8_t>(entry.kind >> 8U));
    aad.push_back(static_cast<std::uint8_t>(entry.kind));
    return aad;
}

Bytes wrap_aad(const MailboxId& mailbox, const Hash32& thread, std::uint32_t generation)
{
    Bytes aad;
    append(aad, mailbox.view());
    append(aad, thread.view());
    put_u32(aad, generation);
    return aad;
}
} // namespace

BodyCipher::BodyCipher(const Secret32& storage_key)
{
    // The only way it fails is a kernel that gives no randomness: nothing may be sealed then.
    if (sodium_init() < 0)
        std::abort();
    wrapping_ = derive(storage_key, "dmid/store/wrap/v1");
    values_ = derive(storage_key, "dmid/store/values/v1");
    digests_ = derive(storage_key, "dmid/store/digests/v1");
}

Secret32 BodyCipher::new_thread_key()
{
    Secret32 key;
    randombytes_buf(key.data(), Secret32::size());
    return key;
}

Bytes BodyCipher::wrap(const Secret32& thread_key, const MailboxId& mailbox, const Hash32& thread,
                       std::uint32_t generation) const
{
    return seal(wrapping_, wrap_aad(mailbox, thread, generation), thread_key.view());
}

Result<Secret32> BodyCipher::unwrap(ByteView wrapped, const MailboxId& mailbox, const Hash32& thread,
                                    std::uint32_t generation) const
{
    DMID_TRY(auto plain, open(wrapping_, wrap_aad(mailbox, thread, generation), wrapped));
    Secret32 key;
    if (plain.size() != Secret32::size())
        return fail(Errc::store_corrupt, "wrapped key of a wrong size");
    std::copy(plain.begin(), plain.end(), key.data());
    secure_zero(plain.data(), plain.size());
    return key;
}

Bytes BodyCipher::seal_body(const Secret32& thread_key, const MailboxId& mailbox, const Entry& entry)
{
    Bytes plain;
    plain.reserve(4 + entry.meta.size() + entry.body.size());
    put_u32(plain, entry.meta.size());
    append(plain, entry.meta);
    append(plain, entry.body);
    return seal(thread_key, body_aad(mailbox, entry), plain);
}

Result<void> BodyCipher::open_body(const Secret32& thread_key, const MailboxId& mailbox, ByteView sealed,
                                   Entry& entry)
{
    DMID_TRY(auto plain, open(thread_key, body_aad(mailbox, entry), sealed));
    if (plain.size() < 4)
        return fail(Errc::store_corrupt, "sealed entry without a length");
    std::size_t meta = 0;
    for (std::size_t i = 0; i < 4; ++i)
        meta = meta << 8U | plain[i];
    if (meta > plain.size() - 4)
        return fail(Errc::store_corrupt, "sealed entry with a wrong length");
    const auto split = plain.begin() + 4 + static_cast<std::ptrdiff_t>(meta);
    entry.meta.assign(plain.begin() + 4, split);
    entry.body.assign(split, plain.end());
    return {};
}

Bytes BodyCipher::seal_value(ByteView name, ByteView value) const
{
    return seal(values_, name, value);
}

Result<Bytes> BodyCipher::open_value(ByteView name, ByteView sealed) const
{
    return open(values_, name, sealed);
}

BodyCipher::Digest BodyCipher::content_digest(const Entry& entry) const
{
    Digest out;
    crypto_generichash_state state;
    crypto_generichash_init(&state, digests_.data(), 32, out.size());
    // Domain: a digest given by the caller never equals one computed from a body.
    const std::array<std::uint8_t, 3> head{static_cast<std::uint8_t>(entry.content ? 1 : 0),
                                           static_cast<std::uint8_t>(entry.kind >> 8U),
                                           static_cast<std::uint8_t>(entry.kind)};
    crypto_generichash_update(&state, head.data(), head.size());
    const ByteView what = entry.content ? entry.content->view() : ByteView{entry.body};
    crypto_generichash_update(&state, what.data(), what.size());
    crypto_generichash_final(&state, out.data(), out.size());
    return out;
}

Hash32 BodyCipher::blob_hash(ByteView bytes)
{
    Hash32 out;
    crypto_hash_sha256(out.data(), bytes.data(), bytes.size());
    return out;
}

BodyCipher::Digest BodyCipher::fingerprint() const
{
    Digest out;
    constexpr std::string_view kLabel = "dmid/store/fingerprint/v1";
    crypto_generichash(out.data(), out.size(), as_bytes(kLabel).data(), kLabel.size(), digests_.data(), 32);
    return out;
}
} // namespace dmid::store
