// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dmid::channels::email
{
/// True where an inline style keeps its element from being read: not displayed, without size, transparent,
/// off the page. Pure.
bool style_hides(std::string_view style);
} // namespace dmid::channels::email
