// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/outgoing.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// How an Outgoing reads on the platforms where one account of the node speaks for all its numbers.
namespace dmid::chat
{
/// What a platform takes of a message's files.
struct FileLimits
{
    std::size_t most = 0;       ///< files
    std::uint64_t each = 0;     ///< bytes
    std::uint64_t together = 0; ///< bytes
};

/// The Outgoing's files: what goes along, and what is named in the text instead. With a notice neither.
struct Sorted
{
    std::vector<const channel::File*> carried;
    std::vector<const channel::File*> left_out;
};
Sorted sort_files(const channel::Outgoing& message, const FileLimits& limits);

/// The text as it will be read. The owner reads first who writes and what is proven; others the number; a
/// notice says that a message is there and nothing of it. What is left out is named below the text. Above and
/// below stand 2000 bytes at most.
std::string whole_text(const channel::Outgoing& message, const std::vector<const channel::File*>& left_out);

/// Bytes, and so units of any kind, that marked() puts before a text.
inline constexpr std::size_t kMaxMarks = 96;
/// The text of one part (from 0) of so many as it is sent: a later part says so, which no text of a stranger
/// can hide; a repetition is marked.
std::string marked(std::string_view text, std::size_t part, std::size_t parts, bool repeated);

/// At most `max` bytes of well-formed UTF-8 in one line, without control characters and what turns the
/// direction of all that follows; empty where it is not well-formed.
std::string one_line(std::string_view text, std::size_t max);

/// Somebody else's words for a detail: printable, one line, ≤ 300 bytes, each of `secrets` masked.
std::string masked(std::string_view words, const std::vector<std::string>& secrets);
} // namespace dmid::chat
