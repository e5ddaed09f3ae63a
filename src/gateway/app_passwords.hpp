// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

#include <optional>
#include <string>

/// App passwords: with one, a mail program signs in to the node and answers as the owner. One for each bound
/// label, drawn by the node (130 bits), shown once. What is kept is an HMAC under the node key: a password
/// that nobody can guess needs no slow hash, and a slow one would let strangers keep the node busy.
namespace dmid::gateway
{
struct AppPassword
{
    std::string user;     ///< the number's 16 digits
    std::string password; ///< `abcde-fghij-…`, 26 letters; dashes and case do not matter
};

/// A new one for the label; the former one ends. gateway.no-such-entry where the label is not bound.
Result<AppPassword> make_app_password(Context& context, const Served& served, const std::string& label);
/// gateway.no-such-entry where there is none. Removing the binding ends it too.
Result<> revoke_app_password(Context& context, const Served& served, const std::string& label);
/// When it was made; nothing where there is none.
Result<std::optional<UnixTime>> app_password_since(const Context& context, const Served& served,
                                                   const std::string& label);

/// The account that a user and a password open: what account_of() takes. `user` is a number as people write
/// it, maybe with a domain behind. crypto.signature-invalid whatever is wrong. Blocks on the store.
Result<std::string> open_account(Context& context, const std::string& user, const std::string& password);
/// Whether an account is one of this number, and its label still bound.
Result<bool> account_of(const Context& context, const Served& served, std::string_view account);
} // namespace dmid::gateway
