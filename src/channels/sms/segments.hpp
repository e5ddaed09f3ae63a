// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// One text as several short messages, and back: user data headers (3GPP TS 23.040 §9.2.3.24). Pure.
namespace dmid::channels::sms
{
/// data_coding (SMPP 3.4 §5.2.19) of what this program sends.
enum class Coding : std::uint8_t
{
    basic = 0, ///< the service's default alphabet
    latin1 = 3,
    ucs2 = 8,
};

/// What the service calls its default alphabet: a matter of the contract with it.
enum class DefaultAlphabet : std::uint8_t
{
    gsm7,
    latin1,
};

/// Which part of a longer text a message is.
struct Part
{
    std::uint16_t reference = 0;
    bool wide = false; ///< the reference has 16 bits
    std::uint8_t total = 1;
    std::uint8_t sequence = 1; ///< from 1
    bool operator==(const Part&) const = default;
};

struct Segment
{
    Bytes user_data; ///< with its header where `has_header`
    bool has_header = false;
};
struct Segments
{
    Coding coding = Coding::basic;
    std::vector<Segment> parts;
};

/// The text in as few messages as it needs, in the cheapest alphabet that carries all of it: the default one
/// (160 characters, 153 in each of several), else UCS-2 (70, 67; one less each with a 16-bit reference). A
/// character of two septets or a surrogate pair is never cut in two, nor a base letter from the combining
/// marks behind it where they fit one message. channel.too-large where it would be more than `max_parts`
/// (≤ 255). `reference` names the whole on the receiver's phone.
Result<Segments> split_text(std::string_view text, DefaultAlphabet alphabet, std::uint16_t reference,
                            bool wide, unsigned max_parts);

/// A user data header and what follows it.
struct UserData
{
    std::optional<Part> part;
    Bytes rest;
    std::size_t header_bytes = 0; ///< with the length; for packed septets
};
/// Reads the header in front of the user data; unknown elements are passed over, as §9.2.3.24 asks. Truncated
/// or impossible (part 0, part 4 of 3) is codec.range.
Result<UserData> read_user_data(ByteView user_data);

/// The text of received user data under a data_coding; nothing for codings that carry no text (binary, JIS
/// …).
std::optional<std::string> decode_text(ByteView rest, std::uint8_t data_coding, DefaultAlphabet alphabet);
} // namespace dmid::channels::sms
