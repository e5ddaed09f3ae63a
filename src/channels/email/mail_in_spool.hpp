// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace dmid::channels::email
{
/// A message as it came, with CRLF line ends, in a file that stays open: it may be unlinked while somebody
/// still reads from it. Immutable; any thread.
class Spool
{
public:
    /// Largest message (bytes): 25 MiB of files in base64, with lines of 76 letters, and some text.
    static constexpr std::uint64_t kMaxSize = 36U << 20U;

    /// Opens for reading: channel.too-large beyond kMaxSize, store.io where it cannot be opened.
    static Result<std::shared_ptr<const Spool>> open(const std::string& path);
    /// Of a file that is open for reading and may have no name any more; duplicates the descriptor, which
    /// stays the caller's. Errors as open().
    static Result<std::shared_ptr<const Spool>> of_descriptor(int descriptor);
    /// Keeps a text in memory, for tests and for what is small anyway.
    static Result<std::shared_ptr<const Spool>> of_text(std::string_view text);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    std::uint64_t size() const noexcept { return size_; }
    /// Up to `limit` bytes from `offset` on; fewer at the end only. store.io. Blocks.
    Result<Bytes> read(std::uint64_t offset, std::size_t limit) const;
    /// Belongs to the Spool; to be read with pread only.
    int descriptor() const noexcept { return descriptor_; }

private:
    Spool(int descriptor, std::uint64_t size)
        : descriptor_{descriptor}
        , size_{size}
    {
    }
    static Result<std::shared_ptr<const Spool>> adopt(int descriptor);
    int descriptor_;
    std::uint64_t size_;
};
} // namespace dmid::channels::email
