// SPDX-License-Identifier: Apache-2.0
#include "doctor/checks.hpp"
#include "net/run_blocking.hpp"
#include "net/websocket.hpp"
#include "node/dialing.hpp"

#include <charconv>

namespace dmid::doctor
{
namespace
{
constexpr net::Millis kDialPatience{5'000};

/// An IP address of the host, by [dns].
std::string address_of(net::Dns& dns, const std::string& host)
{
    const bool address =
        host.find(':') != std::string::npos || host.find_first_not_of("0123456789.") == std::string::npos;
    if (address)
        return host;
    if (host == "localhost")
        return "127.0.0.1";
    for (const auto type : {net::DnsType::a, net::DnsType::aaaa})
        if (const auto answer = look_up(dns, host, type); !answer.records.empty())
            return answer.records.front();
    return {};
}

/// The submission server: there, and encrypted as demanded. Nobody signs in: that would need the password.
void check_server(const Patient& patient, net::Dns& dns, Report& report)
{
    const auto& mail = patient.config.mail;
    const auto colon = mail.server.rfind(':');
    SmtpPlace place;
    place.name = mail.server.substr(0, colon);
    if (place.name.starts_with('['))
        place.name = place.name.substr(1, place.name.size() - 2);
    std::from_chars(mail.server.data() + colon + 1, mail.server.data() + mail.server.size(), place.port);
    place.address = address_of(dns, place.name);
    place.tls = mail.tls == "tls"    ? SmtpPlace::Tls::implicit
                : mail.tls == "none" ? SmtpPlace::Tls::none
                                     : SmtpPlace::Tls::if_offered;
    place.ca_file = mail.ca_file;
    const std::string mend = "start it, or correct [mail] server; what waits goes out by itself then";
    if (place.address.empty())
        return report.problem("mail.server", place.name + " has no address", mend);
    const auto seen = probe_smtp(place);
    if (!seen)
        report.problem("mail.server", mail.server + ": " + to_string(seen.error()), mend);
    else if (mail.tls == "starttls" && !seen->starttls)
        report.problem("mail.server", mail.server + " offers no STARTTLS, and [mail] tls demands it",
                       "set [mail] tls to what the server speaks");
    else if (seen->encrypted && !seen->distrust.empty())
        report.problem("mail.server", mail.server + ": its certificate is not trusted: " + seen->distrust,
                       "name its authority in [mail] ca_file, or use the name that it has");
    else
        report.ok("mail.server", mail.server + " takes mail" + (seen->encrypted ? ", encrypted" : ""));
}

net::Task<Result<bool>> reaches(net::Dialer dialer, net::Url url)
{
    net::WebSocketOptions options;
    options.handshake_timeout = kDialPatience;
    options.guard = net::Guard::configured;
    auto socket = co_await net::connect_websocket(dialer, std::move(url), options);
    if (!socket)
        co_return tl::unexpected<Error>(socket.error());
    co_await (*socket)->close();
    co_return true;
}

void check_relay(const net::Dialer& dialer, const std::string& relay, Report& report)
{
    const auto url = net::parse_url(relay);
    const auto there = url ? net::run_blocking(reaches(dialer, *url)) : tl::unexpected<Error>(url.error());
    if (there)
        report.ok("nostr.relay", relay + " answers");
    else
        report.problem("nostr.relay", relay + ": " + to_string(there.error()),
                       "wait for it, or replace it in [nostr] relays and restart the node");
}
} // namespace

void check_ways_out(const Patient& patient, net::Dns& dns, Report& report)
{
    if (!patient.config.mail.server.empty())
        check_server(patient, dns, report);
    if (patient.config.nostr.relays.empty())
        return;
    const auto dialer = node::dialer_of(patient.config);
    for (const auto& relay : patient.config.nostr.relays)
        if (dialer)
            check_relay(*dialer, relay, report);
}
} // namespace dmid::doctor
