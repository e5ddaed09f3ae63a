// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shared by the tests of this folder.
#include "store/lmdb/lmdb_mailbox.hpp"

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace dmid::store::lmdb::testing
{
/// A directory that goes with its object.
class TempDir
{
public:
    TempDir()
        : TempDir{std::filesystem::temp_directory_path()}
    {
    }
    explicit TempDir(const std::filesystem::path& parent)
    {
        std::string pattern = (parent / "dmid-store-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// In memory where there is such a place: for tests that open many stores and pull no plug.
inline std::filesystem::path fast_parent()
{
    const std::filesystem::path memory = "/dev/shm";
    return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

inline Secret32 test_key(std::uint8_t fill = 0x42)
{
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(fill);
    return Secret32{bytes};
}

inline Options small_options(const std::filesystem::path& directory)
{
    Options options;
    options.directory = directory;
    options.map_size = std::size_t{1} << 20U;
    return options;
}
} // namespace dmid::store::lmdb::testing
