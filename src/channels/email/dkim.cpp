// SPDX-License-Identifier: Apache-2.0
#include "channels/email/dkim.hpp"

#include "base/bytes.hpp"
#include "mailauth/canonical.hpp"
#include "mailauth/header.hpp"
#include "mailauth/text.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace dmid::channels::email
{
namespace
{
constexpr int kMinRsaBits = 1024; // RFC 8301 §3.2
constexpr std::size_t kSignatureLine = 70;
/// In the order of the h= tag; the first five are signed once more than they occur (RFC 6376 §8.15).
constexpr std::array kSigned{"from",
                             "to",
                             "subject",
                             "date",
                             "message-id",
                             "reply-to",
                             "in-reply-to",
                             "references",
                             "mime-version",
                             "content-type",
                             "content-transfer-encoding",
                             "auto-submitted"};
constexpr std::size_t kOversigned = 5;

/// The named fields as they are to be signed, the last one of a name first (RFC 6376 §5.4.2).
struct Selection
{
    std::string names; ///< the h= tag
    std::string text;
};

Selection select(const std::vector<mailauth::Field>& fields)
{
    Selection out;
    const auto add_name = [&out](std::string_view name)
    {
        if (!out.names.empty())
            out.names += ":";
        out.names += name;
    };
    for (std::size_t i = 0; i < kSigned.size(); ++i)
    {
        for (auto field = fields.rbegin(); field != fields.rend(); ++field)
        {
            if (field->name != kSigned[i])
                continue;
            add_name(kSigned[i]);
            out.text += mailauth::canonical_field(field->raw, mailauth::Canon::relaxed);
        }
        if (i < kOversigned)
            add_name(kSigned[i]);
    }
    return out;
}

/// Long tag values get folds that relaxed canonicalisation turns into single spaces, which readers of h= and
/// b= skip.
std::string folded(std::string_view text, char border)
{
    std::string out;
    std::size_t column = 0;
    for (const char c : text)
    {
        out.push_back(c);
        ++column;
        if (column >= kSignatureLine && (border == '\0' || c == border))
        {
            out += "\r\n\t";
            column = 0;
        }
    }
    // A fold at the very end would stand before the next tag's separator or the field's end.
    if (out.ends_with("\r\n\t"))
        out.resize(out.size() - 3);
    return out;
}
} // namespace

struct DkimSigner::Impl
{
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{nullptr, &EVP_PKEY_free};
    bool ed25519 = false;
    std::string domain;
    std::string selector;

    Result<Bytes> sign(std::string_view data) const
    {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                              &EVP_MD_CTX_free};
        // RFC 8463 §3: PureEdDSA over the SHA-256 of the data.
        const auto hash = crypto::sha256(as_bytes(data));
        const ByteView input = ed25519 ? hash.view() : as_bytes(data);
        std::size_t size = 0;
        const auto* digest = ed25519 ? nullptr : EVP_sha256();
        if (EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key.get()) != 1 ||
            EVP_DigestSign(context.get(), nullptr, &size, input.data(), input.size()) != 1)
            return fail(Errc::internal_bug, "DKIM signing");
        Bytes out(size);
        if (EVP_DigestSign(context.get(), out.data(), &size, input.data(), input.size()) != 1)
            return fail(Errc::internal_bug, "DKIM signing");
        out.resize(size);
        return out;
    }
};

DkimSigner::DkimSigner(std::unique_ptr<Impl> impl)
    : impl_{std::move(impl)}
{
}
DkimSigner::~DkimSigner() = default;
DkimSigner::DkimSigner(DkimSigner&&) noexcept = default;
DkimSigner& DkimSigner::operator=(DkimSigner&&) noexcept = default;

Result<DkimSigner> DkimSigner::from_pem(std::string_view pem, std::string domain, std::string selector)
{
    auto impl = std::make_unique<Impl>();
    const std::unique_ptr<BIO, decltype(&BIO_free)> input{
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
    // Without a callback the library would ask for a passphrase at the terminal.
    const auto no_passphrase = [](char*, int, int, void*) { return 0; };
    impl->key.reset(PEM_read_bio_PrivateKey(input.get(), nullptr, no_passphrase, nullptr));
    if (!impl->key)
        return fail(Errc::config_value, "the DKIM key is no private key in PEM");
    const int kind = EVP_PKEY_base_id(impl->key.get());
    impl->ed25519 = kind == EVP_PKEY_ED25519;
    if (!impl->ed25519 && (kind != EVP_PKEY_RSA || EVP_PKEY_bits(impl->key.get()) < kMinRsaBits))
        return fail(Errc::config_value, "the DKIM key is neither Ed25519 nor RSA of 1024 bits or more");
    impl->domain = std::move(domain);
    impl->selector = std::move(selector);
    return DkimSigner{std::move(impl)};
}

Result<std::string> DkimSigner::sign(std::string_view message, UnixTime now) const
{
    const auto border = message.find("\r\n\r\n");
    if (border == std::string_view::npos)
        return fail(Errc::internal_bug, "a message without a header");
    const auto fields = mailauth::split_header(message.substr(0, border + 2));
    if (!fields)
        return fail(Errc::internal_bug, "a message with a broken header");
    const auto selection = select(*fields);
    mailauth::BodyHash body{mailauth::Canon::relaxed};
    body.update(message.substr(border + 4));
    std::string field = "DKIM-Signature: v=1; a=";
    field += impl_->ed25519 ? "ed25519-sha256" : "rsa-sha256";
    field += "; c=relaxed/relaxed; d=" + impl_->domain + ";\r\n\ts=" + impl_->selector +
             "; t=" + std::to_string(now) + ";\r\n\th=" + folded(selection.names, ':') +
             ";\r\n\tbh=" + to_base64(body.finish().hash.view()) + ";\r\n\tb=";
    auto own = mailauth::canonical_field(field, mailauth::Canon::relaxed);
    own.resize(own.size() - 2); // signed without its CRLF (RFC 6376 §3.7)
    DMID_TRY(const auto signature, impl_->sign(selection.text + own));
    return field + folded(to_base64(signature), '\0') + "\r\n";
}
} // namespace dmid::channels::email
