// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"
#include "net/tls.hpp"

#include <cstdint>
#include <string>

namespace dmid::channels::sms
{
/// How this program is bound to a service.
enum class Binds : std::uint8_t
{
    transceiver, ///< one connection for both ways
    pair,        ///< one transmitter and one receiver
    transmitter, ///< sends alone
    receiver,    ///< receives alone
};

/// One account with a service (an SMSC or an aggregator).
struct SmppService
{
    /// Stands in front of message ids, where two services could give the same ones; kept for good. Letters
    /// and digits; empty: nothing in front.
    std::string label;
    std::string host;
    std::uint16_t port = 2775;
    net::TlsContextPtr tls; ///< nullptr: in plain, password and all: for loopback and tunnels
    std::string system_id;  ///< ≤ 15 characters
    std::string password;   ///< ≤ 8 characters (SMPP 3.4 §5.2.2); never shown
    std::string system_type;
    std::string address_range; ///< usually empty: what the account is for
    Binds binds = Binds::transceiver;
    unsigned window = 10;           ///< submits without an answer at once, 1 to 1000
    double messages_per_second = 0; ///< parts on one connection; 0: as fast as the answers come
};

/// How long is waited, and how often.
struct SmppTiming
{
    net::Millis connect{10'000};    ///< name, TCP, TLS and bind
    net::Millis response{20'000};   ///< to a request, then its fate is uncertain
    net::Millis enquire{30'000};    ///< of silence before enquire_link
    net::Millis unbind{1'000};      ///< for the answer to ours
    net::Millis first_pause{1'000}; ///< before another connection, and after ESME_RTHROTTLED; doubles
    net::Millis longest_pause{60'000};
    net::Millis linger{5'000}; ///< a connection that nothing uses is kept while nobody receives
};
} // namespace dmid::channels::sms
