// SPDX-License-Identifier: Apache-2.0
#include "mailauth/sender.hpp"

#include "crypto/tagged_hash.hpp"
#include "crypto/tags.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dmid::mailauth
{
namespace
{
using Near = SenderFacts::Near;

std::size_t count_of(const std::vector<Field>& fields, std::string_view name)
{
    return static_cast<std::size_t>(std::count_if(fields.begin(), fields.end(),
                                                  [name](const Field& field) { return field.name == name; }));
}

/// The addresses of the one field of that name; none where there is not exactly one that reads.
std::vector<Mailbox> addresses_of(const std::vector<Field>& fields, std::string_view name)
{
    if (count_of(fields, name) != 1)
        return {};
    const auto field =
        std::find_if(fields.begin(), fields.end(), [name](const Field& one) { return one.name == name; });
    return parse_addresses(field->value()).value_or(std::vector<Mailbox>{});
}

Near nearness(std::string_view domain, std::string_view from, const OrganisationalDomain& organisation)
{
    if (domain == from)
        return Near::same;
    return aligned(domain, from, false, organisation) ? Near::organisation : Near::no;
}

bool covers(const Signature& signature, std::string_view name)
{
    return std::find(signature.names.begin(), signature.names.end(), name) != signature.names.end();
}

/// Whether `near` is near enough; nothing where that depends on a record that could not be had.
std::optional<bool> near_enough(Near near, bool strict, const DmarcLookup& dmarc)
{
    if (near != Near::organisation)
        return near == Near::same;
    if (dmarc.failed)
        return std::nullopt;
    return dmarc.record.has_value() && !strict;
}

bool names_recipient(const SenderFacts& facts, const Signature& signature, const IsRecipient& is_recipient)
{
    return std::any_of(facts.to.begin(), facts.to.end(), is_recipient) ||
           (covers(signature, "cc") && std::any_of(facts.cc.begin(), facts.cc.end(), is_recipient));
}

/// How far a signature came on its way to a proof, and what stopped it. What nobody could look up comes last,
/// so that it is named only where everything else holds.
struct Stop
{
    unsigned step = 0;
    Errc fault = Errc::mail_dkim_missing;
};

std::optional<Stop> stop_of(const SenderFacts& facts, std::size_t index, const IsRecipient& is_recipient)
{
    const auto& verdict = facts.dkim[index];
    const auto& signature = verdict.signature;
    const bool unanswered = verdict.fault == Errc::mail_dns_failed;
    if (verdict.fault && !unanswered)
        return Stop{1, *verdict.fault};
    if (verdict.testing)
        return Stop{2, Errc::mail_dkim_key_testing};
    if (verdict.partial)
        return Stop{3, Errc::mail_dkim_length};
    if (verdict.bare_line_end)
        return Stop{4, Errc::mail_line_end};
    const bool strict = facts.dmarc.record && facts.dmarc.record->strict_dkim;
    const auto near = near_enough(facts.dkim_near[index], strict, facts.dmarc);
    if (near == false)
        return Stop{5, Errc::mail_dkim_not_aligned};
    constexpr std::array<std::string_view, 5> kNeeded{"from", "to", "date", "subject", "message-id"};
    const bool covered = std::all_of(kNeeded.begin(), kNeeded.end(),
                                     [&signature](std::string_view name) { return covers(signature, name); });
    if (!facts.fields_once || !covered)
        return Stop{6, Errc::mail_dkim_fields};
    if (!names_recipient(facts, signature, is_recipient))
        return Stop{7, Errc::mail_dkim_recipient};
    if (unanswered || !near)
        return Stop{8, Errc::mail_dns_failed};
    return std::nullopt;
}

void judge_spf(const SenderFacts& facts, SenderProof& out)
{
    const bool strict = facts.dmarc.record && facts.dmarc.record->strict_spf;
    const auto near = near_enough(facts.spf_near, strict, facts.dmarc);
    const bool pass = facts.spf.result == SpfResult::pass;
    out.spf_only = !out.dmarc && pass && near == true;
    out.spf_unknown = (pass && !near) || (facts.spf.result == SpfResult::temperror && near != false);
    out.spf_unknown = out.spf_unknown && !out.dmarc;
}
} // namespace

struct SenderCheck::Impl
{
    std::string header;
    SpfRequest envelope;
    UnixTime now = 0;
    std::optional<Errc> fault;
    std::vector<Field> fields; ///< views into `header`
    BodyHashes bodies;
    std::optional<DkimCheck> dkim;
    std::optional<ArcCheck> arc;

    void read_fields(SenderFacts& out) const
    {
        if (const auto from = addresses_of(fields, "from"); from.size() == 1)
            out.from = from.front();
        out.to = addresses_of(fields, "to");
        out.cc = addresses_of(fields, "cc");
        out.fields_once = count_of(fields, "from") == 1 && count_of(fields, "to") == 1 &&
                          count_of(fields, "date") == 1 && count_of(fields, "message-id") == 1 &&
                          count_of(fields, "subject") <= 1;
    }
};

SenderCheck::SenderCheck(std::string header, SpfRequest envelope, UnixTime now)
    : impl_{std::make_unique<Impl>()}
{
    impl_->header = std::move(header);
    impl_->envelope = std::move(envelope);
    impl_->now = now;
    auto fields = split_header(impl_->header);
    if (fields)
        impl_->fields = std::move(*fields);
    else
        impl_->fault = fields.error().code;
    impl_->dkim.emplace(impl_->fields, impl_->bodies);
    impl_->arc.emplace(impl_->fields, impl_->bodies);
}

SenderCheck::~SenderCheck() = default;
SenderCheck::SenderCheck(SenderCheck&&) noexcept = default;
SenderCheck& SenderCheck::operator=(SenderCheck&&) noexcept = default;

bool SenderCheck::wants_body() const noexcept
{
    return !impl_->bodies.empty();
}

void SenderCheck::body(std::string_view piece) noexcept
{
    impl_->bodies.update(piece);
}

void SenderCheck::end_of_body() noexcept
{
    impl_->bodies.finish();
}

std::optional<SenderFacts> SenderCheck::facts(const OrganisationalDomain& organisation,
                                              Answers& answers) const
{
    SenderFacts out;
    out.fault = impl_->fault;
    impl_->read_fields(out);
    // All of them run, so that their questions are asked together.
    auto spf = check_spf(impl_->envelope, answers);
    auto dkim = impl_->dkim->verdicts(impl_->bodies, impl_->now, answers);
    auto arc = impl_->arc->verdict(impl_->bodies, impl_->now, answers);
    auto dmarc = out.from ? find_dmarc(out.from->domain, organisation, answers) : DmarcLookup{};
    if (!spf || !dkim || !arc || !dmarc)
        return std::nullopt;
    out.spf = std::move(*spf);
    out.dkim = std::move(*dkim);
    out.arc = std::move(*arc);
    out.dmarc = *dmarc;
    const auto near = [&out, &organisation](const std::string& domain)
    { return out.from ? nearness(domain, out.from->domain, organisation) : Near::no; };
    out.spf_near = near(out.spf.domain);
    for (const auto& verdict : out.dkim)
        out.dkim_near.push_back(near(verdict.signature.domain));
    return out;
}

std::optional<bool> SenderFacts::dmarc_passes() const noexcept
{
    if (!dmarc.record)
        return std::nullopt;
    const auto spf_needed = dmarc.record->strict_spf ? Near::same : Near::organisation;
    const auto dkim_needed = dmarc.record->strict_dkim ? Near::same : Near::organisation;
    bool unknown = spf.result == SpfResult::temperror && spf_near >= spf_needed;
    if (spf.result == SpfResult::pass && spf_near >= spf_needed)
        return true;
    for (std::size_t i = 0; i < dkim.size(); ++i)
    {
        if (dkim_near[i] < dkim_needed)
            continue;
        if (!dkim[i].fault && !dkim[i].testing)
            return true;
        unknown = unknown || dkim[i].fault == Errc::mail_dns_failed;
    }
    return unknown ? std::nullopt : std::optional{false};
}

SenderProof prove_sender(const SenderFacts& facts, const IsRecipient& is_recipient)
{
    SenderProof out;
    if (facts.fault || !facts.from)
    {
        out.fault = facts.fault.value_or(Errc::mail_from);
        return out;
    }
    Stop nearest;
    for (std::size_t i = 0; i < facts.dkim.size(); ++i)
    {
        const auto stop = stop_of(facts, i, is_recipient);
        if (!stop)
        {
            out.dmarc = true;
            out.secure = out.secure || facts.dkim[i].secure;
            out.once.push_back(once_value(facts.dkim[i].signature.value));
            continue;
        }
        out.dmarc_unknown = out.dmarc_unknown || stop->fault == Errc::mail_dns_failed;
        if (stop->step > nearest.step)
            nearest = *stop;
    }
    if (out.dmarc)
    {
        out.from = facts.from;
        out.dmarc_unknown = false;
    }
    else
        out.fault = nearest.fault;
    judge_spf(facts, out);
    return out;
}

Hash32 once_value(ByteView signature) noexcept
{
    return crypto::tagged_hash(crypto::tags::kDkimOnce, {signature});
}
} // namespace dmid::mailauth
