// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "doctor/checks.hpp"

namespace dmid::doctor
{
/// Where mail for a domain goes.
struct MailWay
{
    std::string host;                   ///< of its first MX; empty: there is none
    std::vector<std::string> addresses; ///< of that host
    bool ours = false;                  ///< one of them is an address of this machine
};

/// The MX of the domain, its addresses, whether they are ours and have names that lead back, and who answers
/// there at port 25.
MailWay check_way(net::Dns& dns, const std::string& domain, const Outside& outside, Report& report);
/// What receivers make of mail from these addresses by the domain's SPF record (RFC 7208).
void check_spf(net::Dns& dns, const std::string& domain, const MailWay& way, Report& report);
} // namespace dmid::doctor
