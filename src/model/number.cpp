// SPDX-License-Identifier: Apache-2.0
#include "model/number.hpp"

#include "model/text.hpp"

#include <algorithm>

namespace dmid::model
{
namespace
{
constexpr std::uint64_t kLow = Number::kPrefix * 100'000'000'000'000; // 83 000000000000 00
constexpr std::uint64_t kTop = (Number::kPrefix + 1) * 100'000'000'000'000;

// ISO 7064 MOD 97-10 gives check digits 02..98 only; 00, 01 and 99 would be second spellings of 97, 98 and
// 02, so that one payload had two numbers.
bool checks(std::uint64_t value) noexcept
{
    const auto check = value % 100;
    return value % 97 == 1 && check >= 2 && check <= 98;
}

std::string padded(std::uint64_t value, std::size_t width)
{
    auto digits = std::to_string(value);
    return std::string(width - std::min(width, digits.size()), '0') + digits;
}
} // namespace

Result<Number> Number::parse(std::string_view text)
{
    if (text.size() > kMaxText)
        return fail(Errc::number_length, "longer than 128 bytes");
    std::uint64_t value = 0;
    unsigned count = 0;
    while (!text.empty())
    {
        const auto mark = take_mark(text);
        if (mark.kind == MarkKind::other)
            return fail(Errc::number_character,
                        mark.bytes == "+" ? "a plus sign" : "not a digit or separator");
        if (mark.kind == MarkKind::separator)
            continue;
        if (++count <= 16)
            value = value * 10 + mark.digit;
    }
    if (count != 16)
        return fail(Errc::number_length, std::to_string(count) + " digits");
    return from_value(value);
}

Result<Number> Number::from_value(std::uint64_t value)
{
    if (value > 9'999'999'999'999'999)
        return fail(Errc::number_length, "more than 16 digits");
    if (value < kLow || value >= kTop)
        return fail(Errc::number_prefix);
    if (!checks(value))
        return fail(Errc::number_checksum);
    return Number{value};
}

Result<Number> Number::from_payload(std::uint64_t payload)
{
    if (payload >= kPayloads)
        return fail(Errc::number_length, "a payload has 12 digits");
    const auto open = kLow + payload * 100;
    return Number{open + (98 - open % 97)};
}

std::string Number::digits() const
{
    return padded(value_, 16);
}

std::string Number::in_fours(char separator) const
{
    const auto plain = digits();
    std::string out;
    for (std::size_t i = 0; i < plain.size(); i += 4)
    {
        if (i != 0)
            out += separator;
        out += plain.substr(i, 4);
    }
    return out;
}

Result<Tail> Tail::parse(std::string_view text)
{
    std::uint64_t value = 0;
    if (text.size() != 6)
        return fail(Errc::number_extension);
    for (const char c : text)
    {
        if (c < '0' || c > '9')
            return fail(Errc::number_extension);
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return from_value(value);
}

Result<Tail> Tail::from_value(std::uint64_t value)
{
    if (value >= kCount)
        return fail(Errc::number_extension);
    return Tail{static_cast<std::uint32_t>(value)};
}

std::string Tail::digits() const
{
    return padded(value_, 6);
}
} // namespace dmid::model
