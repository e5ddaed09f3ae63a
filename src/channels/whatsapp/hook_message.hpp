// SPDX-License-Identifier: Apache-2.0
// Private to this folder: what one message says.
#pragma once

#include "channels/whatsapp/hook.hpp"
#include "codec/json.hpp"

namespace dmid::channels::whatsapp
{
struct Content
{
    std::string text;
    std::vector<Attachment> files; ///< one at most
    std::string lost;              ///< in words
};

/// By its `type`: the text or caption; a place, contacts and the button that was pressed as text; a medium as
/// an attachment. Whatever cannot be carried, or is of a kind that nobody knows yet, is declared in `lost`:
/// no message is nothing.
Content content_of(const codec::JsonItem& message);
} // namespace dmid::channels::whatsapp
