// SPDX-License-Identifier: Apache-2.0
#include "backup/entries.hpp"

#include <algorithm>

namespace dmid::backup
{
namespace
{
constexpr char kFile = 'F';
constexpr char kManifest = 'M';
constexpr std::size_t kMaxPart = 100;
constexpr std::size_t kMaxDepth = 4;

std::string number(std::uint64_t value, unsigned bytes)
{
    std::string out;
    while (bytes-- > 0)
        out.push_back(static_cast<char>(value >> (8 * bytes)));
    return out;
}

std::uint64_t number_at(std::string_view bytes)
{
    std::uint64_t value = 0;
    for (const char c : bytes)
        value = value << 8U | static_cast<std::uint8_t>(c);
    return value;
}

tl::unexpected<Error> damaged(std::string what)
{
    return fail(Errc::backup_damaged, std::move(what));
}

bool is_part(std::string_view part) noexcept
{
    return !part.empty() && part.size() <= kMaxPart && part.front() != '.' &&
           std::ranges::all_of(part,
                               [](char c)
                               {
                                   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                          (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
                               });
}
} // namespace

bool is_name(std::string_view name) noexcept
{
    std::size_t depth = 0;
    if (name.size() > kMaxName)
        return false;
    for (;;)
    {
        const auto slash = name.find('/');
        if (++depth > kMaxDepth || !is_part(name.substr(0, slash)))
            return false;
        if (slash == std::string_view::npos)
            return true;
        name.remove_prefix(slash + 1);
    }
}

std::string file_head(std::string_view name, std::uint64_t size)
{
    return kFile + number(name.size(), 2) + std::string{name} + number(size, 8);
}

std::string manifest_head(std::uint64_t size)
{
    return kManifest + number(size, 8);
}

/// True once the head is whole; then the state is that of what follows it.
Result<bool> EntryParser::take_head()
{
    const std::string_view head{head_};
    if (head[0] == kManifest)
    {
        if (head.size() < 9)
            return false;
        left_ = number_at(head.substr(1, 8));
        if (left_ > kMaxManifest)
            return damaged("a manifest of " + std::to_string(left_) + " bytes");
        state_ = left_ == 0 ? State::done : State::manifest;
        return true;
    }
    if (head[0] != kFile)
        return damaged("an entry of an unknown kind");
    if (head.size() < 3)
        return false;
    const auto length = static_cast<std::size_t>(number_at(head.substr(1, 2)));
    if (length > kMaxName)
        return damaged("a name of " + std::to_string(length) + " bytes");
    if (head.size() < 3 + length + 8)
        return false;
    const std::string name{head.substr(3, length)};
    left_ = number_at(head.substr(3 + length, 8));
    if (!is_name(name) || left_ > kMaxFile || names_.size() >= kMaxEntries || !names_.insert(name).second)
        return damaged("an entry's name or size");
    DMID_TRY(sink_.begin(name, left_));
    state_ = State::content;
    return true;
}

Result<> EntryParser::take_content(ByteView& piece)
{
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece.size()));
    const auto now = piece.first(size);
    if (state_ == State::manifest)
        manifest_.append(as_text(now));
    else if (size > 0)
    {
        DMID_TRY(sink_.content(now));
    }
    piece = piece.subspan(size);
    left_ -= size;
    if (left_ > 0)
        return {};
    if (state_ == State::manifest)
    {
        state_ = State::done;
        return {};
    }
    state_ = State::head;
    return sink_.end();
}

Result<> EntryParser::feed(ByteView piece)
{
    while (!piece.empty() || (state_ == State::content && left_ == 0))
    {
        if (state_ == State::done)
            return damaged("bytes behind the manifest");
        if (state_ != State::head)
        {
            DMID_TRY(take_content(piece));
            continue;
        }
        head_.push_back(static_cast<char>(piece.front()));
        piece = piece.subspan(1);
        DMID_TRY(const bool whole, take_head());
        if (whole)
            head_.clear();
    }
    return {};
}

Result<std::string> EntryParser::finish()
{
    if (state_ != State::done)
        return damaged("it ends in the middle of an entry");
    return std::move(manifest_);
}
} // namespace dmid::backup
