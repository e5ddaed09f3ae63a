// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"
#include "commands/groups.hpp"
#include "doctor/checks.hpp"
#include "node/dialing.hpp"
#include "tool/node_client.hpp"
#include "tool/self.hpp"

namespace dmid::commands
{
namespace
{
using doctor::Level;
using tool::Invocation;

void look_at_mail(const doctor::Patient& patient, doctor::Report& report)
{
    if (!patient.config.mail.domain.empty())
        patient.call.out().progress("asking the name servers of " + patient.config.mail.domain);
    const auto dns = node::dns_of(patient.config.dns);
    if (!dns)
        return report.failed("mail.dns", dns.error());
    const auto host = doctor::check_mail(patient, **dns, doctor::outside_of_this_machine(), report);
    const auto& mail = patient.config.mail;
    if (!mail.certificate_file.empty())
        doctor::check_certificate(mail.certificate_file, mail.key_file, host, SystemClock{}.now(), report);
    doctor::check_mail_doors(patient, report);
    patient.call.out().progress("asking the servers that messages go out by");
    doctor::check_ways_out(patient, **dns, report);
}

doctor::Report look(const Invocation& call)
{
    doctor::Report report;
    call.out().progress("looking at configuration and keys");
    if (!doctor::check_config(call, report))
        return report;
    doctor::Patient patient{call, *call.config(), tool::self_call(call.globals()), std::nullopt};
    doctor::check_keys(patient, report);
    if (const auto node = tool::NodeClient::make(call))
        if (auto answer = node->get("/v1/node"))
            patient.node = std::move(*answer);
    call.out().progress("asking the node");
    doctor::check_node(patient, report);
    doctor::check_store(patient, report);
    look_at_mail(patient, report);
    call.out().progress("asking the chain");
    doctor::check_chain(patient, report);
    doctor::check_numbers(patient, report);
    return report;
}

void show(const Invocation& call, const doctor::Report& report)
{
    boost::json::array all;
    tool::Table rows;
    for (const auto& finding : report.findings())
    {
        all.push_back({{"code", finding.code},
                       {"level", doctor::level_name(finding.level)},
                       {"words", tool::safe_text(finding.words)},
                       {"mend", tool::safe_text(finding.mend)}});
        const auto shade = finding.level == Level::ok        ? tool::Shade::good
                           : finding.level == Level::warning ? tool::Shade::strong
                                                             : tool::Shade::bad;
        rows.row({call.out().shade(shade, doctor::level_name(finding.level)), finding.code,
                  tool::safe_text(finding.words)});
        if (!finding.mend.empty())
            rows.row({"", "", "→ " + tool::safe_text(finding.mend)});
    }
    const auto problems = report.count(Level::problem);
    const auto warnings = report.count(Level::warning);
    call.out().value({{"healthy", problems == 0},
                      {"problems", problems},
                      {"warnings", warnings},
                      {"findings", std::move(all)}});
    call.out().table(rows);
    call.out().line("\n" + std::to_string(problems) + " problems, " + std::to_string(warnings) + " warnings");
}

/// 0 without a problem, 1 with one: a negative answer, not an error.
int run(const Invocation& call)
{
    const auto report = look(call);
    show(call, report);
    return report.count(Level::problem) == 0 ? 0 : 1;
}
} // namespace

Rows doctor_commands()
{
    return {
        {.path = "doctor",
         .summary = "What is wrong here, and the command that mends it",
         .arguments = {},
         .options = {},
         .run_itself = run,
         .details =
             "Looks at configuration, keys, node, doors, channels, store, endpoints, clock and numbers; "
             "changes\nnothing, and works while the node is down. Exit status 1 where there is a problem."}};
}
} // namespace dmid::commands
