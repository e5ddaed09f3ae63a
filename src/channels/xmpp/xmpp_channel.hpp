// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "net/dialer.hpp"

#include <memory>
#include <string>

namespace dmid::channels::xmpp
{
/// What the configuration's [xmpp] table says.
struct XmppOptions
{
    std::string host = "127.0.0.1"; ///< the server's component port: loopback, or allowed in the dialer
    std::uint16_t port = 5347;
    std::string domain;               ///< of the component: numbers are `<16 digits>@domain`
    std::string secret_file;          ///< the component's secret, one line
    std::size_t max_stanza = 262'144; ///< bytes that servers take: prosody's and ejabberd's least default
    // The rest is for tests.
    net::Millis ping_every{60'000}; ///< silence after which the server is asked whether it is there
    net::Millis silence{20'000};    ///< how long it may take to answer
    net::Millis backoff{1'000};     ///< first pause after a lost connection; doubles up to 64 times that
    net::Millis again{1'000};       ///< first pause after the inbox said `later`; doubles, seven tries
};

/// XMPP both ways, as an external component (XEP-0114) of a server that somebody runs for it
/// (src/channels/xmpp/README.md). Reads the secret at once (keys::read_secret_file()); config.value for a
/// domain that is none. Connects when something is sent or run() begins, on a thread of its own.
/// `clock` must outlive it.
Result<std::unique_ptr<channel::Channel>> make_xmpp_channel(const XmppOptions& options, const Clock& clock,
                                                            net::Dialer dialer = net::Dialer{});
} // namespace dmid::channels::xmpp
