// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace dmid::up
{
/// Unpacks one gzip member. codec.syntax for what is none, codec.truncated, codec.too-large beyond `max`.
Result<std::string> gunzip(std::string_view packed, std::size_t max);
} // namespace dmid::up
