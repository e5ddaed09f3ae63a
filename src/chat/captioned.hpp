// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chat/words.hpp"

/// Platforms where each file is a message of its own, under which a short text may stand.
namespace dmid::chat
{
struct CaptionedLimits
{
    FileLimits files;
    std::size_t text = 0;    ///< UTF-16 units of one message, marks and all
    std::size_t caption = 0; ///< the same under a file
    /// Whether a text can stand under a file of this kind.
    bool (*takes_caption)(const channel::File&) = nullptr;
};

/// One message as it will stand there.
struct Step
{
    std::string text;                    ///< of a text, or the caption of a file; may be empty then
    const channel::File* file = nullptr; ///< the Outgoing's
};

/// What one Outgoing becomes: the same for the same Outgoing, so that an attempt can go on where an earlier
/// one ended. Texts first, then files; a single file takes a short text along as its caption.
std::vector<Step> captioned_plan(const channel::Outgoing& message, const CaptionedLimits& limits);

/// The text of a step as it is sent; see marked().
std::string with_marks(const std::vector<Step>& steps, std::size_t index, bool repeated);
} // namespace dmid::chat
