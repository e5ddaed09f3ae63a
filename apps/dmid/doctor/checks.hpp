// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config.hpp"
#include "doctor/report.hpp"
#include "doctor/smtp_probe.hpp"
#include "net/dns.hpp"
#include "tool/invocation.hpp"

#include <functional>

namespace dmid::doctor
{
/// What the checks work on. `node` is the running node's own account (GET /v1/node), absent where none runs.
struct Patient
{
    const tool::Invocation& call;
    config::Config config;
    std::string me; ///< `dmid`, with the flags of this home
    std::optional<boost::json::value> node;
};

// Each looks at one thing and never fails: what it cannot find out is a finding. All block.

/// The file, its permissions, what it says. False where nothing else can be judged by it.
bool check_config(const tool::Invocation& call, Report& report);
/// Folders 0700, files 0600, ours; the keys that a node needs; passphrase and password files.
void check_keys(const Patient& patient, Report& report);
/// Endpoints: answer, chain, agreement, lag, archive; the registry's code; this machine's clock.
void check_chain(const Patient& patient, Report& report);
/// This machine's clock against the Date (RFC 9110 §6.6.1) of the servers that answer JSON-RPC.
void check_server_time(const Patient& patient, Report& report);
/// The same for times that were read: `offsets` are seconds that this clock is ahead, each with who says so.
void judge_clock(const std::vector<std::pair<std::string, std::int64_t>>& offsets, Report& report);
/// Every own number: what is announced against it, whether its document leads here.
void check_numbers(const Patient& patient, Report& report);
/// The node, its doors, its channels, its alarms, its policies.
void check_node(const Patient& patient, Report& report);
/// The policy of a number: whether it counts, how old its head is, who holds it, whether a rollback is
/// bounded.
void check_policy(const Patient& patient, const std::string& number, Report& report);
/// Free space, fill, stamp, integrity.
void check_store(const Patient& patient, Report& report);
/// How a server outside would see this machine.
struct Outside
{
    std::vector<std::string> addresses; ///< of this machine, as text; those that the world cannot reach too
    std::function<Result<SmtpSeen>(const SmtpPlace&)> probe = probe_smtp;
};
/// With the addresses of this machine's interfaces.
Outside outside_of_this_machine();
/// The mail domain as others see it: records (MX, SPF, DKIM, DMARC), whether they lead here, names of the
/// addresses, who answers there. Gives the name of the machine that takes its mail in (MX); empty where there
/// is none, or it cannot be had.
std::string check_mail(const Patient& patient, net::Dns& dns, const Outside& outside, Report& report);
/// The doors that mail comes in by, spoken to as a server in front or outside would; where a node runs.
void check_mail_doors(const Patient& patient, Report& report);
/// What messages go out by: the submission server, the relays of [nostr].
void check_ways_out(const Patient& patient, net::Dns& dns, Report& report);
/// The texts of one question; empty where it failed or there is nothing.
net::DnsAnswer look_up(net::Dns& dns, const std::string& name, net::DnsType type);
/// A certificate chain (PEM) and its key: readable, belonging together, of that name, not about to expire.
void check_certificate(const std::string& certificate_file, const std::string& key_file,
                       const std::string& name, std::int64_t now, Report& report);
} // namespace dmid::doctor
