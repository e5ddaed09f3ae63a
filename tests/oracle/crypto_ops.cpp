// SPDX-License-Identifier: Apache-2.0
#include "bare_args.hpp"
#include "crypto/nip44.hpp"
#include "crypto/pow.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/tagged_hash.hpp"
#include "ops.hpp"

namespace dmid::oracle
{
namespace
{
namespace json = boost::json;

Result<json::value> tagged_hash(const Args& args)
{
    DMID_TRY(const auto tag, text_arg(args, "tag"));
    DMID_TRY(const auto data, bare_bytes_arg(args, "data"));
    return bare(crypto::tagged_hash(tag, {data}).view());
}

Result<json::value> leading_zeros(const Args& args)
{
    DMID_TRY(const auto id, bare_arg<Hash32>(args, "id"));
    return json::value(crypto::leading_zero_bits(id));
}

Result<json::value> keys_of(const Args& args)
{
    DMID_TRY(const auto secret, secret_arg(args, "secret"));
    DMID_TRY(const auto xonly, crypto::xonly_of(secret));
    DMID_TRY(const auto address, crypto::address_of(secret));
    return json::object{{"xonly", to_hex(xonly.view())}, {"address", to_hex0x(address.view())}};
}

Result<json::value> ecdsa_sign(const Args& args)
{
    DMID_TRY(const auto digest, bare_arg<Hash32>(args, "digest"));
    DMID_TRY(const auto secret, secret_arg(args, "secret"));
    DMID_TRY(const auto signature, crypto::sign_ecdsa(digest, secret));
    return bare(signature.view());
}

Result<json::value> ecdsa_recover(const Args& args)
{
    DMID_TRY(const auto digest, bare_arg<Hash32>(args, "digest"));
    DMID_TRY(const auto signature, bare_arg<EcdsaSignature>(args, "signature"));
    DMID_TRY(const auto address, crypto::recover(digest, signature));
    return json::value(to_hex0x(address.view()));
}

Result<json::value> schnorr_sign(const Args& args)
{
    DMID_TRY(const auto message, bare_arg<Hash32>(args, "message"));
    DMID_TRY(const auto secret, secret_arg(args, "secret"));
    DMID_TRY(const auto aux, bare_arg<Hash32>(args, "aux"));
    DMID_TRY(const auto signature, crypto::sign_schnorr(message, secret, aux));
    return bare(signature.view());
}

Result<json::value> schnorr_verify(const Args& args)
{
    DMID_TRY(const auto message, bare_arg<Hash32>(args, "message"));
    DMID_TRY(const auto signature, bare_arg<SchnorrSignature>(args, "signature"));
    DMID_TRY(const auto key, bare_arg<XOnlyKey>(args, "key"));
    DMID_TRY(crypto::verify_schnorr(message, signature, key));
    return json::value(true);
}

Result<json::value> nip44_key(const Args& args)
{
    DMID_TRY(const auto secret, secret_arg(args, "secret"));
    DMID_TRY(const auto peer, bare_arg<XOnlyKey>(args, "peer"));
    DMID_TRY(const auto key, crypto::nip44::conversation_key(secret, peer));
    return bare(key.view());
}

Result<json::value> nip44_encrypt(const Args& args)
{
    DMID_TRY(const auto key, secret_arg(args, "key"));
    DMID_TRY(const auto nonce, bare_arg<Hash32>(args, "nonce"));
    DMID_TRY(const auto plaintext, text_arg(args, "plaintext"));
    DMID_TRY(const auto payload, crypto::nip44::encrypt(key, nonce, plaintext));
    return json::value(payload);
}

Result<json::value> nip44_decrypt(const Args& args)
{
    DMID_TRY(const auto key, secret_arg(args, "key"));
    DMID_TRY(const auto payload, text_arg(args, "payload"));
    DMID_TRY(const auto plaintext, crypto::nip44::decrypt(key, payload));
    return json::value(plaintext);
}
} // namespace

void add_crypto_ops(Ops& ops)
{
    ops["tagged_hash"] = tagged_hash;
    ops["leading_zeros"] = leading_zeros;
    ops["keys_of"] = keys_of;
    ops["ecdsa_sign"] = ecdsa_sign;
    ops["ecdsa_recover"] = ecdsa_recover;
    ops["schnorr_sign"] = schnorr_sign;
    ops["schnorr_verify"] = schnorr_verify;
    ops["nip44_key"] = nip44_key;
    ops["nip44_encrypt"] = nip44_encrypt;
    ops["nip44_decrypt"] = nip44_decrypt;
}
} // namespace dmid::oracle
