// SPDX-License-Identifier: Apache-2.0
#include "doctor/checks.hpp"
#include "tool/self.hpp"

#include <charconv>

namespace dmid::doctor
{
namespace
{
struct Place
{
    std::string address;
    std::uint16_t port = 0;
};

/// `address:port`, `[address]:port`; a door that listens everywhere is spoken to on loopback.
Place place_of(const std::string& listen)
{
    Place out;
    const auto colon = listen.rfind(':');
    std::from_chars(listen.data() + colon + 1, listen.data() + listen.size(), out.port);
    out.address = listen.substr(0, colon);
    if (out.address.starts_with('['))
        out.address = out.address.substr(1, out.address.size() - 2);
    if (out.address == "0.0.0.0" || out.address == "localhost")
        out.address = "127.0.0.1";
    if (out.address == "::")
        out.address = "::1";
    return out;
}

/// STARTTLS as [mail] has it.
void check_encryption(const Patient& patient, const std::string& code, const SmtpSeen& seen, bool loopback,
                      Report& report)
{
    const auto& mail = patient.config.mail;
    const auto pid_file = patient.call.paths().state / "node.lock";
    if (mail.certificate_file.empty())
    {
        if (!loopback)
            report.warning(code, "mail comes in unencrypted: there is no certificate",
                           "set [mail] certificate_file and key_file, and restart the node");
        return;
    }
    if (!seen.starttls)
        report.problem(code, "the door offers no STARTTLS, though a certificate is configured",
                       "restart the node: it began without one");
    else if (const auto wanted = print_of(mail.certificate_file); !wanted.empty() && seen.print != wanted)
        report.problem(code, "the door shows another certificate than " + mail.certificate_file,
                       "kill -HUP $(cat " + tool::shell_word(pid_file.string()) + ")");
    else
        report.ok(code, "STARTTLS works, with the certificate of " + mail.certificate_file);
}

void check_door(const Patient& patient, const std::string& listen, bool lmtp, Report& report)
{
    const std::string code = lmtp ? "door.lmtp" : "door.smtp";
    const auto at = place_of(listen);
    if (at.port == 0)
        return report.ok(code, "its port is another at each start; the ready file names it");
    SmtpPlace place;
    place.address = at.address;
    place.port = at.port;
    place.lmtp = lmtp;
    const auto seen = probe_smtp(place);
    const auto who = "ss -ltnp sport = :" + std::to_string(at.port) + ", and end that one or change [mail] " +
                     (lmtp ? "listen_lmtp" : "listen_smtp");
    if (!seen && seen.error().code == Errc::net_protocol)
        return report.problem(code, "another server answers at " + listen + ": " + seen.error().context, who);
    if (!seen)
        return report.problem(code, listen + ": " + to_string(seen.error()),
                              "restart the node: " + patient.me + " node");
    if (seen->greeting.find(patient.config.mail.domain) == std::string::npos)
        return report.problem(code, "another server answers at " + listen + ": " + seen->greeting, who);
    report.ok(code, "answers at " + listen);
    const bool loopback = at.address.starts_with("127.") || at.address == "::1";
    check_encryption(patient, code + ".tls", *seen, loopback, report);
}
} // namespace

void check_mail_doors(const Patient& patient, Report& report)
{
    const auto& mail = patient.config.mail;
    if (mail.domain.empty() || !patient.node)
        return; // there are none, or it was said already
    if (mail.listen_smtp.empty() && mail.listen_lmtp.empty())
        return report.warning("door.smtp", "[mail] domain is set, and no door takes mail in",
                              "set [mail] listen_smtp or listen_lmtp, and restart the node");
    if (!mail.listen_smtp.empty())
        check_door(patient, mail.listen_smtp, false, report);
    if (!mail.listen_lmtp.empty())
        check_door(patient, mail.listen_lmtp, true, report);
}
} // namespace dmid::doctor
