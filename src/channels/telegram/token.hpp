// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/secret_file.hpp"

#include <string>

namespace dmid::channels::telegram
{
/// From a file (keys::read_secret_file()): 1 to 256 of A-Z a-z 0-9 _ - (the Bot API's rule for webhook
/// secrets), and `:` in tokens, which go into URLs.
Result<keys::SecretText> load_token(const std::string& path);
Result<keys::SecretText> load_webhook_secret(const std::string& path);
} // namespace dmid::channels::telegram
