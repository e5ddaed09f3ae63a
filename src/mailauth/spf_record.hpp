// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailauth/ip.hpp"
#include "mailauth/spf.hpp"
#include "mailauth/spf_macro.hpp"

#include <optional>
#include <vector>

namespace dmid::mailauth
{
inline constexpr std::size_t kMaxSpfRecord = 4096; ///< bytes; a DNS answer over UDP has far fewer

/// One mechanism of a record with its qualifier (RFC 7208 §5).
struct SpfTerm
{
    enum class Kind : std::uint8_t
    {
        all,
        include,
        a,
        mx,
        ptr,
        ip4,
        ip6,
        exists,
    };
    Kind kind = Kind::all;
    SpfResult qualifier = SpfResult::pass;
    SpfText domain; ///< empty: the one that is being asked
    IpAddress network;
    unsigned prefix4 = 32;
    unsigned prefix6 = 128; ///< of ip6 too
};

/// An SPF record, every term of it read.
struct SpfRecord
{
    std::vector<SpfTerm> terms;
    std::optional<SpfText> redirect;
};

/// Whether a TXT record is one: `v=spf1` alone or with a blank behind it (RFC 7208 §4.5).
bool is_spf_record(std::string_view text) noexcept;
/// mail.spf-record for any syntax error anywhere (RFC 7208 §4.6): then the whole record is a permerror.
Result<SpfRecord> parse_spf_record(std::string_view text);
} // namespace dmid::mailauth
