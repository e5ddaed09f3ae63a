// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/jid.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "base/utf8.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uidna.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>

namespace dmid::channels::xmpp
{
namespace
{
constexpr std::size_t kMaxPart = 1023; // RFC 7622 §3
constexpr std::size_t kMaxBare = 254;  // model::kMaxPartyText
constexpr std::size_t kDigits = 16;
constexpr std::size_t kTailDigits = 6;

icu::UnicodeString wide(std::string_view text)
{
    return icu::UnicodeString::fromUTF8(
        icu::StringPiece{text.data(), static_cast<std::int32_t>(text.size())});
}

std::string narrow(const icu::UnicodeString& text)
{
    std::string out;
    text.toUTF8String(out);
    return out;
}

/// RFC 8265 §3.3.2: full-width and half-width forms as the characters that they are forms of.
icu::UnicodeString without_widths(const icu::UnicodeString& text, const icu::Normalizer2& nfkc)
{
    icu::UnicodeString out;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    {
        const auto c = text.char32At(i);
        const auto kind = u_getIntPropertyValue(c, UCHAR_DECOMPOSITION_TYPE);
        icu::UnicodeString plain;
        if ((kind == U_DT_WIDE || kind == U_DT_NARROW) && nfkc.getDecomposition(c, plain))
            out += plain;
        else
            out += c;
    }
    return out;
}

/// IdentifierClass of RFC 8264 §4.2 without the exceptions for context, and RFC 7622 §3.3.1.
bool is_allowed(UChar32 c, const icu::Normalizer2& nfkc)
{
    constexpr std::string_view kForbidden = "\"&'/:<>@";
    if (c < 0x80)
        return c > 0x20 && c < 0x7f && kForbidden.find(static_cast<char>(c)) == std::string_view::npos;
    constexpr std::uint32_t kLettersAndDigits = U_GC_LL_MASK | U_GC_LU_MASK | U_GC_LO_MASK | U_GC_LM_MASK |
                                                U_GC_MN_MASK | U_GC_MC_MASK | U_GC_ND_MASK;
    if ((U_GET_GC_MASK(c) & kLettersAndDigits) == 0)
        return false;
    const auto hangul = u_getIntPropertyValue(c, UCHAR_HANGUL_SYLLABLE_TYPE);
    if (hangul == U_HST_LEADING_JAMO || hangul == U_HST_VOWEL_JAMO || hangul == U_HST_TRAILING_JAMO)
        return false;
    if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0)
        return false;
    UErrorCode status = U_ZERO_ERROR;
    return nfkc.isNormalized(icu::UnicodeString{c}, status) != 0 && U_SUCCESS(status) != 0;
}

Result<std::string> canonical_local(std::string_view text)
{
    UErrorCode status = U_ZERO_ERROR;
    const auto* nfc = icu::Normalizer2::getNFCInstance(status);
    const auto* nfkc = icu::Normalizer2::getNFKCInstance(status);
    if (U_FAILURE(status) != 0)
        return fail(Errc::internal_bug, "no Unicode tables");
    auto folded = without_widths(wide(text), *nfkc);
    folded.toLower(icu::Locale::getRoot());
    const auto out = nfc->normalize(folded, status);
    if (U_FAILURE(status) != 0 || out.isEmpty())
        return fail(Errc::channel_address_invalid, "the part before @ is empty");
    for (std::int32_t i = 0; i < out.length(); i = out.moveIndex32(i, 1))
        if (!is_allowed(out.char32At(i), *nfkc))
            return fail(Errc::channel_address_invalid, "a character before @ that no account has");
    if (u_charType(out.char32At(0)) == U_NON_SPACING_MARK)
        return fail(Errc::channel_address_invalid, "begins with an accent");
    return narrow(out);
}

Result<std::string> canonical_domain(std::string_view text)
{
    if (text.ends_with('.'))
        text.remove_suffix(1);
    struct Close
    {
        void operator()(UIDNA* idna) const { uidna_close(idna); }
    };
    constexpr std::uint32_t kOptions = UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                                       UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE;
    static const std::unique_ptr<UIDNA, Close> idna = []
    {
        UErrorCode opened = U_ZERO_ERROR;
        return std::unique_ptr<UIDNA, Close>{uidna_openUTS46(kOptions, &opened)};
    }();
    if (!idna)
        return fail(Errc::internal_bug, "no Unicode tables");
    UErrorCode status = U_ZERO_ERROR;
    std::array<char, kMaxPart + 1> read{};
    std::array<char, kMaxPart + 1> ascii{};
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    const auto size = uidna_nameToUnicodeUTF8(idna.get(), text.data(), static_cast<std::int32_t>(text.size()),
                                              read.data(), kMaxPart, &info, &status);
    UIDNAInfo as_dns = UIDNA_INFO_INITIALIZER;
    uidna_nameToASCII_UTF8(idna.get(), text.data(), static_cast<std::int32_t>(text.size()), ascii.data(),
                           kMaxPart, &as_dns, &status);
    if (U_FAILURE(status) != 0 || info.errors != 0 || as_dns.errors != 0 || size == 0)
        return fail(Errc::channel_address_invalid, "the domain");
    return std::string{read.data(), static_cast<std::size_t>(size)};
}
} // namespace

