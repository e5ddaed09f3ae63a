// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chat/words.hpp"

namespace dmid::channels::signal
{
/// Bytes of one message's text. Signal's apps take 2048 and drop longer ones without a word (beyond that they
/// want an attachment of type text/x-signal-plain, which signal-cli makes by its own count of characters, not
/// bytes): parts of our own need none of that.
inline constexpr std::size_t kMaxPart = 2000;
/// Bytes of text that certainly fit into channel::kMostKnownAs parts with what stands above and below it.
inline constexpr std::size_t kMaxText = 16U << 10U;
/// Files of one message, and all their bytes: they go through one line of JSON as base64.
inline constexpr std::size_t kMostFiles = 8;
inline constexpr std::uint64_t kMaxFileBytes = 25'000'000;

/// One message as it will stand there.
struct Step
{
    std::string text;
    std::vector<const channel::File*> files; ///< the Outgoing's
};

/// What one Outgoing becomes: the same for the same Outgoing, so that an attempt can go on where an earlier
/// one ended. The owner reads first who writes and what is proven; others the number; a notice says that a
/// message is there and nothing of it. The files go with the last part. What is not carried is named in the
/// text.
std::vector<Step> plan(const channel::Outgoing& message);

/// The text of a step as it is sent; see chat::marked().
std::string with_marks(const std::vector<Step>& steps, std::size_t index, bool repeated);
} // namespace dmid::channels::signal
