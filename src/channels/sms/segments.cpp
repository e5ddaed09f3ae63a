// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/segments.hpp"

#include "base/utf8.hpp"
#include "channels/sms/alphabets.hpp"

#include <algorithm>

namespace dmid::channels::sms
{
namespace
{
/// §9.2.3.24.1 and .8: concatenated short messages, 8- and 16-bit reference.
constexpr std::uint8_t kConcat8 = 0x00;
constexpr std::uint8_t kConcat16 = 0x08;
/// A message is 140 octets: 160 septets, or 70 units of UTF-16.
constexpr std::size_t kOctets = 140;
constexpr std::size_t kSeptets = 160;

/// Room for text in one of several messages, in bytes of `user_data` behind the header.
std::size_t room_in_part(Coding coding, DefaultAlphabet alphabet, bool wide) noexcept
{
    const std::size_t header = wide ? 7 : 6;
    if (coding == Coding::ucs2)
        return (kOctets - header) / 2 * 2;
    if (alphabet == DefaultAlphabet::latin1)
        return kOctets - header;
    // The header fills whole septets.
    return kSeptets - (header * 8 + 6) / 7;
}
std::size_t room_alone(Coding coding, DefaultAlphabet alphabet) noexcept
{
    return coding == Coding::basic && alphabet == DefaultAlphabet::gsm7 ? kSeptets : kOctets;
}

/// Combining marks and what joins characters: a reader's eye takes them for one with what stands before.
bool continues(char32_t c) noexcept
{
    return (c >= 0x300 && c < 0x370) || (c >= 0x483 && c < 0x48a) || (c >= 0x591 && c < 0x5be) ||
           (c >= 0x610 && c < 0x61b) || (c >= 0x64b && c < 0x660) ||
           (c >= 0x93a && c < 0x94e && c != 0x93d) || (c >= 0x1ab0 && c < 0x1b00) ||
           (c >= 0x1dc0 && c < 0x1e00) || (c >= 0x20d0 && c < 0x2100) || c == 0x200d ||
           (c >= 0xfe00 && c < 0xfe10) || (c >= 0xfe20 && c < 0xfe30) || (c >= 0x1f3fb && c < 0x1f400);
}

Bytes encoded(std::string_view text, Coding coding, DefaultAlphabet alphabet)
{
    if (coding == Coding::ucs2)
        return to_ucs2(text);
    // split_text() has tried the whole of it: it is possible.
    return alphabet == DefaultAlphabet::gsm7 ? to_gsm7(text).value_or(Bytes{})
                                             : to_latin1(text).value_or(Bytes{});
}

/// The characters of a text with the marks behind each, as the bytes that must stay together.
std::vector<Bytes> clusters(std::string_view text, Coding coding, DefaultAlphabet alphabet, std::size_t room)
{
    std::vector<Bytes> out;
    bool joined = false; // behind a zero-width joiner comes the other half of one picture
    while (!text.empty())
    {
        const auto before = text;
        const auto c = take_code_point(text);
        const auto bytes = encoded(before.substr(0, before.size() - text.size()), coding, alphabet);
        if (!out.empty() && (joined || continues(c)) && out.back().size() + bytes.size() <= room)
            append(out.back(), bytes);
        else
            out.push_back(bytes);
        joined = c == 0x200d;
    }
    return out;
}

Bytes header_of(const Part& part)
{
    if (part.wide)
        return {6,
                kConcat16,
                4,
                static_cast<std::uint8_t>(part.reference >> 8U),
                static_cast<std::uint8_t>(part.reference & 0xffU),
                part.total,
                part.sequence};
    return {5, kConcat8, 3, static_cast<std::uint8_t>(part.reference & 0xffU), part.total, part.sequence};
}

bool fits(std::string_view text, DefaultAlphabet alphabet)
{
    return alphabet == DefaultAlphabet::gsm7 ? to_gsm7(text).has_value() : to_latin1(text).has_value();
}

Result<Part> read_part(ByteView element, bool wide)
{
    Part out;
    out.wide = wide;
    if (element.size() != (wide ? 4U : 3U))
        return fail(Errc::codec_range, "a part's header of " + std::to_string(element.size()) + " bytes");
    out.reference = wide ? static_cast<std::uint16_t>(element[0] << 8U | element[1]) : element[0];
    out.total = element[element.size() - 2];
    out.sequence = element[element.size() - 1];
    if (out.sequence == 0 || out.sequence > out.total)
        return fail(Errc::codec_range,
                    "part " + std::to_string(out.sequence) + " of " + std::to_string(out.total));
    return out;
}
} // namespace

Result<Segments> split_text(std::string_view text, DefaultAlphabet alphabet, std::uint16_t reference,
                            bool wide, unsigned max_parts)
{
    Segments out;
    out.coding = fits(text, alphabet) ? Coding::basic : Coding::ucs2;
    auto whole = encoded(text, out.coding, alphabet);
    if (whole.size() <= room_alone(out.coding, alphabet))
    {
        out.parts.push_back({std::move(whole), false});
        return out;
    }
    const auto room = room_in_part(out.coding, alphabet, wide);
    std::vector<Bytes> parts(1);
    for (const auto& cluster : clusters(text, out.coding, alphabet, room))
    {
        if (parts.back().size() + cluster.size() > room)
            parts.emplace_back();
        append(parts.back(), cluster);
        if (parts.size() > std::min(max_parts, 255U))
            return fail(Errc::channel_too_large,
                        "more than " + std::to_string(max_parts) + " short messages");
    }
    for (std::size_t i = 0; i < parts.size(); ++i)
    {
        Segment segment{header_of({reference, wide, static_cast<std::uint8_t>(parts.size()),
                                   static_cast<std::uint8_t>(i + 1)}),
                        true};
        append(segment.user_data, parts[i]);
        out.parts.push_back(std::move(segment));
    }
    return out;
}

Result<UserData> read_user_data(ByteView user_data)
{
    if (user_data.empty() || user_data[0] + 1U > user_data.size())
        return fail(Errc::codec_truncated, "the user data ends inside of its header");
    UserData out;
    out.header_bytes = user_data[0] + 1U;
    out.rest = to_bytes(user_data.subspan(out.header_bytes));
    auto header = user_data.subspan(1, user_data[0]);
    while (!header.empty())
    {
        if (header.size() < 2 || header[1] + 2U > header.size())
            return fail(Errc::codec_truncated, "an element of the header ends early");
        const auto kind = header[0];
        const auto element = header.subspan(2, header[1]);
        header = header.subspan(header[1] + 2U);
        if (kind != kConcat8 && kind != kConcat16)
            continue;
        // §9.2.3.24: of repeated elements the last one counts.
        DMID_TRY(out.part, read_part(element, kind == kConcat16));
    }
    return out;
}

std::optional<std::string> decode_text(ByteView rest, std::uint8_t data_coding, DefaultAlphabet alphabet)
{
    // §5.2.19; 0xf0 and above is the GSM message class group, whose bit 2 says 8-bit data.
    const auto basic = [&]
    { return alphabet == DefaultAlphabet::gsm7 ? from_gsm7(rest) : from_latin1(rest); };
    if (data_coding >= 0xf0)
        return (data_coding & 0x04U) != 0 ? std::nullopt : std::optional{basic()};
    switch (data_coding)
    {
    case 0:
        return basic();
    case 1:
        return from_latin1(rest); // IA5, of which Latin-1 is a superset
    case 3:
        return from_latin1(rest);
    case 8:
        return from_ucs2(rest);
    default:
        return std::nullopt;
    }
}
} // namespace dmid::channels::sms
