// SPDX-License-Identifier: Apache-2.0
#include "channel/opening.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "model/identifier.hpp"

#include <algorithm>
#include <array>

namespace dmid::channel
{
namespace
{
constexpr std::size_t kLookedAt = 512;
constexpr std::size_t kDigits = 16;
/// Fewer digits than these are a word of the message, whatever they begin with.
constexpr std::size_t kMeant = 12;

/// A digit of ASCII or of full width; nothing otherwise.
std::optional<char> digit_of(char32_t c) noexcept
{
    if (c >= U'0' && c <= U'9')
        return static_cast<char>(c);
    if (c >= 0xff10 && c <= 0xff19)
        return static_cast<char>('0' + (c - 0xff10));
    return std::nullopt;
}

/// What people put between the digits of a number: blanks, dashes and dots.
bool separates(char32_t c) noexcept
{
    constexpr std::array<char32_t, 13> kBetween{U' ',   U'-',   U'.',   0x00a0, 0x2007, 0x2009, 0x200a,
                                                0x202f, 0x2010, 0x2011, 0x2012, 0x2013, 0x3000};
    return std::find(kBetween.begin(), kBetween.end(), c) != kBetween.end();
}

bool is_blank(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view without_blanks(std::string_view text) noexcept
{
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

/// What stands behind a number or name: without the colon, comma or dash that leads to the message.
std::string_view message_behind(std::string_view text) noexcept
{
    while (!text.empty() && (is_blank(text.front()) || text.front() == ':' || text.front() == ','))
        text.remove_prefix(1);
    return without_blanks(text);
}

/// Digits at the beginning, with what stands between them, up to sixteen.
struct Digits
{
    std::string digits;
    std::string_view rest; ///< behind the last digit
    bool more = false;     ///< another digit follows at once
};
Digits take_digits(std::string_view text)
{
    Digits out;
    out.rest = text;
    auto left = text;
    while (!left.empty() && out.digits.size() < kDigits)
    {
        const auto c = take_code_point(left);
        if (const auto digit = digit_of(c))
        {
            out.digits += *digit;
            out.rest = left;
        }
        else if (out.digits.empty() || !separates(c))
            break;
    }
    left = out.rest;
    out.more = !left.empty() && digit_of(take_code_point(left)).has_value();
    return out;
}

/// `+481920`, ` ext 481920`, `;ext=481920` behind a number; false where it begins so and is no tail.
bool take_tail(std::string_view& text, std::optional<model::Tail>& ext)
{
    auto left = text;
    if (left.starts_with('+'))
        left.remove_prefix(1);
    else
    {
        while (!left.empty() && (left.front() == ' ' || left.front() == ';'))
            left.remove_prefix(1);
        if (!ascii_same(left.substr(0, 3), "ext"))
            return true;
        left.remove_prefix(3);
        while (!left.empty() && (left.front() == ' ' || left.front() == '.' || left.front() == '='))
            left.remove_prefix(1);
        // The message may begin with such a word.
        if (left.empty() || !is_ascii_digit(left.front()))
            return true;
    }
    const auto end = std::find_if_not(left.begin(), left.end(), is_ascii_digit);
    const auto count = static_cast<std::size_t>(end - left.begin());
    const auto tail = model::Tail::parse(left.substr(0, count));
    if (!tail)
        return false;
    ext = *tail;
    text = left.substr(count);
    return true;
}

Opening wrong(Errc why)
{
    Opening out;
    out.kind = Opening::Kind::wrong;
    out.why = why;
    return out;
}

/// A number in digits, with its tail; `none` where the text begins with something else.
Opening read_number(std::string_view text)
{
    const auto taken = take_digits(text);
    const bool ours = taken.digits.starts_with("83");
    if (taken.digits.size() < kDigits || taken.more)
        // Telephone numbers, prices and dates are words like others; what begins like ours and is nearly as
        // long is not.
        return ours && taken.digits.size() >= kMeant ? wrong(Errc::number_length) : Opening{};
    const auto number = model::Number::parse(taken.digits);
    if (!number)
        return ours ? wrong(number.error().code) : Opening{};
    Opening out;
    auto rest = taken.rest;
    if (!take_tail(rest, out.ext))
        return wrong(Errc::number_extension);
    out.kind = Opening::Kind::number;
    out.number = *number;
    out.text = message_behind(rest);
    return out;
}

Opening read_identifier(std::string_view word, std::string_view rest)
{
    if (const auto at = word.rfind("/n/"); at != std::string_view::npos && word.find("://") < at)
        word = word.substr(at + 3);
    else if (const auto kind = model::identifier_kind(word); kind != model::IdentifierKind::did &&
                                                             kind != model::IdentifierKind::tel &&
                                                             kind != model::IdentifierKind::caip19)
        return {};
    while (!word.empty() && (word.back() == ':' || word.back() == ',' || word.back() == '/'))
        word.remove_suffix(1);
    const auto identifier = model::parse_identifier(word);
    if (!identifier)
        return wrong(identifier.error().code);
    Opening out;
    out.kind = Opening::Kind::number;
    out.number = identifier->number;
    out.ext = identifier->tail;
    out.text = message_behind(rest);
    return out;
}

/// `@alice.eth` and `alice.eth:`; a name that merely begins a sentence is part of it.
Opening read_name(std::string_view word, std::string_view rest)
{
    const bool at = word.starts_with('@');
    const bool colon = word.ends_with(':');
    if (!at && !colon)
        return {};
    if (at)
        word.remove_prefix(1);
    while (word.ends_with(':') || word.ends_with(','))
        word.remove_suffix(1);
    if (model::identifier_kind(word) != model::IdentifierKind::ens_name)
        return {};
    Opening out;
    out.kind = Opening::Kind::name;
    out.name = ascii_lower(word);
    out.text = message_behind(rest);
    return out;
}

Opening read_first(std::string_view text)
{
    auto out = read_number(text);
    if (out.kind != Opening::Kind::none)
        return out;
    const auto end = std::find_if(text.begin(), text.end(), is_blank);
    const auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    const auto rest = text.substr(word.size());
    out = read_identifier(word, rest);
    return out.kind != Opening::Kind::none ? out : read_name(word, rest);
}

/// As much as is looked at, cut between two characters.
std::string_view beginning_of(std::string_view text) noexcept
{
    auto end = std::min(text.size(), kLookedAt);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end);
}
} // namespace

Opening read_opening(std::string_view text)
{
    text = without_blanks(text);
    const auto head = beginning_of(text);
    Opening out;
    out.text = text;
    if (!is_utf8(head))
        return out;
    auto first = read_first(head);
    switch (first.kind)
    {
    case Opening::Kind::none:
        return out;
    case Opening::Kind::wrong:
        first.text = text;
        return first;
    case Opening::Kind::name:
    case Opening::Kind::number:
    case Opening::Kind::several:
        break;
    }
    const auto second = read_first(first.text);
    if (second.kind == Opening::Kind::number || second.kind == Opening::Kind::wrong)
    {
        out.kind = Opening::Kind::several;
        return out;
    }
    // What lay beyond the beginning belongs to the message, too.
    first.text += text.substr(head.size());
    first.text = std::string{without_blanks(first.text)};
    return first;
}
} // namespace dmid::channel
