// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/cbor_reader.hpp"
#include "policy/policy.hpp"

// The parts of bytes.cpp that read and write one rule.
namespace dmid::policy
{
codec::Cbor leg_to_cbor(const Leg& leg);
Result<Leg> leg_from_cbor(const codec::CborItem& item);
codec::Cbor window_to_cbor(const Window& window);
Result<Window> window_from_cbor(const codec::CborItem& item);
codec::Cbor rule_to_cbor(const Rule& rule);
Result<Rule> rule_from_cbor(const codec::CborItem& item);

/// An array of exactly `size` items.
Result<std::vector<codec::CborItem>> tuple(const codec::CborItem& item, std::size_t size);
/// An array that is absent or not empty; codec.not-canonical for an empty one.
Result<std::vector<codec::CborItem>> filled_array(codec::MapReader& map, std::string_view key,
                                                  std::size_t max);
/// A number that is absent (0) or not zero; codec.not-canonical for a zero.
Result<std::uint64_t> filled_mask(codec::MapReader& map, std::string_view key, std::uint64_t max);
} // namespace dmid::policy
