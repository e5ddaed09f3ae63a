// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace dmid::keys
{
/// Writes a file that did not exist, 0600, durable when it returns: a temporary beside it is written, fsynced
/// and linked to the name (which fails if the name is taken, so nothing is ever overwritten), then the folder
/// is fsynced. Makes the folder (0700) if needed. key.exists; input.file with the system's words otherwise.
Result<void> write_new_private_file(const std::filesystem::path& path, std::string_view content);

/// Writes or replaces a file of our own, 0600, atomically and durably (rename over the old one): journals and
/// plans that must survive a crash whole. input.file otherwise.
Result<void> replace_private_file(const std::filesystem::path& path, std::string_view content);

/// Reads a whole file of at most `max_bytes` that only this user can read. key.not-found; key.permissions for
/// a symbolic link, another user's file or any permission for group or others; key.file-invalid if larger;
/// input.file otherwise.
Result<std::string> read_private_file(const std::filesystem::path& path, std::size_t max_bytes = 64U * 1024U);
} // namespace dmid::keys
