// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace dmid::channels::email
{
/// A message on disk while it is judged: a file without a name, which is gone with its last holder and with
/// the process, however that ends. One thread writes; then any may read.
class SpoolFile
{
public:
    ~SpoolFile();
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;

    /// At the end. store.full when disk or spool are, store.io otherwise.
    Result<> append(std::string_view bytes);
    std::uint64_t size() const noexcept { return size_; }
    /// Bytes from `offset` on, at most `limit` of them; fewer at the end only. Blocking; thread-safe.
    Result<Bytes> read(std::uint64_t offset, std::size_t limit) const;
    /// For readers of their own; stays the file's. Use pread: the position is shared.
    int descriptor() const noexcept { return fd_; }

private:
    friend class SpoolFolder;
    using Used = std::shared_ptr<std::atomic<std::uint64_t>>;
    SpoolFile(int fd, Used used, std::uint64_t capacity);

    int fd_;
    std::uint64_t size_ = 0;
    Used used_; ///< bytes of all files of the spool
    std::uint64_t capacity_;
};
using SpoolFilePtr = std::shared_ptr<SpoolFile>;

/// The folder for messages under way. Thread-safe.
class SpoolFolder
{
public:
    /// Makes the folder (0700) where it is missing and removes what a crash may have left in it.
    /// `capacity`: bytes of all messages together. store.io.
    static Result<std::unique_ptr<SpoolFolder>> open(const std::filesystem::path& folder,
                                                     std::uint64_t capacity);

    /// store.full when capacity, disk or descriptors are used up.
    Result<SpoolFilePtr> make();
    std::uint64_t used() const noexcept { return used_->load(); }

private:
    SpoolFolder(std::filesystem::path folder, std::uint64_t capacity);

    std::filesystem::path folder_;
    std::uint64_t capacity_;
    SpoolFile::Used used_;
};
} // namespace dmid::channels::email
