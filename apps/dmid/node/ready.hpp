// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <filesystem>
#include <string>

namespace dmid::node
{
/// Where the node is reached.
struct ReadyPlaces
{
    std::string http; ///< host:port
    std::string smtp; ///< host:port; empty: no such door
    std::string lmtp; ///< the same
    std::filesystem::path socket;
};

/// Writes `{"http":"http://…","smtp":"…","lmtp":"…","socket":"…","node_key":"…","pid":…}` beside and renames
/// it into place; nothing for an empty path. Doors that do not exist are left out. input.file.
Result<> write_ready(const std::filesystem::path& file, const ReadyPlaces& places, const XOnlyKey& node_key);
} // namespace dmid::node
