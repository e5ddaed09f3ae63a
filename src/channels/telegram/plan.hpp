// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chat/captioned.hpp"

namespace dmid::channels::telegram
{
/// Limits of the Bot API, in UTF-16 units: sendMessage's text and the captions of files.
inline constexpr std::size_t kMaxUnits = 4096;
inline constexpr std::size_t kMaxCaption = 1024;
/// Parts of one text, and files behind them: together channel::kMostKnownAs.
inline constexpr std::size_t kMostParts = 8;
inline constexpr std::size_t kMostFiles = 8;
/// Bytes of text that certainly fit into kMostParts together with what stands above and below it.
inline constexpr std::size_t kMaxText = 20U << 10U;
/// Of one file: what the Bot API takes in one upload.
inline constexpr std::uint64_t kMaxFileBytes = 50'000'000;

/// What one Outgoing becomes (captioned_plan()): at most kMostParts texts, then at most kMostFiles files.
std::vector<chat::Step> plan(const channel::Outgoing& message);
} // namespace dmid::channels::telegram
