// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chat/captioned.hpp"

#include <optional>

namespace dmid::channels::whatsapp
{
/// Limits of the Cloud API, in UTF-16 units: the body of a text and the captions of files.
inline constexpr std::size_t kMaxUnits = 4096;
inline constexpr std::size_t kMaxCaption = 1024;
/// Parts of one text, and files behind them: together channel::kMostKnownAs.
inline constexpr std::size_t kMostParts = 8;
inline constexpr std::size_t kMostFiles = 8;
/// Bytes of text that certainly fit into kMostParts together with what stands above and below it.
inline constexpr std::size_t kMaxText = 20U << 10U;
/// Of all files of one message. WhatsApp takes documents of 100 MB; the node carries no more than this.
inline constexpr std::uint64_t kMaxFileBytes = 25'000'000;
/// UTF-16 units of a text that goes as a template's parameter: Meta's 1024 are for the whole body.
inline constexpr std::size_t kMaxParameter = 700;

/// What one Outgoing becomes (captioned_plan()): at most kMostParts texts, then at most kMostFiles files. A
/// sound takes no caption along: it has none there.
std::vector<chat::Step> plan(const channel::Outgoing& message);

/// The whole text of a message as one line of at most kMaxParameter units for a template's parameter, which
/// may have no line breaks (they become ` ⏎ `), no tabs and no runs of more than four blanks; nothing where
/// it is longer, or where files belong to it.
std::optional<std::string> as_parameter(const channel::Outgoing& message);
/// What a parameter says in place of a text that is too long for it.
std::string invitation(const channel::Outgoing& message);
} // namespace dmid::channels::whatsapp
