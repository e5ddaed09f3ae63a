// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::channels::webhook
{
/// Bytes of a canonical account: what a platform id may have (model::is_platform_id).
inline constexpr std::size_t kMaxAccount = 254;
inline constexpr std::size_t kMaxProgram = 32;
inline constexpr std::size_t kMaxSender = 128;

/// Who is at the other end of this channel: a URL that somebody bound, or a program of the configuration and
/// whom it speaks for.
struct Account
{
    std::optional<net::Url> url; ///< http or https; empty: a program's
    std::string program;
    std::string sender; ///< empty: the program itself
};

/// `https://host/path?query` as net::parse_url() normalises it, `program`, or `program/sender`. Programs are
/// `a-z`, digits and dashes inside; senders letters, digits and `-._~@:+=`, case counts.
/// channel.address-invalid otherwise. Whether the program exists, and http is allowed, is not its question.
Result<Account> parse_account(std::string_view text);
/// The canonical form.
std::string to_string(const Account& account);

/// Whether one of these lets a program speak for a sender: the name itself, or its beginning with `*` behind.
/// For itself a program always speaks.
bool is_among(const std::vector<std::string>& scopes, std::string_view sender);
/// True for what may stand in a list of scopes.
bool is_scope(std::string_view text);
} // namespace dmid::channels::webhook
