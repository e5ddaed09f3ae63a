// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/token.hpp"

#include <string_view>

namespace dmid::channels::telegram
{
namespace
{
constexpr std::size_t kMaxSecret = 256;
constexpr std::string_view kInTokens = ":abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

Result<keys::SecretText> load_of(const std::string& path, std::string_view allowed)
{
    DMID_TRY(auto secret, keys::read_secret_file(path, kMaxSecret));
    if (secret.view().find_first_not_of(allowed) != std::string_view::npos)
        return fail(Errc::config_value, path + ": one line of 1 to 256 letters, digits, _ and - is expected");
    return secret;
}
} // namespace

Result<keys::SecretText> load_token(const std::string& path)
{
    return load_of(path, kInTokens);
}

Result<keys::SecretText> load_webhook_secret(const std::string& path)
{
    return load_of(path, kInTokens.substr(1));
}
} // namespace dmid::channels::telegram
