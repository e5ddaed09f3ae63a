// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/xmpp/xml_stream.hpp"
#include "net/dialer.hpp"

#include <memory>
#include <string>

namespace dmid::channels::xmpp
{
/// The server that carries the component's domain, and what it knows us by.
struct ComponentServer
{
    ComponentServer() = default;
    ComponentServer(const ComponentServer&) = default;
    ComponentServer(ComponentServer&&) = default;
    ComponentServer& operator=(const ComponentServer&) = default;
    ComponentServer& operator=(ComponentServer&&) = default;
    /// Zeroes the secret, and what a move left behind of it.
    ~ComponentServer();

    std::string host = "127.0.0.1";
    std::uint16_t port = 5347; ///< prosody's; ejabberd's listeners name their own
    std::string domain;        ///< of our numbers, canonical
    std::string secret;        ///< shown in no error
};

/// A stream that both sides opened and proved; what the server said right behind that waits in the reader.
struct OpenStream
{
    net::Stream stream;
    std::unique_ptr<StreamReader> reader;
};

/// XEP-0114: dials, opens the stream, proves the secret. Plain text: only on loopback, or to a host:port that
/// the dialer's allow-list names (channel.tls-required otherwise). channel.unreachable, channel.timeout,
/// channel.auth-failed, channel.refused, channel.peer-protocol. The stream has no deadline any more.
net::Task<Result<OpenStream>> open_component(const net::Dialer& dialer, const ComponentServer& server,
                                             net::Deadline deadline);

/// The proof of XEP-0114 §3: SHA-1 over the stream's id and the secret, in lower-case hex.
std::string component_proof(std::string_view stream_id, std::string_view secret);

/// An error of the network as one of the channel.
Error channel_error(Error error);
} // namespace dmid::channels::xmpp
