// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace dmid::model
{
/// A DMID number: 16 digits `83 PPPPPPPPPPPP CC`, the check digits CC by ISO 7064 MOD 97-10
/// (docs/protocol/identifier.md). The value below 2^53 is also the token id.
/// A Number that was made by one of the factories is always valid; a default one is 0 and means "none".
class Number
{
public:
    static constexpr std::uint64_t kPrefix = 83;
    static constexpr std::uint64_t kPayloads = 1'000'000'000'000; ///< 12 free digits
    static constexpr std::size_t kMaxText = 128;                  ///< bytes of input that are looked at

    constexpr Number() = default;

    /// What people write: digits with spaces, dashes and dots between them, full-width digits too.
    /// Errors, in this order: number.character ('+' above all), number.length, number.prefix,
    /// number.checksum.
    static Result<Number> parse(std::string_view text);
    /// From the plain value; number.length, number.prefix or number.checksum.
    static Result<Number> from_value(std::uint64_t value);
    /// The number of a 12-digit payload (below kPayloads), with its check digits; number.length beyond.
    static Result<Number> from_payload(std::uint64_t payload);

    /// The token id.
    constexpr std::uint64_t value() const noexcept { return value_; }
    /// The 12 digits between prefix and check.
    constexpr std::uint64_t payload() const noexcept { return value_ / 100 % kPayloads; }
    /// False for a default-made Number only.
    constexpr explicit operator bool() const noexcept { return value_ != 0; }

    /// `8312345678901210`
    std::string digits() const;
    /// `8312 3456 7890 1210`, as it is shown to people.
    std::string in_fours(char separator = ' ') const;

    constexpr auto operator<=>(const Number&) const = default;

private:
    constexpr explicit Number(std::uint64_t value)
        : value_{value}
    {
    }
    std::uint64_t value_ = 0;
};

/// A purpose tail (extension): six digits, drawn by the owner's node; `000000` is one like any other.
class Tail
{
public:
    static constexpr std::uint32_t kCount = 1'000'000;

    constexpr Tail() = default;
    /// Exactly six ASCII digits; number.extension otherwise.
    static Result<Tail> parse(std::string_view text);
    /// From a value below kCount; number.extension otherwise.
    static Result<Tail> from_value(std::uint64_t value);

    constexpr std::uint32_t value() const noexcept { return value_; }
    /// Six digits, with leading zeros.
    std::string digits() const;

    constexpr auto operator<=>(const Tail&) const = default;

private:
    constexpr explicit Tail(std::uint32_t value)
        : value_{value}
    {
    }
    std::uint32_t value_ = 0;
};
} // namespace dmid::model

template <> struct std::hash<dmid::model::Number>
{
    std::size_t operator()(const dmid::model::Number& n) const noexcept
    {
        return std::hash<std::uint64_t>{}(n.value() * 0x9E3779B97F4A7C15ULL);
    }
};
