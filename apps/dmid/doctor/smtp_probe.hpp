// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace dmid::doctor
{
/// A mail server to speak to.
struct SmtpPlace
{
    enum class Tls : std::uint8_t
    {
        if_offered, ///< STARTTLS where it is offered
        implicit,   ///< from the first byte on
        none,       ///< plain, whatever is offered
    };
    std::string address; ///< IP address
    std::uint16_t port = 25;
    std::string name; ///< that its certificate should have
    Tls tls = Tls::if_offered;
    bool lmtp = false;
    std::string ca_file; ///< certificates to trust; empty: the system's
    std::chrono::milliseconds patience{5'000};
};

/// What it showed.
struct SmtpSeen
{
    std::string greeting;   ///< first line, without its code; printable
    bool starttls = false;  ///< offered
    bool encrypted = false; ///< TLS was spoken
    std::string distrust;   ///< why its certificate is not trusted for that name; empty: it is
    std::string print;      ///< SHA-256 of its certificate, hex
};

/// Says hello, changes to TLS and takes leave, as a server that has mail to bring would; sends none. Blocks
/// for at most twice the patience. net.unreachable, net.timeout, net.closed, net.protocol (with the answer
/// that was no 2xx), net.tls.
Result<SmtpSeen> probe_smtp(const SmtpPlace& place);

/// SHA-256 of the first certificate in a PEM file, hex; empty where there is none.
std::string print_of(const std::string& certificate_file);
} // namespace dmid::doctor
