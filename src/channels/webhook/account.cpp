// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/account.hpp"

#include "model/names.hpp"

#include <algorithm>

namespace dmid::channels::webhook
{
namespace
{
constexpr std::string_view kInSender =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~@:+=";

bool is_sender(std::string_view text)
{
    return !text.empty() && text.size() <= kMaxSender &&
           text.find_first_not_of(kInSender) == std::string_view::npos;
}

Result<Account> parse_program(std::string_view text)
{
    const auto slash = text.find('/');
    Account out;
    out.program = text.substr(0, slash);
    if (!model::is_name(out.program) || out.program.size() > kMaxProgram)
        return fail(Errc::channel_address_invalid, "an https URL is expected, or program/sender");
    if (slash == std::string_view::npos)
        return out;
    out.sender = text.substr(slash + 1);
    if (!is_sender(out.sender))
        return fail(Errc::channel_address_invalid, "a sender has letters, digits and -._~@:+= alone");
    return out;
}
} // namespace

Result<Account> parse_account(std::string_view text)
{
    if (text.find("://") == std::string_view::npos)
        return parse_program(text);
    auto url = net::parse_url(text);
    if (!url || (url->scheme != net::Scheme::https && url->scheme != net::Scheme::http))
        return fail(Errc::channel_address_invalid, "an https URL is expected");
    Account out;
    out.url = *std::move(url);
    if (const auto whole = out.url->to_string(); whole.size() > kMaxAccount || !model::is_platform_id(whole))
        return fail(Errc::channel_address_invalid, "a URL has at most 254 characters here");
    return out;
}

std::string to_string(const Account& account)
{
    if (account.url)
        return account.url->to_string();
    return account.sender.empty() ? account.program : account.program + '/' + account.sender;
}

bool is_among(const std::vector<std::string>& scopes, std::string_view sender)
{
    const auto covers = [sender](const std::string& scope)
    {
        return scope.ends_with('*') ? sender.starts_with(std::string_view{scope}.substr(0, scope.size() - 1))
                                    : sender == scope;
    };
    return sender.empty() || std::any_of(scopes.begin(), scopes.end(), covers);
}

bool is_scope(std::string_view text)
{
    if (text == "*")
        return true;
    if (text.ends_with('*'))
        text.remove_suffix(1);
    return is_sender(text);
}
} // namespace dmid::channels::webhook
