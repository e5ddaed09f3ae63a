// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/stream.hpp"

#include <string>
#include <string_view>

namespace dmid::net
{
/// How lines end.
enum class LineEnd : std::uint8_t
{
    crlf_only, ///< a bare CR or LF is net.protocol (servers: smuggling)
    lenient,   ///< LF ends a line, a CR before it is dropped (replies of sloppy peers)
};

/// A stream for line protocols (SMTP, XMPP, SMPP), with a buffer and an upgrade to TLS in mid-stream.
class LineStream
{
public:
    explicit LineStream(Stream stream, LineEnd line_end = LineEnd::lenient);

    /// The deadline of everything that follows; see Stream.
    void expires_after(Millis limit) { stream_.expires_after(limit); }

    /// One line without its end. net.too-large when it has more than `limit` bytes (its end not counted),
    /// net.closed when the peer ends before or within it.
    Task<Result<std::string>> read_line(std::size_t limit);
    /// Exactly n bytes.
    Task<Result<Bytes>> read_exact(std::size_t n);
    /// All bytes; taken by value, so the caller's copy may go.
    Task<Result<>> write(std::string bytes);

    /// Upgrades. net.protocol when the peer sent plain bytes ahead of the handshake: they could pass for
    /// encrypted ones afterwards (command injection).
    Task<Result<>> start_tls_client(TlsContextPtr context, std::string host);
    Task<Result<>> start_tls_server(TlsContextPtr context);

    /// True when an idle connection is still good: open, and nothing unread (an end would be).
    bool is_quiet() const { return read_ == buffer_.size() && stream_.is_quiet(); }

    bool encrypted() const { return stream_.peer().encrypted; }
    Stream& stream() noexcept { return stream_; }
    void close() { stream_.close(); }

private:
    Task<Result<>> fill();

    Stream stream_;
    LineEnd line_end_;
    std::string buffer_;
    std::size_t read_ = 0;
};
} // namespace dmid::net
