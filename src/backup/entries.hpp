// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

/// The plain stream inside a backup: `F` ‖ name length u16 ‖ name ‖ size u64 ‖ bytes for each file, then
/// `M` ‖ size u64 ‖ manifest, and nothing behind it. Integers are big-endian. Pure.
namespace dmid::backup
{
inline constexpr std::size_t kMaxEntries = 4096;
inline constexpr std::size_t kMaxName = 256;
inline constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 40U;
inline constexpr std::uint64_t kMaxManifest = std::uint64_t{4} << 20U;

/// True for what may be a file's name in a backup: at most four parts divided by single slashes, each of 1 to
/// 100 of [A-Za-z0-9._-] and without a dot in front, so that no name leads out of a folder.
bool is_name(std::string_view name) noexcept;

/// The bytes that stand in front of a file's content; `name` must be one.
std::string file_head(std::string_view name, std::uint64_t size);
/// The same for the manifest.
std::string manifest_head(std::uint64_t size);

/// Where the parser puts what it finds.
class EntrySink
{
public:
    virtual ~EntrySink() = default;
    virtual Result<> begin(const std::string& name, std::uint64_t size) = 0;
    virtual Result<> content(ByteView piece) = 0;
    virtual Result<> end() = 0;
};

/// Takes the stream apart, piece by piece of any size. An error of the sink ends it.
class EntryParser
{
public:
    explicit EntryParser(EntrySink& sink)
        : sink_{sink}
    {
    }
    /// backup.damaged for anything that is not the form above.
    Result<> feed(ByteView piece);
    /// After the last byte: the manifest. backup.damaged where the stream ends before it does.
    Result<std::string> finish();

private:
    enum class State : std::uint8_t
    {
        head,
        content,
        manifest,
        done,
    };
    Result<bool> take_head();
    Result<> take_content(ByteView& piece);

    EntrySink& sink_;
    State state_ = State::head;
    std::string head_; ///< bytes of an unfinished head
    std::uint64_t left_ = 0;
    std::set<std::string, std::less<>> names_;
    std::string manifest_;
};
} // namespace dmid::backup
