// SPDX-License-Identifier: Apache-2.0
// Private to this folder: what one message says.
#pragma once

#include "channels/telegram/api_update.hpp"

namespace dmid::channels::telegram
{
struct Content
{
    std::string text;
    std::vector<Attachment> files;
    std::string lost; ///< in words
};

/// The text or caption, with the targets of hidden links behind their words; a place, a contact or a die as
/// text; a medium as an attachment. Nothing for service messages, which nobody wrote. codec.* where a part
/// that is there is of another type than the API's.
Result<std::optional<Content>> content_of(const codec::JsonItem& message);

/// The text with ` <url>` behind each `text_link`, whose words hide where they lead. Entities that do not fit
/// the text are left out.
std::string with_links_shown(const std::string& text, const std::optional<codec::JsonItem>& entities);
} // namespace dmid::channels::telegram
