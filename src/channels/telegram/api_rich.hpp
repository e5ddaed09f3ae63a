// SPDX-License-Identifier: Apache-2.0
// Private to this folder: rich messages (RichMessage), which have no `text`.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace dmid::channels::telegram
{
/// The words of a rich message, a line for each block, row or item, the targets of links behind their words;
/// at most `max` bytes of UTF-8. What has no words (media, rules) is left out, what is of another form too.
std::string words_of_rich(const boost::json::value& message, std::size_t max);
} // namespace dmid::channels::telegram
