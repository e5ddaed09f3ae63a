// SPDX-License-Identifier: Apache-2.0
#include "mailauth/dmarc.hpp"

#include "base/ascii.hpp"
#include "mailauth/tags.hpp"
#include "mailauth/text.hpp"

#include <array>
#include <charconv>

namespace dmid::mailauth
{
namespace
{
constexpr std::array<std::string_view, 3> kPolicies{"none", "quarantine", "reject"};
constexpr std::size_t kMaxRecord = 4096;

std::optional<DmarcPolicy> parse_policy(std::string_view text)
{
    for (std::size_t i = 0; i < kPolicies.size(); ++i)
        if (ascii_same(text, kPolicies[i]))
            return static_cast<DmarcPolicy>(i);
    return std::nullopt;
}

unsigned parse_percent(std::string_view text)
{
    constexpr unsigned kAll = 100;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number <= kAll ? number : kAll;
}

/// The tags that read; unlike DKIM's, a list with a broken tag keeps the others.
std::string_view value_of(std::string_view list, std::string_view name)
{
    for (const auto piece : split(list, ';'))
    {
        const auto equals = piece.find('=');
        if (equals != std::string_view::npos && ascii_same(trimmed(piece.substr(0, equals)), name))
            return trimmed(piece.substr(equals + 1));
    }
    return {};
}

bool is_record(std::string_view text)
{
    const auto first = text.substr(0, text.find(';'));
    const auto equals = first.find('=');
    return equals != std::string_view::npos && trimmed(first.substr(0, equals)) == "v" &&
           trimmed(first.substr(equals + 1)) == "DMARC1";
}
} // namespace

std::string_view name(DmarcPolicy policy) noexcept
{
    return kPolicies.at(static_cast<std::size_t>(policy));
}

Result<DmarcRecord> parse_dmarc_record(std::string_view text)
{
    if (text.size() > kMaxRecord || !is_record(text))
        return fail(Errc::mail_dmarc_record, "not v=DMARC1");
    DmarcRecord out;
    const auto policy = parse_policy(value_of(text, "p"));
    const auto subdomains = value_of(text, "sp");
    const auto parsed_subdomains = parse_policy(subdomains);
    if (!policy || (!subdomains.empty() && !parsed_subdomains))
    {
        if (!value_of(text, "rua").starts_with("mailto:"))
            return fail(Errc::mail_dmarc_record, "p= or sp=");
    }
    else
    {
        out.policy = *policy;
        out.subdomains = parsed_subdomains.value_or(*policy);
    }
    out.strict_dkim = ascii_same(value_of(text, "adkim"), "s");
    out.strict_spf = ascii_same(value_of(text, "aspf"), "s");
    out.percent = parse_percent(value_of(text, "pct"));
    return out;
}

bool aligned(std::string_view a, std::string_view b, bool strict, const OrganisationalDomain& organisation)
{
    if (a == b)
        return true;
    if (strict)
        return false;
    const auto of_a = organisation(a);
    return !of_a.empty() && of_a == organisation(b);
}

DmarcPolicy DmarcLookup::policy() const noexcept
{
    if (!record)
        return DmarcPolicy::none;
    return of_parent ? record->subdomains : record->policy;
}

std::optional<DmarcLookup> find_dmarc(const std::string& domain, const OrganisationalDomain& organisation,
                                      Answers& answers)
{
    DmarcLookup out;
    out.secure = true;
    const auto parent = organisation(domain);
    for (const auto& name : {domain, parent})
    {
        out.of_parent = name != domain;
        if (name.empty() || (out.of_parent && parent == domain))
            continue;
        const auto* answer = answers.find("_dmarc." + name, RecordType::txt);
        if (answer == nullptr)
            return std::nullopt;
        out.failed = answer->status == Answer::Status::failed;
        out.secure = out.secure && answer->secure;
        if (out.failed)
            return out;
        std::size_t count = 0;
        for (const auto& record : answer->records)
        {
            if (!is_record(record))
                continue;
            ++count;
            if (auto parsed = parse_dmarc_record(record))
                out.record = *parsed;
        }
        if (count > 1) // RFC 7489 §6.6.3, 5.: then nothing is published
            out.record.reset();
        if (count > 0)
            return out;
    }
    out.of_parent = false;
    return out;
}
} // namespace dmid::mailauth
