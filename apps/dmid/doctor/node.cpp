// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "doctor/checks.hpp"
#include "net/http_client.hpp"
#include "net/run_blocking.hpp"
#include "tool/node_client.hpp"
#include "tool/self.hpp"
#include "tool/wire_text.hpp"

namespace dmid::doctor
{
namespace json = boost::json;
namespace
{
using tool::list_of;
using tool::text_of;

std::int64_t number_of(const json::value& item, std::string_view key)
{
    const auto field = codec::JsonItem{item, ""}.optional(key);
    const auto number = field ? field->integer() : Result<std::int64_t>{0};
    return number.value_or(0);
}

void check_door(const Patient& patient, const std::string& listen, Report& report)
{
    net::HttpRequest request;
    request.url = "http://" + listen + "/healthz";
    net::FetchOptions options;
    options.guard = net::Guard::configured;
    options.deadline = net::Millis{5000};
    options.reuse = false;
    net::HttpClient client;
    const auto answer = net::run_blocking(client.fetch(std::move(request), std::move(options)));
    if (!answer)
        report.failed("door.http", answer.error(), "restart the node: " + patient.me + " node");
    else
        report.ok("door.http", "answers at " + listen);
    const auto& url = patient.config.node.url;
    if (url.empty())
        report.warning("door.reach", "[node] url is empty: nobody is told how to reach this node",
                       "set [node] url, then: " + patient.me + " publish");
    else
        report.ok("door.reach", "whether " + url +
                                    " leads here cannot be known from inside; from another machine: " +
                                    "curl " + url + "/healthz");
}

/// Where the owner of an alarm goes first.
std::string mend_alarm(const Patient& patient, const std::string& code)
{
    const auto state = tool::shell_word(patient.call.paths().state.string());
    if (code == "config")
        return patient.me + " config check, correct it, then: kill -HUP $(cat " + state + "/node.lock)";
    if (code.starts_with("store"))
        return "df -h " + state + ", then: " + patient.me + " doctor, with the node stopped";
    if (code == "index")
        return patient.me + " index status";
    if (code.starts_with("restored "))
        return patient.me + " policy confirm --number " + code.substr(code.rfind(' ') + 1);
    if (code.starts_with("policy superseded "))
        return patient.me + " policy set FILE --number " + code.substr(code.rfind(' ') + 1);
    if (code.starts_with("policy fork "))
        return patient.me + " policy show --number " + code.substr(code.rfind(' ') + 1);
    return patient.me + " channels";
}

void check_channels(const Patient& patient, const std::string& number, Report& report)
{
    const auto client = tool::NodeClient::make(patient.call, number);
    const auto answer = client ? client->get("/v1/channels") : tl::unexpected<Error>(client.error());
    if (!answer)
        return report.failed("channels", answer.error());
    const auto bindings = list_of(*answer, "bindings");
    if (bindings.empty())
        report.warning("channels", "nothing is bound: messages arrive in the inbox alone",
                       patient.me + " bind CHANNEL ADDRESS");
    for (const auto& binding : bindings)
    {
        const auto label = text_of(binding, "label");
        const auto state = text_of(binding, "state");
        const auto failures = number_of(binding, "failures");
        if (state == "pending")
            report.warning("channels", label + " waits for the code that went there",
                           patient.me + " bind confirm " + label + " CODE");
        else if (state != "bound")
            report.problem("channels", label + " is " + state + ": nothing is sent there",
                           patient.me + " bind " + text_of(binding, "channel") + " ADDRESS --label " + label);
        else if (failures > 0)
            report.problem("channels",
                           label + " failed " + std::to_string(failures) +
                               " times in a row: " + text_of(binding, "last_error"),
                           patient.me + " channels");
        else
            report.ok("channels", label + " works");
    }
}

void check_served(const Patient& patient, const json::value& number, Report& report)
{
    const auto name = text_of(number, "number");
    check_policy(patient, name, report);
    check_channels(patient, name, report);
}
} // namespace

void check_node(const Patient& patient, Report& report)
{
    if (!patient.node)
    {
        report.problem("node", "no node runs in this home", patient.me + " node");
        return;
    }
    report.ok("node", "runs, version " + text_of(*patient.node, "version"));
    check_door(patient, text_of(*patient.node, "listen"), report);
    const auto alarms = list_of(*patient.node, "alarms");
    for (const auto& alarm : alarms)
        report.problem("node.alarm",
                       text_of(alarm, "code") + ": " + text_of(alarm, "detail") + ", since " +
                           tool::time_text(number_of(alarm, "since")),
                       mend_alarm(patient, text_of(alarm, "code")));
    const auto numbers = list_of(*patient.node, "numbers");
    if (numbers.empty())
        report.problem("node.numbers", "the node serves no number",
                       "name one in [[number]] of " + patient.call.paths().config.string() +
                           ", and: " + patient.me + " publish");
    for (const auto& number : numbers)
        check_served(patient, number, report);
}
} // namespace dmid::doctor
