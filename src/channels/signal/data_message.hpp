// SPDX-License-Identifier: Apache-2.0
// Private to this folder.
#pragma once

#include "channels/signal/envelope.hpp"

namespace dmid::channels::signal
{
/// What a dataMessage (JsonDataMessage) says.
struct Content
{
    std::string text;
    std::vector<Attachment> files;
    std::string lost; ///< in words
};
Content content_of(const codec::JsonItem& data);
} // namespace dmid::channels::signal