std::string Jid::bare() const
{
    return local.empty() ? domain : local + "@" + domain;
}

std::string Jid::full() const
{
    return resource.empty() ? bare() : bare() + "/" + resource;
}

Result<Jid> parse_jid(std::string_view text)
{
    if (text.empty() || text.size() > 3 * kMaxPart + 2 || !is_utf8(text))
        return fail(Errc::channel_address_invalid, "length or encoding");
    Jid out;
    // RFC 7622 §3.1: the resource is behind the first slash, and may contain both signs.
    if (const auto slash = text.find('/'); slash != std::string_view::npos)
    {
        out.resource = text.substr(slash + 1);
        if (out.resource.empty() || out.resource.size() > kMaxPart)
            return fail(Errc::channel_address_invalid, "the part behind the slash");
        text = text.substr(0, slash);
    }
    if (text.size() > kMaxPart)
        return fail(Errc::channel_address_invalid, "length");
    if (const auto at = text.find('@'); at != std::string_view::npos)
    {
        DMID_TRY(out.local, canonical_local(text.substr(0, at)));
        text = text.substr(at + 1);
    }
    DMID_TRY(out.domain, canonical_domain(text));
    if (out.bare().size() > kMaxBare)
        return fail(Errc::channel_address_invalid, "over 254 bytes");
    return out;
}

Result<std::string> parse_account(std::string_view text)
{
    constexpr std::string_view kScheme = "xmpp:";
    if (text.size() > kScheme.size() && ascii_same(text.substr(0, kScheme.size()), kScheme))
        text.remove_prefix(kScheme.size());
    DMID_TRY(const auto jid, parse_jid(text));
    if (jid.local.empty())
        return fail(Errc::channel_address_invalid, "no @: a server, not an account");
    return jid.bare();
}

std::optional<channel::Destination> number_of(std::string_view local)
{
    channel::Destination out;
    const auto digits = local.substr(0, kDigits);
    if (digits.size() != kDigits || !std::all_of(digits.begin(), digits.end(), is_ascii_digit))
        return std::nullopt;
    const auto number = model::Number::parse(digits);
    if (!number)
        return std::nullopt;
    out.number = *number;
    local.remove_prefix(kDigits);
    if (local.empty())
        return out;
    if (local.size() != kTailDigits + 1 || local.front() != '+')
        return std::nullopt;
    const auto tail = model::Tail::parse(local.substr(1));
    if (!tail)
        return std::nullopt;
    out.ext = *tail;
    return out;
}

std::string jid_of(std::string_view number, std::string_view domain)
{
    std::string out;
    std::copy_if(number.begin(), number.end(), std::back_inserter(out), is_ascii_digit);
    return out.append(out.empty() ? "" : "@").append(domain);
}

std::string jid_of(const channel::Destination& to, std::string_view domain)
{
    auto out = to.number.digits();
    if (to.ext)
        out += "+" + to.ext->digits();
    return out.append("@").append(domain);
}
} // namespace dmid::channels::xmpp
