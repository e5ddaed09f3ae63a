// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/webhook/account.hpp"
#include "channels/webhook/signature.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dmid::channels::webhook
{
/// A program as the operator configures it.
struct ProgramOptions
{
    std::string name;                 ///< `a-z`, digits, dashes
    std::string token_file;           ///< what it may show as a bearer token: 32 to 512 characters
    std::string secret_file;          ///< `whsec_…`, for signed requests and for what goes to `url`
    std::string url;                  ///< where answers go; empty: it takes none
    std::vector<std::string> senders; ///< whom it may speak for beside itself: names, or beginnings with `*`
};

/// One of them, its secrets read.
struct Program
{
    std::string name;
    std::optional<Hash32> token_hash;
    std::optional<SigningKey> key;
    std::optional<net::Url> url;
    std::vector<std::string> senders;
};

/// The programs of the configuration. Immutable; any thread.
class Programs
{
public:
    /// Reads the files: config.value and config.missing for what cannot be, the errors of reading a secret.
    /// At most 256.
    static Result<Programs> load(const std::vector<ProgramOptions>& options);

    const Program* find(std::string_view name) const;
    /// Whose token that is; null: nobody's. In time that does not depend on which.
    const Program* of_token(std::string_view token) const;
    /// Whether this account exists and its program may speak for it.
    bool knows(const Account& account) const;

private:
    std::vector<Program> all_;
};

/// The token of `Authorization: Bearer …`; empty where there is none.
std::string_view bearer_token(std::string_view header);
/// True for `localhost` and the addresses that lead to this machine.
bool is_loopback(const std::string& host);
} // namespace dmid::channels::webhook
