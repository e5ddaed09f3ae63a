// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/outgoing.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace dmid::channels::whatsapp
{
/// Limits of the Cloud API, in UTF-16 units: the body of a text and the captions of files.
inline constexpr std::size_t kMaxUnits = 4096;
inline constexpr std::size_t kMaxCaption = 1024;
/// Kept free in each message for what stands before the text of a part: `[2/8]`, and that it is a repetition.
inline constexpr std::size_t kUnitsForMarks = 96;
/// Parts of one text, and files behind them: together channel::kMostKnownAs.
inline constexpr std::size_t kMostParts = 8;
inline constexpr std::size_t kMostFiles = 8;
/// Bytes of text that certainly fit into kMostParts together with what stands above and below it.
inline constexpr std::size_t kMaxText = 20U << 10U;
/// Of all files of one message. WhatsApp takes documents of 100 MB; the node carries no more than this.
inline constexpr std::uint64_t kMaxFileBytes = 25'000'000;
/// UTF-16 units of a text that goes as a template's parameter: Meta's 1024 are for the whole body.
inline constexpr std::size_t kMaxParameter = 700;

/// One message as it will stand there.
struct Step
{
    std::string text;                    ///< of a text, or the caption of a file; may be empty then
    const channel::File* file = nullptr; ///< the Outgoing's
};

/// What one Outgoing becomes: the same for the same Outgoing, so that an attempt can go on where an earlier
/// one ended. The owner reads first who writes and what is proven; others the number; a notice says that a
/// message is there and nothing of it. At most kMostParts texts, then at most kMostFiles files; a single file
/// takes a short text along as its caption, unless it is a sound, which has none. What is not carried is
/// named in the text.
std::vector<Step> plan(const channel::Outgoing& message);

/// The text of a step as it is sent: a later part says so, which no text of a stranger can hide; a repetition
/// is marked.
std::string with_marks(const std::vector<Step>& steps, std::size_t index, bool repeated);

/// The whole text of a message as one line of at most kMaxParameter units for a template's parameter, which
/// may have no line breaks (they become ` ⏎ `), no tabs and no runs of more than four blanks; nothing where
/// it is longer, or where files belong to it.
std::optional<std::string> as_parameter(const channel::Outgoing& message);
/// What a parameter says in place of a text that is too long for it.
std::string invitation(const channel::Outgoing& message);

/// At most `max` bytes of well-formed UTF-8 in one line, without control characters.
std::string one_line(std::string_view text, std::size_t max);

/// Somebody else's words for a detail: printable, one line, ≤ 300 bytes, each of `secrets` masked.
std::string masked(std::string_view words, const std::vector<std::string>& secrets);
} // namespace dmid::channels::whatsapp
