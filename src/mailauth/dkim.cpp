// SPDX-License-Identifier: Apache-2.0
#include "mailauth/dkim.hpp"

#include "mailauth/text.hpp"

#include <algorithm>
#include <map>

namespace dmid::mailauth
{
void BodyHashes::want(const Signature& signature)
{
    const bool known =
        std::any_of(entries_.begin(), entries_.end(),
                    [&signature](const Entry& entry)
                    { return entry.canon == signature.body_canon && entry.length == signature.length; });
    if (!known)
        entries_.push_back(
            {signature.body_canon, signature.length, BodyHash{signature.body_canon, signature.length}, {}});
}

void BodyHashes::update(std::string_view piece) noexcept
{
    for (auto& entry : entries_)
        entry.hash.update(piece);
}

void BodyHashes::finish() noexcept
{
    for (auto& entry : entries_)
        entry.digest = entry.hash.finish();
    finished_ = true;
}

const BodyHash::Digest* BodyHashes::of(const Signature& signature) const noexcept
{
    const auto found =
        std::find_if(entries_.begin(), entries_.end(),
                     [&signature](const Entry& entry)
                     { return entry.canon == signature.body_canon && entry.length == signature.length; });
    return found == entries_.end() || !finished_ ? nullptr : &found->digest;
}

std::string signed_text(const std::vector<Field>& fields, std::size_t own, const Signature& signature)
{
    // Where each name's next instance, from the bottom up, is to be looked for.
    std::map<std::string_view, std::size_t> next;
    std::string out;
    for (const auto& name : signature.names)
    {
        auto& at = next.try_emplace(name, fields.size()).first->second;
        while (at > 0)
        {
            --at;
            if (at == own || fields[at].name != name)
                continue;
            out += canonical_field(fields[at].raw, signature.header_canon);
            break;
        }
    }
    auto self = canonical_field(without_signature_value(fields[own].raw), signature.header_canon);
    self.resize(self.size() - 2); // signed without its CRLF (RFC 6376 §3.7)
    return out + self;
}

namespace
{
/// What its own words and the body say against it.
std::optional<Errc> fault_before_key(const Signature& signature, const BodyHash::Digest* body, UnixTime now)
{
    if (signature.expires && now > *signature.expires)
        return Errc::mail_dkim_expired;
    if (signature.made && *signature.made > now + kClockSkew)
        return Errc::mail_dkim_future;
    if (body == nullptr)
        return Errc::internal_bug;
    if (signature.length && *signature.length > body->size)
        return Errc::mail_dkim_length;
    if (body->hash != signature.body_hash)
        return Errc::mail_dkim_body;
    return std::nullopt;
}

std::optional<Errc> fault_with_key(const std::vector<Field>& fields, std::size_t own,
                                   const Signature& signature, const PublishedKey& key)
{
    if (key.algorithm() != signature.algorithm)
        return Errc::mail_dkim_key_use;
    if (key.same_domain_only() && !signature.identity.ends_with("@" + signature.domain))
        return Errc::mail_dkim_identity;
    if (!key.verifies(signed_text(fields, own, signature), signature.value))
        return Errc::mail_dkim_signature;
    return std::nullopt;
}
} // namespace

Result<PublishedKey> published_key(const Answer& answer)
{
    if (answer.status == Answer::Status::failed)
        return fail(Errc::mail_dns_failed);
    if (answer.status != Answer::Status::found || answer.records.empty())
        return fail(Errc::mail_dkim_no_key);
    if (answer.records.size() == 1)
        return PublishedKey::parse(answer.records.front());
    const std::string* only = nullptr;
    for (const auto& record : answer.records)
    {
        const auto tags = TagList::parse(record);
        if (!tags || tags->find("p") == nullptr)
            continue;
        if (only != nullptr)
            return fail(Errc::mail_dkim_key_syntax, "several keys under one name");
        only = &record;
    }
    return only == nullptr ? fail(Errc::mail_dkim_no_key) : PublishedKey::parse(*only);
}

std::optional<DkimVerdict> check_signature(const std::vector<Field>& fields, std::size_t own,
                                           const Signature& signature, const BodyHashes& bodies, UnixTime now,
                                           Answers& answers)
{
    DkimVerdict out;
    out.signature = signature;
    const auto* body = bodies.of(signature);
    if (body != nullptr)
    {
        out.partial = signature.length.has_value();
        out.bare_line_end = body->bare_line_end;
    }
    // A question is asked only for what could still verify.
    out.fault = fault_before_key(signature, body, now);
    if (out.fault)
        return out;
    const auto* answer = answers.find(signature.key_name(), RecordType::txt);
    if (answer == nullptr)
        return std::nullopt;
    out.secure = answer->secure;
    const auto key = published_key(*answer);
    if (!key)
    {
        out.fault = key.error().code;
        return out;
    }
    out.bits = key->bits();
    out.testing = key->testing();
    out.fault = fault_with_key(fields, own, signature, *key);
    return out;
}

DkimCheck::DkimCheck(const std::vector<Field>& fields, BodyHashes& bodies)
    : fields_{fields}
{
    for (std::size_t i = 0; i < fields.size() && entries_.size() < kMaxSignatures; ++i)
    {
        if (fields[i].name != "dkim-signature")
            continue;
        entries_.push_back({i, parse_signature(fields[i].value(), SignatureKind::dkim)});
        if (const auto& signature = entries_.back().signature)
            bodies.want(*signature);
    }
}

std::optional<std::vector<DkimVerdict>> DkimCheck::verdicts(const BodyHashes& bodies, UnixTime now,
                                                            Answers& answers) const
{
    std::vector<DkimVerdict> out;
    bool open = false;
    for (const auto& [field, signature] : entries_)
    {
        if (!signature)
        {
            DkimVerdict broken;
            broken.fault = signature.error().code;
            out.push_back(std::move(broken));
            continue;
        }
        auto verdict = check_signature(fields_, field, *signature, bodies, now, answers);
        open = open || !verdict;
        if (verdict)
            out.push_back(std::move(*verdict));
    }
    if (open)
        return std::nullopt;
    return out;
}
} // namespace dmid::mailauth
