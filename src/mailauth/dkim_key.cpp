// SPDX-License-Identifier: Apache-2.0
#include "mailauth/dkim_key.hpp"

#include "base/ascii.hpp"
#include "crypto/sha256.hpp"
#include "mailauth/text.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>

namespace dmid::mailauth
{
namespace
{
using Key = std::shared_ptr<EVP_PKEY>;

bool lists(std::string_view list, std::string_view word)
{
    const auto text = ascii_lower(without_space(list));
    const auto words = split(text, ':');
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// RFC 6376 publishes SubjectPublicKeyInfo; the bare RSAPublicKey of its text is met as well (erratum 3017).
Key read_rsa(ByteView der)
{
    const auto* at = der.data();
    Key key{d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())), &EVP_PKEY_free};
    if (!key || at != der.data() + der.size())
    {
        at = der.data();
        key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())), &EVP_PKEY_free);
    }
    ERR_clear_error();
    const bool whole = key && at == der.data() + der.size();
    return whole && EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA ? key : nullptr;
}

/// An exponent of more than 64 bits makes one check as dear as a signature.
bool has_small_exponent(EVP_PKEY* key)
{
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &number) != 1)
        return false;
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> exponent{number, &BN_free};
    constexpr int kMaxBits = 64;
    return BN_num_bits(number) <= kMaxBits && BN_is_odd(number) == 1 && BN_is_one(number) == 0;
}
} // namespace

Result<PublishedKey> PublishedKey::parse(std::string_view record)
{
    const auto tags = TagList::parse(record);
    if (record.size() > kMaxKeyRecord || !tags || tags->all().empty())
        return fail(Errc::mail_dkim_key_syntax);
    const auto* version = tags->find("v");
    if (version != nullptr && (version != &tags->all().front() || version->value != "DKIM1"))
        return fail(Errc::mail_dkim_key_syntax, "v=");
    if (!lists(tags->value("h", "sha256"), "sha256"))
        return fail(Errc::mail_dkim_key_use, "h=");
    const auto services = tags->value("s", "*");
    const bool for_mail = lists(services, "*") || lists(services, "email");
    if (!for_mail)
        return fail(Errc::mail_dkim_key_use, "s=");
    const auto* data = tags->find("p");
    if (data == nullptr)
        return fail(Errc::mail_dkim_key_syntax, "p=");
    const auto text = without_space(data->value);
    if (text.empty())
        return fail(Errc::mail_dkim_key_revoked);
    const auto der = from_base64(text);
    if (!der)
        return fail(Errc::mail_dkim_key_syntax, "p=");

    PublishedKey out;
    out.testing_ = lists(tags->value("t"), "y");
    out.strict_ = lists(tags->value("t"), "s");
    const auto kind = ascii_lower(tags->value("k", "rsa"));
    if (kind == "ed25519")
    {
        out.algorithm_ = Algorithm::ed25519_sha256;
        out.key_ = Key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, der->data(), der->size()),
                       &EVP_PKEY_free};
        ERR_clear_error();
    }
    else if (kind == "rsa")
        out.key_ = read_rsa(*der);
    else
        return fail(Errc::mail_dkim_key_use, "k=");
    if (!out.key_)
        return fail(Errc::mail_dkim_key_syntax, "p=");
    out.bits_ = EVP_PKEY_bits(out.key_.get());
    if (kind == "rsa" &&
        (out.bits_ < kMinRsaBits || out.bits_ > kMaxRsaBits || !has_small_exponent(out.key_.get())))
        return fail(Errc::mail_dkim_key_weak, std::to_string(out.bits_) + " bits");
    return out;
}

bool PublishedKey::verifies(std::string_view data, ByteView signature) const noexcept
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    // RFC 8463 §3: Ed25519 over the SHA-256 of the data.
    const bool rsa = algorithm_ == Algorithm::rsa_sha256;
    const auto hash = rsa ? Hash32{} : crypto::sha256(as_bytes(data));
    const auto input = rsa ? as_bytes(data) : hash.view();
    const bool ok =
        context &&
        EVP_DigestVerifyInit(context.get(), nullptr, rsa ? EVP_sha256() : nullptr, nullptr, key_.get()) ==
            1 &&
        EVP_DigestVerify(context.get(), signature.data(), signature.size(), input.data(), input.size()) == 1;
    ERR_clear_error();
    return ok;
}
} // namespace dmid::mailauth
