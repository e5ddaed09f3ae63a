// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "doctor/checks.hpp"
#include "model/policy_bytes.hpp"
#include "tool/node_client.hpp"
#include "tool/wire_text.hpp"

#include <algorithm>

namespace dmid::doctor
{
namespace json = boost::json;
namespace
{
using tool::list_of;
using tool::text_of;

/// A node that signs by itself signs daily; a little later is late.
constexpr std::int64_t kLate = 26 * 3600;

std::optional<std::int64_t> number_at(const json::value& item, std::string_view object, std::string_view key)
{
    const auto inner = codec::JsonItem{item, ""}.optional(object);
    const auto field = inner ? inner->optional(key) : std::nullopt;
    const auto number = field ? field->integer() : Result<std::int64_t>{fail(Errc::codec_missing_key)};
    return number ? std::optional{*number} : std::nullopt;
}

bool flag_of(const json::value& item, std::string_view key)
{
    const auto field = codec::JsonItem{item, ""}.optional(key);
    return field && field->boolean().value_or(false);
}

std::string age_words(std::int64_t seconds)
{
    if (seconds < 7200)
        return std::to_string(seconds / 60) + " minutes";
    return std::to_string(seconds / 3600) + " hours";
}

/// The command for one number, `more` behind it.
std::string command(const Patient& patient, const std::string& words, std::string number)
{
    std::erase(number, ' ');
    return patient.me + " " + words + " --number " + number;
}

void check_standing(const Patient& patient, const std::string& name, const json::value& head, Report& report)
{
    const auto standing = text_of(head, "standing");
    const auto seq = number_at(head, "policy", "seq");
    if (standing == "superseded")
        report.problem("policy",
                       name +
                           ": a newer policy is known than the one that is here: every message is a request",
                       command(patient, "policy set FILE", name));
    else if (!seq)
        report.warning(
            "policy",
            name +
                " has no policy: every message is a request; `dmid policy sample` prints one to begin with",
            command(patient, "policy set FILE", name));
    else if (standing == "waiting")
        report.problem(
            "policy",
            name + ": the policy was restored from a backup and may be old: every message is a request",
            command(patient, "policy confirm", name));
    else
        report.ok("policy", name + ": policy " + std::to_string(*seq) + " in force");
}

void check_head(const Patient& patient, const std::string& name, const json::value& head, Report& report)
{
    if (!number_at(head, "policy", "seq"))
        return;
    const auto age = number_at(head, "head", "age");
    const bool signs = flag_of(head, "signs");
    const auto who = signs ? std::string{"the node signs it daily"}
                           : std::string{"the policy key is elsewhere: to be signed there daily"};
    const auto mend = command(patient, "policy sign", name);
    if (!flag_of(head, "may_sign"))
        report.warning("policy.head",
                       name +
                           ": no head is signed before every gateway and relay has answered without a newer "
                           "one",
                       command(patient, "policy confirm", name));
    else if (!age)
        report.warning("policy.head", name + ": the policy has no head; " + who, mend);
    else if (*age >= model::kMaxHeadAge)
        report.problem("policy.head",
                       name + ": the head is " + age_words(*age) +
                           " old: a restored node would not believe it; " + who,
                       mend);
    else if (*age >= kLate)
        report.warning("policy.head", name + ": the head is " + age_words(*age) + " old; " + who, mend);
    else
        report.ok("policy.head", name + ": the head is " + age_words(*age) + " old; " + who);
}

void check_places(const Patient& patient, const std::string& name, const json::value& head, Report& report)
{
    std::size_t holding = 0;
    std::size_t others = 0;
    for (const auto& place : list_of(head, "places"))
    {
        const auto state = text_of(place, "state");
        const auto where = text_of(place, "kind") + " " + text_of(place, "url");
        const auto error = text_of(place, "error");
        others += state == "self" ? 0 : 1;
        holding += state == "holds" ? 1 : 0;
        if (state == "holds")
            report.ok("policy.place", name + ": " + where + " holds the head");
        else if (state == "silent")
            report.warning("policy.place", name + ": " + where + " does not answer (" + error + ")",
                           command(patient, "publish --relay URL", name) + ", with others if it stays away");
        else if (state == "none" || state == "older")
            report.warning("policy.place",
                           name + ": " + where +
                               (state == "none" ? " holds no head" : " holds an older head") +
                               (error.empty() ? "" : " (" + error + ")"),
                           command(patient, "policy show", name) + ", in a minute: the node tries again");
    }
    if (others == 0)
        report.warning("policy.rollback",
                       name + ": rollback is not bounded: no gateway or relay but this node itself holds the "
                              "head, so that nothing tells an old backup's policy from the newest",
                       command(patient, "publish --relay URL", name));
    else if (holding == 0)
        report.warning("policy.rollback",
                       name + ": rollback is not bounded: none of " + std::to_string(others) +
                           " other gateways and relays holds the head",
                       command(patient, "policy sign", name));
    else
        report.ok("policy.rollback", name + ": rollback is bounded: " + std::to_string(holding) + " of " +
                                         std::to_string(others) + " other gateways and relays hold the head");
}
} // namespace

void check_policy(const Patient& patient, const std::string& number, Report& report)
{
    const auto client = tool::NodeClient::make(patient.call, number);
    const auto head = client ? client->get("/v1/policy/head") : tl::unexpected<Error>(client.error());
    if (!head)
        return report.failed("policy", head.error());
    check_standing(patient, number, *head, report);
    check_head(patient, number, *head, report);
    check_places(patient, number, *head, report);
}
} // namespace dmid::doctor
