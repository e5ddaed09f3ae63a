// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/json_reader.hpp"
#include "seal/event.hpp"

namespace dmid::seal
{
inline constexpr unsigned kMaxEventDepth = 8; ///< of its JSON; an event itself needs three

/// Reads the event that comes next: as parse_event(), but the size of its text, its depth and what follows it
/// are the caller's to bound.
Result<Event> read_event(codec::JsonReader& from);
} // namespace dmid::seal
