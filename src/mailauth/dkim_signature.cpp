// SPDX-License-Identifier: Apache-2.0
#include "mailauth/dkim_signature.hpp"

#include "base/ascii.hpp"
#include "mailauth/text.hpp"

#include <algorithm>
#include <charconv>

namespace dmid::mailauth
{
namespace
{
tl::unexpected<Error> signature_syntax(std::string what)
{
    return fail(Errc::mail_dkim_syntax, std::move(what));
}

/// Decimal digits alone; RFC 6376 allows more of them than any clock or body needs.
Result<std::optional<std::uint64_t>> parse_count(const TagList& tags, std::string_view name)
{
    const auto* tag = tags.find(name);
    if (tag == nullptr)
        return std::optional<std::uint64_t>{};
    constexpr std::size_t kMaxDigits = 18;
    std::uint64_t number = 0;
    const auto text = tag->value;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.size() > kMaxDigits || error != std::errc{} || end != text.data() + text.size())
        return signature_syntax(std::string{name} + "= is no number");
    return std::optional{number};
}

Result<Canon> parse_canon(std::string_view text)
{
    if (text == "simple")
        return Canon::simple;
    if (text == "relaxed")
        return Canon::relaxed;
    return signature_syntax("c= is not known");
}

Result<void> read_canons(const TagList& tags, Signature& out)
{
    const auto text = ascii_lower(without_space(tags.value("c", "simple/simple")));
    const auto slash = text.find('/');
    DMID_TRY(out.header_canon, parse_canon(text.substr(0, slash)));
    DMID_TRY(out.body_canon, parse_canon(slash == std::string::npos ? "simple" : text.substr(slash + 1)));
    return {};
}

Result<void> read_names(const TagList& tags, Signature& out)
{
    const auto* tag = tags.find("h");
    if (tag == nullptr)
        return signature_syntax("h= is missing");
    const auto text = ascii_lower(without_space(tag->value));
    for (const auto name : split(text, ':'))
    {
        if (name.empty() || out.names.size() == kMaxSignedNames)
            return signature_syntax("h= is no list of names");
        out.names.emplace_back(name);
    }
    if (std::find(out.names.begin(), out.names.end(), "from") == out.names.end())
        return fail(Errc::mail_dkim_from_unsigned);
    return {};
}

/// i= is the signer's user or a part of its domain (RFC 6376 §3.5); quoted local parts are not looked into.
Result<void> read_identity(const TagList& tags, Signature& out)
{
    out.identity = "@" + out.domain;
    const auto* tag = tags.find("i");
    if (tag == nullptr)
        return {};
    const auto text = without_space(tag->value);
    const auto at = text.rfind('@');
    if (at == std::string::npos)
        return signature_syntax("i= is no identity");
    const auto domain = ascii_lower(text.substr(at + 1));
    if (!is_within(domain, out.domain))
        return fail(Errc::mail_dkim_identity, "i= is not within d=");
    out.identity = text.substr(0, at + 1) + domain;
    return {};
}

Result<void> read_times(const TagList& tags, Signature& out)
{
    DMID_TRY(const auto made, parse_count(tags, "t"));
    DMID_TRY(const auto expires, parse_count(tags, "x"));
    if (made)
        out.made = static_cast<UnixTime>(*made);
    if (expires)
        out.expires = static_cast<UnixTime>(*expires);
    if (out.made && out.expires && *out.expires < *out.made)
        return signature_syntax("x= is before t=");
    return {};
}

Result<void> read_dkim_only(const TagList& tags, Signature& out)
{
    if (tags.value("v") != "1")
        return signature_syntax("v= is not 1");
    const auto methods = ascii_lower(without_space(tags.value("q", "dns/txt")));
    const auto list = split(methods, ':');
    if (std::find(list.begin(), list.end(), "dns/txt") == list.end())
        return signature_syntax("q= has no dns/txt");
    return read_identity(tags, out);
}
} // namespace

Result<Algorithm> parse_algorithm(std::string_view text)
{
    const auto name = ascii_lower(text);
    if (name == "rsa-sha256")
        return Algorithm::rsa_sha256;
    if (name == "ed25519-sha256")
        return Algorithm::ed25519_sha256;
    return fail(Errc::mail_dkim_algorithm);
}

Result<Bytes> parse_folded_base64(std::string_view text)
{
    auto bytes = from_base64(without_space(text));
    if (!bytes || bytes->empty())
        return signature_syntax("no base64");
    return std::move(*bytes);
}

Result<std::string> parse_signer_name(const TagList& tags, std::string_view name)
{
    auto text = ascii_lower(without_space(tags.value(name)));
    if (!is_domain(name == "s" ? text + ".x" : text))
        return signature_syntax(std::string{name} + "= is no name");
    return text;
}

Result<Signature> parse_signature(std::string_view value, SignatureKind kind)
{
    if (value.size() > kMaxSignatureField)
        return signature_syntax("a signature field of more than 16 KiB");
    const auto tags = TagList::parse(value);
    if (!tags)
        return signature_syntax(tags.error().context);
    Signature out;
    DMID_TRY(out.algorithm, parse_algorithm(tags->value("a")));
    DMID_TRY(out.domain, parse_signer_name(*tags, "d"));
    DMID_TRY(out.selector, parse_signer_name(*tags, "s"));
    DMID_TRY(out.value, parse_folded_base64(tags->value("b")));
    DMID_TRY(const auto body_hash, parse_folded_base64(tags->value("bh")));
    if (body_hash.size() != Hash32::kSize || out.value.size() > kMaxSignatureBytes)
        return signature_syntax("b= or bh= is of a wrong length");
    DMID_TRY(out.body_hash, Hash32::from(body_hash));
    DMID_TRY(read_canons(*tags, out));
    DMID_TRY(out.length, parse_count(*tags, "l"));
    DMID_TRY(read_times(*tags, out));
    if (kind == SignatureKind::dkim)
    {
        DMID_TRY(read_dkim_only(*tags, out));
    }
    DMID_TRY(read_names(*tags, out));
    return out;
}

std::string without_signature_value(std::string_view raw)
{
    const auto colon = raw.find(':');
    if (colon == std::string_view::npos)
        return {};
    const auto value = raw.substr(colon + 1);
    const auto tags = TagList::parse(value);
    const auto* tag = tags ? tags->find("b") : nullptr;
    if (tag == nullptr)
        return {};
    const auto begin = colon + 1 + tag->at;
    return std::string{raw.substr(0, begin)} + std::string{raw.substr(begin + tag->size)};
}
} // namespace dmid::mailauth
