// SPDX-License-Identifier: Apache-2.0
// Private to backup.
#pragma once

#include "base/result.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace dmid::backup
{
struct CloseFile
{
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// input.file with what errno says.
inline tl::unexpected<Error> disk_error(const std::filesystem::path& path)
{
    return fail(Errc::input_file, path.string() + ": " + std::strerror(errno));
}
} // namespace dmid::backup
