// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "keys/secret_text.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace dmid::keys
{
/// What the secret of an outside service may consist of.
enum class SecretForm : std::uint8_t
{
    word, ///< printable ASCII without blanks: tokens, which go into URLs and header fields
    line, ///< UTF-8 without control characters: passwords
};

/// The secret that stands in a file as its only line, of 1 to `max_bytes` bytes; the line end is taken off.
/// config.unreadable where there is no such file; key.permissions as read_private_file(), with the command
/// that helps; config.value for anything but one such line. No error shows what stood there.
Result<SecretText> read_secret_file(const std::filesystem::path& path, std::size_t max_bytes,
                                    SecretForm form = SecretForm::word);
} // namespace dmid::keys
