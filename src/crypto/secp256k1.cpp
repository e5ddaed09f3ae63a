// SPDX-License-Identifier: Apache-2.0
#include "crypto/secp256k1.hpp"

#include "crypto/keccak.hpp"

#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_recovery.h>
#include <secp256k1_schnorrsig.h>

#include <cstring>
#include <utility>

namespace dmid::crypto
{
namespace
{
constexpr std::uint8_t kFirstV = 27;

// One context for the whole process; only randomise() writes to it.
secp256k1_context* context() noexcept
{
    static secp256k1_context* const shared = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    return shared;
}

tl::unexpected<Error> bad_key(const char* what)
{
    return fail(Errc::crypto_key_invalid, what);
}
tl::unexpected<Error> bad_signature(const char* what)
{
    return fail(Errc::crypto_signature_invalid, what);
}

// A keypair that leaves no trace.
struct Keypair
{
    secp256k1_keypair pair{};
    Keypair() = default;
    Keypair(const Keypair&) = delete;
    Keypair& operator=(const Keypair&) = delete;
    ~Keypair() { secure_zero(&pair, sizeof pair); }
};

Result<secp256k1_pubkey> point_of(const Secret32& secret)
{
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_create(context(), &point, secret.data()) != 1)
        return bad_key("secret out of range");
    return point;
}

Result<secp256k1_pubkey> parse_point(ByteView bytes)
{
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_parse(context(), &point, bytes.data(), bytes.size()) != 1)
        return bad_key("not a point of the curve");
    return point;
}

PublicKey compressed(const secp256k1_pubkey& point)
{
    PublicKey out;
    std::size_t size = out.size();
    secp256k1_ec_pubkey_serialize(context(), out.data(), &size, &point, SECP256K1_EC_COMPRESSED);
    return out;
}

Address address_of_point(const secp256k1_pubkey& point)
{
    std::array<std::uint8_t, 65> bytes{};
    std::size_t size = bytes.size();
    secp256k1_ec_pubkey_serialize(context(), bytes.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
    const auto hash = keccak256(ByteView{bytes}.subspan(1));
    Address out;
    std::memcpy(out.data(), hash.data() + 12, out.size());
    return out;
}

// The library takes a high s when recovering; Ethereum does not (EIP-2).
bool is_low_s(const secp256k1_ecdsa_signature& signature) noexcept
{
    return secp256k1_ecdsa_signature_normalize(context(), nullptr, &signature) == 0;
}

Result<secp256k1_pubkey> recover_point(const Hash32& digest, const EcdsaSignature& signature)
{
    const int id = signature.bytes[64] - kFirstV;
    if (id != 0 && id != 1)
        return bad_signature("v is neither 27 nor 28");
    secp256k1_ecdsa_recoverable_signature parsed;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &parsed, signature.data(), id) != 1)
        return bad_signature("r or s out of range");
    secp256k1_ecdsa_signature plain;
    secp256k1_ecdsa_recoverable_signature_convert(context(), &plain, &parsed);
    if (!is_low_s(plain))
        return bad_signature("high s");
    secp256k1_pubkey point;
    if (secp256k1_ecdsa_recover(context(), &point, &parsed, digest.data()) != 1)
        return bad_signature("no key fits");
    return point;
}

// ECDH without the hash that the library would apply: NIP-44 wants the bare x.
int copy_x(unsigned char* output, const unsigned char* x, const unsigned char*, void*)
{
    std::memcpy(output, x, 32);
    return 1;
}
} // namespace

void randomise(const Secret32& seed) noexcept
{
    // It fails for a context that is not ours to write to, which this one never is.
    [[maybe_unused]] const int done = secp256k1_context_randomize(context(), seed.data());
}

bool valid_secret(const Secret32& secret) noexcept
{
    return secp256k1_ec_seckey_verify(context(), secret.data()) == 1;
}

Result<PublicKey> public_key_of(const Secret32& secret)
{
    DMID_TRY(const auto point, point_of(secret));
    return compressed(point);
}

Result<XOnlyKey> xonly_of(const Secret32& secret)
{
    DMID_TRY(const auto key, public_key_of(secret));
    return XOnlyKey::from(key.view().subspan(1));
}

Result<Address> address_of(const Secret32& secret)
{
    DMID_TRY(const auto point, point_of(secret));
    return address_of_point(point);
}

Result<Address> address_of(const PublicKey& key)
{
    DMID_TRY(const auto point, parse_point(key.view()));
    return address_of_point(point);
}

