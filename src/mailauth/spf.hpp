// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailauth/answers.hpp"
#include "mailauth/ip.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::mailauth
{
inline constexpr unsigned kMaxSpfTerms = 10;    ///< terms that ask DNS (RFC 7208 §4.6.4)
inline constexpr unsigned kMaxSpfVoid = 2;      ///< of them without an answer
inline constexpr std::size_t kMaxSpfHosts = 10; ///< hosts behind one mx, names behind one address

/// The results of RFC 7208 §2.6.
enum class SpfResult : std::uint8_t
{
    none,
    neutral,
    pass,
    fail,
    softfail,
    temperror,
    permerror,
};
std::string_view name(SpfResult result) noexcept;

struct SpfRequest
{
    IpAddress client;   ///< unmapped
    std::string helo;   ///< as said
    std::string sender; ///< MAIL FROM without brackets; empty for the null sender: then postmaster@helo
};

struct SpfVerdict
{
    SpfResult result = SpfResult::none;
    std::string domain;  ///< that was asked, lower case; empty where there is none to ask
    bool secure = false; ///< every answer came with DNSSEC
};

/// check_host() of RFC 7208 §4 for the sender. Explanations (exp=) are read and never fetched: they are a
/// stranger's words, and nobody would be shown them. Nothing while questions are open; asks at most 230 in
/// all.
std::optional<SpfVerdict> check_spf(const SpfRequest& request, Answers& answers);
} // namespace dmid::mailauth
