// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backup/archive.hpp"

namespace dmid::backup
{
std::string encode_manifest(const Manifest& manifest);
/// backup.version where it is of another format; backup.damaged otherwise.
Result<Manifest> decode_manifest(std::string_view text);
} // namespace dmid::backup
