// SPDX-License-Identifier: Apache-2.0
// Private to seal.
#pragma once

#include "codec/json_reader.hpp"

#include <cstdint>

namespace dmid::seal
{
/// The whole number that comes next; false unless it is one from 0 to `max`.
inline bool read_integer(codec::JsonReader& from, std::int64_t& out, std::int64_t max)
{
    return from.integer(out) && out >= 0 && out <= max;
}
} // namespace dmid::seal
