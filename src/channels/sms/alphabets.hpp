// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The alphabets of short messages, pure. Texts are UTF-8.
namespace dmid::channels::sms
{
/// Septets of the GSM 7-bit default alphabet and its extension table (3GPP TS 23.038 §6.2.1), one a byte, as
/// SMPP carries them; a character of the extension is two. Nothing where a character is in neither.
std::optional<Bytes> to_gsm7(std::string_view text);
/// The reverse. An escape before a character that the extension does not have is ignored, as §6.2.1.1 asks of
/// a receiver; a lone escape at the end is a space; bytes over 127 become kReplacement.
std::string from_gsm7(ByteView septets);
/// Septets packed eight into seven bytes (§6.1.2.1), for the services that send them so; `bits` of fill come
/// first. At most 65,536 bytes of septets are read.
Bytes unpack_septets(ByteView packed, unsigned fill_bits);

/// UTF-16 in network order, which services call UCS-2. Always possible.
Bytes to_ucs2(std::string_view text);
/// Lone surrogates and an odd last byte become kReplacement.
std::string from_ucs2(ByteView units);
/// The same for one part of a longer text, which a phone may cut within a pair: lone surrogates stay, in the
/// three bytes that UTF-8 would give them, for join_halves() to find.
std::string from_ucs2_part(ByteView units);
/// Parts that were put together: halves that met become one character, the others kReplacement.
std::string join_halves(std::string_view text);

/// ISO 8859-1; nothing where a character is not in it.
std::optional<Bytes> to_latin1(std::string_view text);
std::string from_latin1(ByteView bytes);
} // namespace dmid::channels::sms
