// SPDX-License-Identifier: Apache-2.0
#include "channels/email/door_address.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"

#include <algorithm>

namespace dmid::channels::email
{
namespace
{
using channel::Destination;

constexpr std::size_t kTokenLetters = 26; // 16 bytes in base32

tl::unexpected<Said> unknown(std::string words)
{
    return tl::unexpected<Said>{Said{550, "5.1.1", std::move(words)}};
}

OrSaid<Destination> token(Destination::Kind kind, std::string_view letters)
{
    Destination out;
    out.kind = kind;
    out.token = ascii_lower(letters);
    if (out.token.size() != kTokenLetters || !from_base32(out.token))
        return unknown("No such address");
    return out;
}
} // namespace

OrSaid<Destination> parse_recipient(const SmtpPath& path, const std::string& domain)
{
    if (path.domain != domain)
        return tl::unexpected<Said>{
            Said{550, "5.7.1",
                 path.domain.empty() ? "There is no postmaster here" : "No mail for this domain here"}};
    const std::string_view local{path.local};
    const auto kind = ascii_lower(local.substr(0, 2));
    if (kind == "r-")
        return token(Destination::Kind::reply, local.substr(2));
    if (kind == "b-")
        return token(Destination::Kind::report, local.substr(2));
    const auto plus = local.find('+');
    const auto digits = local.substr(0, plus);
    const bool plain =
        !digits.empty() && std::all_of(digits.begin(), digits.end(),
                                       [](char c) { return is_ascii_digit(c) || c == '-' || c == '.'; });
    const auto number = plain ? model::Number::parse(digits) : fail(Errc::number_character);
    if (!number)
        return unknown(plain ? "This is no DMID number; check its digits" : "No such address");
    Destination out;
    out.number = *number;
    if (plus == std::string_view::npos)
        return out;
    const auto tail = model::Tail::parse(local.substr(plus + 1));
    if (!tail)
        return unknown("A tail has six digits");
    out.ext = *tail;
    return out;
}

std::string to_text(const Destination& destination)
{
    if (destination.kind == Destination::Kind::reply)
        return "r-" + destination.token;
    if (destination.kind == Destination::Kind::report)
        return "b-" + destination.token;
    return destination.number.digits() + (destination.ext ? "+" + destination.ext->digits() : "");
}
} // namespace dmid::channels::email
