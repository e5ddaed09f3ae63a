// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/stream.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmid::net
{
/// Header fields in order; names compare without case.
class Headers
{
public:
    using Field = std::pair<std::string, std::string>;

    /// The first value of that name; empty view when absent.
    std::string_view get(std::string_view name) const noexcept;
    bool has(std::string_view name) const noexcept;
    /// Replaces every field of that name. Line breaks and NUL in name or value are replaced by spaces.
    void set(std::string name, std::string value);
    void add(std::string name, std::string value);
    const std::vector<Field>& fields() const noexcept { return fields_; }
    bool empty() const noexcept { return fields_.empty(); }

private:
    std::vector<Field> fields_;
};

/// A request, on either side. A client fills method, url (HttpClient::fetch), headers and body; a server's
/// handler finds method, target, path, query, headers, body and peer.
struct HttpRequest
{
    std::string method = "GET";
    std::string url;
    /// Path and query as sent.
    std::string target;
    /// The target up to '?', still percent-encoded.
    std::string path;
    /// What follows '?', still percent-encoded.
    std::string query;
    Headers headers;
    std::string body;
    Peer peer;
};

/// Writes pieces of a body: chunked for server-sent events, or as long as was said.
class BodyWriter
{
public:
    virtual ~BodyWriter() = default;
    /// Sends a piece at once; net.closed or net.timeout when the reader is gone or does not read.
    virtual Task<Result<>> write(std::string piece) = 0;
    /// True once the connection or the server is closing; ask before waiting for more to send.
    virtual bool closing() const = 0;
};

/// Fills a streamed body until it returns; its error closes the connection.
using BodyStream = std::function<Task<Result<>>(BodyWriter&)>;

struct HttpResponse
{
    unsigned status = 200;
    Headers headers;
    std::string body;
    /// Servers only: the body piece by piece, instead of `body`. Chunked, unless Content-Length is set.
    BodyStream stream;
};

/// The usual words of a status code; "Unknown" otherwise.
std::string_view reason_phrase(unsigned status) noexcept;
/// True for a method, header name or other token of RFC 9110 §5.6.2.
bool is_http_token(std::string_view text) noexcept;
/// Percent-decoding of a path segment or query value ('+' stays); net.url for a broken escape.
Result<std::string> percent_decode(std::string_view text);
/// The first value of a key in a query string, decoded; an empty string where absent.
std::string query_value(std::string_view query, std::string_view key);
} // namespace dmid::net
