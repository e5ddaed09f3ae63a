// SPDX-License-Identifier: Apache-2.0
#include "net/tls_impl.hpp"

#include <openssl/ssl.h>

namespace dmid::net
{
namespace ssl = boost::asio::ssl;

namespace
{
Result<TlsContextPtr> make(ssl::context::method method)
{
    auto tls = std::make_shared<TlsContext>(method);
    auto* raw = tls->context.native_handle();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    // TLS 1.2 only with forward secrecy and AEAD; the suites of 1.3 are all of that kind.
    if (SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        return fail(Errc::net_tls, "cipher list");
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // Idle connections give their 34 KB of buffers back.
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    return tls;
}
} // namespace

Result<TlsContextPtr> make_tls_client(const std::string& ca_file)
{
    DMID_TRY(auto tls, make(ssl::context::tls_client));
    boost::system::error_code error;
    if (ca_file.empty())
        tls->context.set_default_verify_paths(error);
    else
        tls->context.load_verify_file(ca_file, error);
    if (error)
        return fail(Errc::net_tls, "authorities do not load: " + error.message());
    tls->context.set_verify_mode(ssl::verify_peer, error);
    return tls;
}

Result<TlsContextPtr> make_tls_server(const std::string& certificate_file, const std::string& key_file)
{
    DMID_TRY(auto tls, make(ssl::context::tls_server));
    boost::system::error_code error;
    tls->context.use_certificate_chain_file(certificate_file, error);
    if (error)
        return fail(Errc::net_tls, "certificate does not load: " + error.message());
    tls->context.use_private_key_file(key_file, ssl::context::pem, error);
    if (error)
        return fail(Errc::net_tls, "key does not load: " + error.message());
    if (SSL_CTX_check_private_key(tls->context.native_handle()) != 1)
        return fail(Errc::net_tls, "certificate and key do not belong together");
    return tls;
}
} // namespace dmid::net
