// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace dmid::chat
{
/// A file that was fetched, on disk until its last holder goes: it has no name, so nothing stays behind. One
/// thread writes; then any may read.
class SpooledFile
{
public:
    ~SpooledFile();
    SpooledFile(const SpooledFile&) = delete;
    SpooledFile& operator=(const SpooledFile&) = delete;

    /// At the end. store.full when disk or spool are, store.io otherwise. Blocks.
    Result<> append(ByteView bytes);
    std::uint64_t size() const noexcept { return size_; }
    /// As channel::File::read.
    Result<Bytes> read(std::uint64_t offset, std::size_t limit) const;

private:
    friend class FileSpool;
    using Used = std::shared_ptr<std::atomic<std::uint64_t>>;
    SpooledFile(int fd, Used used, std::uint64_t capacity);

    int fd_;
    std::uint64_t size_ = 0;
    Used used_; ///< bytes of all files of the spool
    std::uint64_t capacity_;
};

/// The folder for files under way, 0700. Thread-safe.
class FileSpool
{
public:
    /// Makes the folder where it is missing. `capacity`: bytes of all files together. store.io.
    static Result<std::unique_ptr<FileSpool>> open(const std::filesystem::path& folder,
                                                   std::uint64_t capacity);
    /// store.full when disk or descriptors are used up, store.io otherwise.
    Result<std::shared_ptr<SpooledFile>> make() const;
    std::uint64_t used() const noexcept { return used_->load(); }

private:
    FileSpool(std::filesystem::path folder, std::uint64_t capacity);

    std::filesystem::path folder_;
    std::uint64_t capacity_;
    SpooledFile::Used used_;
};
} // namespace dmid::chat
