// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/dialer.hpp"
#include "net/http_types.hpp"

#include <memory>
#include <string>

namespace dmid::net
{
struct FetchOptions
{
    Guard guard = Guard::outside;
    /// For the whole exchange: name, connection, TLS, redirects, last byte.
    Millis deadline{10'000};
    /// net.too-large beyond it, at the header where the length is declared.
    std::size_t max_body = 1U << 20U;
    std::size_t max_header = 32U << 10U;
    /// Keep the connection for the next fetch to the same place.
    bool reuse = true;
    /// Where set, the connection goes to this unix socket and the URL gives Host and target only.
    std::string unix_socket;
};

/// HTTP/1.1 with kept connections. One object may serve many threads; a kept connection is reused only on the
/// context that it was made on. At most 8 idle connections per place, for 20 s.
class HttpClient
{
public:
    /// `tls` null: the system's authorities (loaded at the first https URL).
    explicit HttpClient(Dialer dialer = Dialer{}, TlsContextPtr tls = nullptr);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// One exchange. Any status is a success. Redirects are followed up to 3 times, at the same scheme, host
    /// and port only (net.redirect otherwise); methods other than GET and HEAD follow 307 and 308 only.
    /// A kept connection that turns out closed is replaced once for GET and HEAD; others get net.closed,
    /// since the server may have acted already. net.url, net.address-forbidden, net.unreachable, net.timeout,
    /// net.tls, net.closed, net.protocol, net.too-large, net.redirect.
    Task<Result<HttpResponse>> fetch(HttpRequest request, FetchOptions options = {});

    /// Closes the idle connections.
    void clear();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};
} // namespace dmid::net
