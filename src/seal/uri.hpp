// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// The grammar of RFC 3986, for texts that quote URIs and never dial them.
namespace dmid::seal
{
/// `scheme ":" hier-part [ "?" query ] [ "#" fragment ]`.
bool is_uri(std::string_view text) noexcept;
/// `[ userinfo "@" ] host [ ":" port ]`; the host may be empty.
bool is_authority(std::string_view text) noexcept;
/// A letter, then letters, digits, `+`, `-` and `.`.
bool is_scheme(std::string_view text) noexcept;
/// `*pchar`: what one segment of a path holds.
bool is_segment(std::string_view text) noexcept;
/// reserved or unreserved.
bool is_uri_letter(char c) noexcept;
} // namespace dmid::seal
