// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_types.hpp"
#include "net/url.hpp"

#include <memory>

namespace dmid::net
{
/// Limits in bytes: the whole header, and the body after chunks are joined.
struct HttpLimits
{
    std::size_t header = 16U << 10U;
    std::size_t body = 128U << 10U;
    /// Of requests to these paths instead, where it is more.
    std::vector<std::pair<std::string, std::size_t>> bodies{};
};

/// HTTP/1.x requests from a stream of bytes, one after the other. No I/O. Stricter than RFC 9112 where
/// leniency lets two readers disagree: exactly one Host from 1.1 on, targets in origin form only, and never a
/// length beside chunks.
class HttpRequestParser
{
public:
    explicit HttpRequestParser(HttpLimits limits);
    ~HttpRequestParser();
    HttpRequestParser(HttpRequestParser&&) noexcept;
    HttpRequestParser& operator=(HttpRequestParser&&) noexcept;

    /// Takes as much as belongs to the present request and returns how much that was; the rest has to be
    /// offered again together with what follows. net.protocol (400) and net.too-large (`header` or `body` is
    /// in the context: 431 or 413) end the connection.
    Result<std::size_t> feed(ByteView bytes);
    bool header_done() const;
    bool done() const;
    bool keep_alive() const;
    bool http_1_1() const;
    /// A WebSocket upgrade is asked for.
    bool wants_websocket() const;
    /// `Expect: 100-continue`.
    bool expects_continue() const;
    /// The finished request; the parser is ready for the next one.
    HttpRequest take();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The same for responses.
class HttpResponseParser
{
public:
    /// `head`: the answer to HEAD has no body, whatever it says.
    HttpResponseParser(HttpLimits limits, bool head);
    ~HttpResponseParser();
    HttpResponseParser(HttpResponseParser&&) noexcept;
    HttpResponseParser& operator=(HttpResponseParser&&) noexcept;

    Result<std::size_t> feed(ByteView bytes);
    /// The peer ended the stream: completes a body without length, net.closed otherwise.
    Result<> finish();
    bool done() const;
    bool keep_alive() const;
    /// The finished response; interim ones (1xx) are skipped inside.
    HttpResponse take();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Request line and header fields, with Host and Content-Length. net.url for a method or name that is no
/// token.
Result<std::string> encode_request_head(const HttpRequest& request, const Url& url);
/// What goes before a response's body.
struct ResponseHead
{
    unsigned status = 200;
    const Headers* headers = nullptr;
    std::size_t length = 0;
    bool chunked = false;
    bool until_close = false; ///< a body whose length nobody knows, for HTTP/1.0
    bool keep_alive = true;
};
/// Status line and header fields with Content-Length or Transfer-Encoding, Connection and Date.
std::string encode_response_head(const ResponseHead& head);
} // namespace dmid::net