bool valid_key(const XOnlyKey& key) noexcept
{
    secp256k1_xonly_pubkey point;
    return secp256k1_xonly_pubkey_parse(context(), &point, key.data()) == 1;
}

Result<EcdsaSignature> sign_ecdsa(const Hash32& digest, const Secret32& secret)
{
    secp256k1_ecdsa_recoverable_signature signature;
    if (!valid_secret(secret) || secp256k1_ecdsa_sign_recoverable(context(), &signature, digest.data(),
                                                                  secret.data(), nullptr, nullptr) != 1)
        return bad_key("secret out of range");
    EcdsaSignature out;
    int id = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), out.data(), &id, &signature);
    out.bytes[64] = static_cast<std::uint8_t>(kFirstV + id);
    return out;
}

Result<PublicKey> recover_key(const Hash32& digest, const EcdsaSignature& signature)
{
    DMID_TRY(const auto point, recover_point(digest, signature));
    return compressed(point);
}

Result<Address> recover(const Hash32& digest, const EcdsaSignature& signature)
{
    DMID_TRY(const auto point, recover_point(digest, signature));
    return address_of_point(point);
}

Result<> verify_ecdsa(const Hash32& digest, const EcdsaSignature& signature, const PublicKey& key)
{
    DMID_TRY(const auto point, parse_point(key.view()));
    secp256k1_ecdsa_signature parsed;
    if (secp256k1_ecdsa_signature_parse_compact(context(), &parsed, signature.data()) != 1)
        return bad_signature("r or s out of range");
    // The library refuses a high s by itself here.
    if (secp256k1_ecdsa_verify(context(), &parsed, digest.data(), &point) != 1)
        return bad_signature("does not verify");
    return {};
}

Result<SchnorrSignature> sign_schnorr(const Hash32& message, const Secret32& secret, const Hash32& aux)
{
    Keypair keys;
    if (secp256k1_keypair_create(context(), &keys.pair, secret.data()) != 1)
        return bad_key("secret out of range");
    SchnorrSignature out;
    if (secp256k1_schnorrsig_sign32(context(), out.data(), message.data(), &keys.pair, aux.data()) != 1)
        return bad_key("cannot sign");
    return out;
}

Result<std::shared_ptr<const SchnorrSigner>> SchnorrSigner::make(const Secret32& secret)
{
    Keypair keys;
    if (secp256k1_keypair_create(context(), &keys.pair, secret.data()) != 1)
        return bad_key("secret out of range");
    std::shared_ptr<SchnorrSigner> out{new SchnorrSigner};
    static_assert(sizeof out->pair_ == sizeof keys.pair.data);
    std::memcpy(out->pair_.data(), keys.pair.data, sizeof keys.pair.data);
    return std::shared_ptr<const SchnorrSigner>{std::move(out)};
}

SchnorrSigner::~SchnorrSigner()
{
    secure_zero(pair_.data(), pair_.size());
}

Result<SchnorrSignature> SchnorrSigner::sign(const Hash32& message, const Hash32& aux) const
{
    Keypair keys;
    std::memcpy(keys.pair.data, pair_.data(), pair_.size());
    SchnorrSignature out;
    if (secp256k1_schnorrsig_sign32(context(), out.data(), message.data(), &keys.pair, aux.data()) != 1)
        return bad_key("cannot sign");
    return out;
}

Result<> verify_schnorr(const Hash32& message, const SchnorrSignature& signature, const XOnlyKey& key)
{
    secp256k1_xonly_pubkey point;
    if (secp256k1_xonly_pubkey_parse(context(), &point, key.data()) != 1)
        return bad_key("not a point of the curve");
    if (secp256k1_schnorrsig_verify(context(), signature.data(), message.data(), message.size(), &point) != 1)
        return bad_signature("does not verify");
    return {};
}

Result<Secret32> ecdh_x(const Secret32& secret, const XOnlyKey& peer)
{
    std::array<std::uint8_t, 33> lifted{};
    lifted[0] = 0x02;
    std::memcpy(lifted.data() + 1, peer.data(), peer.size());
    DMID_TRY(const auto point, parse_point(lifted));
    Secret32 out;
    if (secp256k1_ecdh(context(), out.data(), &point, secret.data(), copy_x, nullptr) != 1)
        return bad_key("secret out of range");
    return out;
}
} // namespace dmid::crypto
