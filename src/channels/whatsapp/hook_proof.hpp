// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/secret_file.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Whether a request is Meta's. Pure.
namespace dmid::channels::whatsapp
{
/// `sha256=` and the HMAC-SHA256 of the raw body in hex (X-Hub-Signature-256), under the app's secret; in
/// constant time.
bool is_signed(std::string_view header, std::string_view raw_body, const keys::SecretText& app_secret);

/// The challenge of a GET that Meta makes when the webhook is set up: `hub.mode=subscribe`, the right
/// `hub.verify_token` (constant time) and a challenge of 1 to 128 letters, digits, `_` and `-`. Nothing for
/// any other query.
std::optional<std::string> challenge_of(std::string_view query, const keys::SecretText& verify_token);
} // namespace dmid::channels::whatsapp
