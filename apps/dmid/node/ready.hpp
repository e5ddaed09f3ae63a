// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <filesystem>
#include <string>

namespace dmid::node
{
/// Writes `{"http":"http://…","socket":"…","node_key":"…","pid":…}` beside and renames it into place; nothing
/// for an empty path. input.file.
Result<> write_ready(const std::filesystem::path& file, const std::string& listen,
                     const std::filesystem::path& socket, const XOnlyKey& node_key);
} // namespace dmid::node
