// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "doctor/report.hpp"

#include <filesystem>

namespace dmid::doctor
{
/// Looks at owner and mode of a secret file (at most 0600) or folder (at most 0700); says nothing where it is
/// well, and gives whether it is. A missing one is a problem.
bool is_private(const std::filesystem::path& path, bool folder, const std::string& code, Report& report);
} // namespace dmid::doctor
