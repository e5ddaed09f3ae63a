// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/outgoing.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace dmid::channels::telegram
{
/// Limits of the Bot API, in UTF-16 units: sendMessage's text and the captions of files.
inline constexpr std::size_t kMaxUnits = 4096;
inline constexpr std::size_t kMaxCaption = 1024;
/// Kept free in each message for what stands before the text of a part: `[2/8]`, and that it is a repetition.
inline constexpr std::size_t kUnitsForMarks = 96;
/// Parts of one text, and files behind them: together channel::kMostKnownAs.
inline constexpr std::size_t kMostParts = 8;
inline constexpr std::size_t kMostFiles = 8;
/// Bytes of text that certainly fit into kMostParts together with what stands above and below it.
inline constexpr std::size_t kMaxText = 20U << 10U;
/// Of one file: what the Bot API takes in one upload.
inline constexpr std::uint64_t kMaxFileBytes = 50'000'000;

/// One message as it will stand there.
struct Step
{
    std::string text;                    ///< of a text, or the caption of a file; may be empty then
    const channel::File* file = nullptr; ///< the Outgoing's
};

/// What one Outgoing becomes: the same for the same Outgoing, so that an attempt can go on where an earlier
/// one ended. The owner reads first who writes and what is proven; others the number; a notice says that a
/// message is there and nothing of it. At most kMostParts texts, then at most kMostFiles files; a single file
/// takes a short text along as its caption. What is not carried is named in the text.
std::vector<Step> plan(const channel::Outgoing& message);

/// The text of a step as it is sent: a later part says so, which no text of a stranger can hide; a repetition
/// is marked.
std::string with_marks(const std::vector<Step>& steps, std::size_t index, bool repeated);

/// At most `max` bytes of well-formed UTF-8 in one line, without control characters.
std::string one_line(std::string_view text, std::size_t max);

/// Somebody else's words for a detail: printable, one line, ≤ 300 bytes, each of `secrets` masked.
std::string masked(std::string_view words, const std::vector<std::string>& secrets);
} // namespace dmid::channels::telegram
