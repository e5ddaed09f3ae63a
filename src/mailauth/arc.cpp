// SPDX-License-Identifier: Apache-2.0
#include "mailauth/arc.hpp"

#include "base/ascii.hpp"
#include "mailauth/text.hpp"

#include <algorithm>
#include <charconv>

namespace dmid::mailauth
{
namespace
{
tl::unexpected<Error> broken(const char* what)
{
    return fail(Errc::mail_arc_chain, what);
}

/// The i= of an ARC field, 1 to kMaxArcSets. In ARC-Authentication-Results it stands before other things, so
/// only the first tag is read.
Result<std::size_t> instance_of(std::string_view value, bool first_only)
{
    std::string_view text;
    if (first_only)
    {
        const auto tag = value.substr(0, value.find(';'));
        const auto equals = tag.find('=');
        if (equals == std::string_view::npos || trimmed(tag.substr(0, equals)) != "i")
            return broken("results without i=");
        text = trimmed(tag.substr(equals + 1));
    }
    else
    {
        const auto tags = TagList::parse(value);
        if (!tags)
            return broken("a field that does not read");
        text = tags->value("i");
    }
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 1 || number > kMaxArcSets)
        return broken("an i= out of range");
    return number;
}
} // namespace

Result<ArcCheck::Seal> ArcCheck::parse_seal(std::string_view value)
{
    const auto tags = TagList::parse(value);
    if (!tags || value.size() > kMaxSignatureField || tags->find("h") != nullptr)
        return broken("a seal that does not read");
    Seal out;
    DMID_TRY(out.algorithm, parse_algorithm(tags->value("a")));
    DMID_TRY(out.domain, parse_signer_name(*tags, "d"));
    DMID_TRY(out.selector, parse_signer_name(*tags, "s"));
    DMID_TRY(out.value, parse_folded_base64(tags->value("b")));
    out.validation = ascii_lower(tags->value("cv"));
    return out;
}

/// Every set whole, each once, numbered without a gap; the first says none, the others pass.
Result<void> ArcCheck::gather()
{
    for (std::size_t i = 0; i < fields_.size(); ++i)
    {
        const auto& name = fields_[i].name;
        const bool results = name == "arc-authentication-results";
        if (!results && name != "arc-message-signature" && name != "arc-seal")
            continue;
        DMID_TRY(const auto instance, instance_of(fields_[i].value(), results));
        if (sets_.size() < instance)
            sets_.resize(instance);
        auto& set = sets_[instance - 1];
        auto& place = results ? set.results : name == "arc-seal" ? set.seal : set.message;
        if (place)
            return broken("a field twice");
        place = i;
    }
    for (std::size_t i = 0; i < sets_.size(); ++i)
    {
        auto& set = sets_[i];
        if (!set.results || !set.message || !set.seal)
            return broken("a set that is not whole");
        DMID_TRY(set.read, parse_seal(fields_[*set.seal].value()));
        if (set.read->validation != (i == 0 ? "none" : "pass"))
            return broken("a cv= that does not fit");
    }
    return {};
}

ArcCheck::ArcCheck(const std::vector<Field>& fields, BodyHashes& bodies)
    : fields_{fields}
{
    auto gathered = gather();
    if (gathered && !sets_.empty())
    {
        auto message = parse_signature(fields_[*sets_.back().message].value(), SignatureKind::arc_message);
        if (message)
        {
            newest_ = std::move(*message);
            bodies.want(*newest_);
            const auto& names = newest_->names;
            if (std::find(names.begin(), names.end(), "arc-seal") != names.end())
                gathered = broken("a signature over a seal");
        }
        else
            gathered = tl::unexpected<Error>(message.error());
    }
    if (!gathered)
        fault_ = gathered.error().code;
}

/// RFC 8617 §5.1.1: all sets up to this one, relaxed, its own seal last and without its value.
std::string ArcCheck::sealed_text(std::size_t last) const
{
    std::string out;
    for (std::size_t i = 0; i <= last; ++i)
    {
        const auto& set = sets_[i];
        out += canonical_field(fields_[*set.results].raw, Canon::relaxed);
        out += canonical_field(fields_[*set.message].raw, Canon::relaxed);
        const auto seal = fields_[*set.seal].raw;
        out += i < last ? canonical_field(seal, Canon::relaxed)
                        : canonical_field(without_signature_value(seal), Canon::relaxed);
    }
    out.resize(out.size() - 2);
    return out;
}

std::optional<std::optional<Errc>> ArcCheck::check_seal(std::size_t index, Answers& answers) const
{
    const auto& seal = *sets_[index].read;
    const auto* answer = answers.find(seal.selector + "._domainkey." + seal.domain, RecordType::txt);
    if (answer == nullptr)
        return std::nullopt;
    const auto key = published_key(*answer);
    if (!key)
        return std::optional<Errc>{key.error().code};
    if (key->algorithm() != seal.algorithm)
        return std::optional<Errc>{Errc::mail_dkim_key_use};
    if (!key->verifies(sealed_text(index), seal.value))
        return std::optional<Errc>{Errc::mail_dkim_signature};
    return std::optional<Errc>{};
}

std::optional<ArcVerdict> ArcCheck::verdict(const BodyHashes& bodies, UnixTime now, Answers& answers) const
{
    ArcVerdict out;
    out.sets = sets_.size();
    if (!sets_.empty() && sets_.back().read)
        out.sealer = sets_.back().read->domain;
    out.fault = fault_;
    if (fault_)
        out.state = ArcVerdict::State::fail;
    if (fault_ || sets_.empty())
        return out;
    const auto message = check_signature(fields_, *sets_.back().message, *newest_, bodies, now, answers);
    bool open = !message;
    if (message)
        out.fault = message->fault;
    for (std::size_t i = sets_.size(); i-- > 0 && !out.fault;)
    {
        const auto fault = check_seal(i, answers);
        open = open || !fault;
        if (fault)
            out.fault = *fault;
    }
    if (open && !out.fault)
        return std::nullopt;
    if (!out.fault)
        out.state = ArcVerdict::State::pass;
    else
        out.state =
            *out.fault == Errc::mail_dns_failed ? ArcVerdict::State::unknown : ArcVerdict::State::fail;
    return out;
}
} // namespace dmid::mailauth
