// SPDX-License-Identifier: Apache-2.0
#include "mailauth/spf.hpp"

#include "base/ascii.hpp"
#include "mailauth/spf_record.hpp"
#include "mailauth/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dmid::mailauth
{
namespace
{
using Status = Answer::Status;

/// What a mechanism came to.
enum class Match : std::uint8_t
{
    no,
    yes,
    temperror,
    permerror,
    open, ///< a question was left behind
};

/// One evaluation from the beginning with what is known; it stops at the first thing that is not.
class Evaluation
{
public:
    Evaluation(const SpfRequest& request, const SpfValues& values, Answers& answers)
        : request_{request}
        , values_{values}
        , answers_{answers}
    {
    }

    /// Nothing while a question is open.
    std::optional<SpfResult> check_host(const std::string& domain);
    bool secure() const noexcept { return secure_; }

private:
    const Answer* ask(std::string_view name, RecordType type);
    bool is_void(const Answer& answer);
    std::optional<SpfResult> run(const SpfRecord& record, const std::string& domain);
    std::optional<SpfResult> redirect(const SpfText& target, const std::string& domain);
    Match match(const SpfTerm& term, const std::string& domain);
    Match match_asking(const SpfTerm& term, const std::string& target, const std::string& domain);
    Match match_include(const std::string& target);
    Match match_exists(const std::string& target);
    Match match_a(const SpfTerm& term, const std::string& target);
    Match match_mx(const SpfTerm& term, const std::string& target);
    Match match_ptr(const std::string& target);
    Match host_has(const SpfTerm& term, const std::string& host, bool counted);
    std::optional<std::string> target_of(const SpfText& text, const std::string& domain);
    std::optional<std::vector<std::string>> validated_names(bool counted);

    RecordType address_type() const noexcept { return request_.client.v6 ? RecordType::aaaa : RecordType::a; }

    const SpfRequest& request_;
    SpfValues values_;
    Answers& answers_;
    unsigned terms_ = 0;
    unsigned voids_ = 0;
    bool names_counted_ = false; ///< whether the client's names were looked at for void look-ups
    bool secure_ = true;
};

const Answer* Evaluation::ask(std::string_view name, RecordType type)
{
    const auto* answer = answers_.find(name, type);
    secure_ = secure_ && answer != nullptr && answer->secure;
    return answer;
}

/// Counts a look-up that found nothing; true when there are too many.
bool Evaluation::is_void(const Answer& answer)
{
    if (answer.status == Status::no_data || answer.status == Status::no_domain)
        ++voids_;
    return voids_ > kMaxSpfVoid;
}

/// The names of the client's address that lead back to it (RFC 7208 §5.5); none where a look-up fails.
std::optional<std::vector<std::string>> Evaluation::validated_names(bool counted)
{
    std::vector<std::string> out;
    const auto* answer = ask(request_.client.reverse_name(), RecordType::ptr);
    if (answer == nullptr)
        return std::nullopt;
    // One question, however many terms ask it.
    if (counted && !std::exchange(names_counted_, true) && is_void(*answer))
        return out;
    bool open = false;
    const auto count = std::min(answer->records.size(), kMaxSpfHosts);
    for (std::size_t i = 0; i < count; ++i)
    {
        auto host = ascii_lower(answer->records[i]);
        if (host.ends_with('.'))
            host.pop_back();
        const auto* addresses = ask(host, address_type());
        if (addresses == nullptr)
        {
            open = true;
            continue;
        }
        const bool back =
            std::any_of(addresses->records.begin(), addresses->records.end(),
                        [this](const std::string& text) { return parse_ip(text) == request_.client; });
        if (back)
            out.push_back(std::move(host));
    }
    if (open)
        return std::nullopt;
    return out;
}

/// The name that a term means; nothing while one for %{p} is open.
std::optional<std::string> Evaluation::target_of(const SpfText& text, const std::string& domain)
{
    if (text.empty())
        return domain;
    auto values = values_;
    values.domain = domain;
    if (needs_validated_name(text))
    {
        const auto names = validated_names(false);
        if (!names)
            return std::nullopt;
        // The domain itself, else one below it, else any (RFC 7208 §7.3).
        auto best = std::find(names->begin(), names->end(), domain);
        if (best == names->end())
            best = std::find_if(names->begin(), names->end(),
                                [&domain](const std::string& name) { return is_within(name, domain); });
        if (best == names->end())
            best = names->begin();
        if (best != names->end())
            values.validated = *best;
    }
    return expand(text, values);
}

Match Evaluation::host_has(const SpfTerm& term, const std::string& host, bool counted)
{
    const auto* answer = ask(host, address_type());
    if (answer == nullptr)
        return Match::open;
    if (answer->status == Status::failed)
        return Match::temperror;
    if (counted && answer->status == Status::no_data)
    {
        // A host of the other family alone is no void look-up.
        const auto* other = ask(host, request_.client.v6 ? RecordType::a : RecordType::aaaa);
        if (other == nullptr)
            return Match::open;
        counted = other->status != Status::found;
    }
    if (counted && is_void(*answer))
        return Match::permerror;
    const auto prefix = request_.client.v6 ? term.prefix6 : term.prefix4;
    const bool found = std::any_of(answer->records.begin(), answer->records.end(),
                                   [this, prefix](const std::string& text)
                                   {
                                       const auto address = parse_ip(text);
                                       return address && request_.client.in(*address, prefix);
                                   });
    return found ? Match::yes : Match::no;
}

Match Evaluation::match_a(const SpfTerm& term, const std::string& target)
{
    return host_has(term, target, true);
}

Match Evaluation::match_mx(const SpfTerm& term, const std::string& target)
{
    const auto* answer = ask(target, RecordType::mx);
    if (answer == nullptr)
        return Match::open;
    if (answer->status == Status::failed)
        return Match::temperror;
    if (is_void(*answer) || answer->records.size() > kMaxSpfHosts)
        return Match::permerror;
    bool open = false;
    for (const auto& record : answer->records)
    {
        const auto host = record.substr(record.find(' ') + 1);
        if (host.empty() || host == ".") // RFC 7505: no mail at all
            continue;
        const auto match = host_has(term, host, false);
        open = open || match == Match::open;
        // While an earlier host is open, what a later one says is not yet the answer.
        if (!open && match != Match::no)
            return match;
    }
    return open ? Match::open : Match::no;
}

Match Evaluation::match_ptr(const std::string& target)
{
    const auto names = validated_names(true);
    if (!names)
        return Match::open;
    if (voids_ > kMaxSpfVoid)
        return Match::permerror;
    const bool found = std::any_of(names->begin(), names->end(),
                                   [&target](const std::string& name) { return is_within(name, target); });
    return found ? Match::yes : Match::no;
}

Match Evaluation::match_exists(const std::string& target)
{
    const auto* answer = ask(target, RecordType::a);
    if (answer == nullptr)
        return Match::open;
    if (answer->status == Status::failed)
        return Match::temperror;
    if (is_void(*answer))
        return Match::permerror;
    return answer->status == Status::found ? Match::yes : Match::no;
}

Match Evaluation::match_include(const std::string& target)
{
    const auto result = check_host(target);
    if (!result)
        return Match::open;
    switch (*result)
    {
    case SpfResult::pass:
        return Match::yes;
    case SpfResult::temperror:
        return Match::temperror;
    case SpfResult::permerror:
    case SpfResult::none:
        return Match::permerror;
    default:
        return Match::no;
    }
}

Match Evaluation::match_asking(const SpfTerm& term, const std::string& target, const std::string& domain)
{
    switch (term.kind)
    {
    case SpfTerm::Kind::include:
        return match_include(target);
    case SpfTerm::Kind::exists:
        return match_exists(target);
    case SpfTerm::Kind::a:
        return match_a(term, target);
    case SpfTerm::Kind::mx:
        return match_mx(term, target);
    default:
        return match_ptr(term.domain.empty() ? domain : target);
    }
}

Match Evaluation::match(const SpfTerm& term, const std::string& domain)
{
    switch (term.kind)
    {
    case SpfTerm::Kind::all:
        return Match::yes;
    case SpfTerm::Kind::ip4:
        return request_.client.in(term.network, term.prefix4) ? Match::yes : Match::no;
    case SpfTerm::Kind::ip6:
        return request_.client.in(term.network, term.prefix6) ? Match::yes : Match::no;
    default:
        break;
    }
    if (++terms_ > kMaxSpfTerms)
        return Match::permerror;
    const auto target = target_of(term.domain, domain);
    return target ? match_asking(term, *target, domain) : Match::open;
}

std::optional<SpfResult> Evaluation::redirect(const SpfText& target, const std::string& domain)
{
    if (++terms_ > kMaxSpfTerms)
        return SpfResult::permerror;
    const auto name = target_of(target, domain);
    if (!name)
        return std::nullopt;
    const auto result = check_host(*name);
    return result == SpfResult::none ? SpfResult::permerror : result;
}

std::optional<SpfResult> Evaluation::run(const SpfRecord& record, const std::string& domain)
{
    for (const auto& term : record.terms)
    {
        switch (match(term, domain))
        {
        case Match::yes:
            return term.qualifier;
        case Match::temperror:
            return SpfResult::temperror;
        case Match::permerror:
            return SpfResult::permerror;
        case Match::open:
            return std::nullopt;
        case Match::no:
            break;
        }
    }
    return record.redirect ? redirect(*record.redirect, domain) : SpfResult::neutral;
}

std::optional<SpfResult> Evaluation::check_host(const std::string& domain)
{
    if (!is_domain(domain))
        return SpfResult::none;
    const auto* answer = ask(domain, RecordType::txt);
    if (answer == nullptr)
        return std::nullopt;
    if (answer->status == Status::failed)
        return SpfResult::temperror;
    const std::string* only = nullptr;
    for (const auto& record : answer->records)
    {
        if (!is_spf_record(record))
            continue;
        if (only != nullptr)
            return SpfResult::permerror;
        only = &record;
    }
    if (only == nullptr)
        return SpfResult::none;
    const auto record = parse_spf_record(*only);
    return record ? run(*record, domain) : SpfResult::permerror;
}
} // namespace

std::string_view name(SpfResult result) noexcept
{
    constexpr std::array<std::string_view, 7> kNames{"none",     "neutral",   "pass",     "fail",
                                                     "softfail", "temperror", "permerror"};
    return kNames.at(static_cast<std::size_t>(result));
}

std::optional<SpfVerdict> check_spf(const SpfRequest& request, Answers& answers)
{
    SpfRequest asked = request;
    asked.client = unmapped(request.client);
    SpfValues values;
    values.helo = ascii_lower(request.helo);
    if (values.helo.ends_with('.'))
        values.helo.pop_back();
    // RFC 7208 §2.4, §4.3: the null sender stands for the host; a missing local part for its postmaster.
    values.sender = request.sender.empty() ? values.helo : request.sender;
    if (const auto at = values.sender.rfind('@'); at == std::string::npos || at == 0)
        values.sender = "postmaster@" + values.sender.substr(at == 0 ? 1 : 0);
    values.address = asked.client.dotted();
    values.v6 = asked.client.v6;

    SpfVerdict out;
    auto domain = ascii_lower(std::string_view{values.sender}.substr(values.sender.rfind('@') + 1));
    if (domain.ends_with('.'))
        domain.pop_back();
    if (!is_domain(domain))
        return out;
    out.domain = domain;
    Evaluation evaluation{asked, values, answers};
    const auto result = evaluation.check_host(domain);
    if (!result)
        return std::nullopt;
    out.result = *result;
    out.secure = evaluation.secure();
    return out;
}
} // namespace dmid::mailauth
