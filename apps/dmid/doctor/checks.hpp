// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config.hpp"
#include "doctor/report.hpp"
#include "net/dns.hpp"
#include "tool/invocation.hpp"

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
/// Every own number: what is announced against it, whether its document leads here.
void check_numbers(const Patient& patient, Report& report);
/// The node, its doors, its channels, its alarms, its policies.
void check_node(const Patient& patient, Report& report);
/// Free space, fill, stamp, integrity.
void check_store(const Patient& patient, Report& report);
/// Records of the mail domain. Gives the name of the machine that takes its mail in (MX); empty where there
/// is none, or it cannot be had.
std::string check_mail(const Patient& patient, net::Dns& dns, Report& report);
/// A certificate chain (PEM) and its key: readable, belonging together, of that name, not about to expire.
void check_certificate(const std::string& certificate_file, const std::string& key_file,
                       const std::string& name, std::int64_t now, Report& report);
} // namespace dmid::doctor
