// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/cbor_reader.hpp"
#include "model/identity.hpp"

namespace dmid::model
{
/// An identity inside canonical bytes: `[chain id, registry, number, epoch]`.
codec::Cbor identity_to_cbor(const Identity& identity);
/// Errors of codec and of Number::from_value().
Result<Identity> identity_from_cbor(const codec::CborItem& item);
/// A time inside canonical bytes: seconds, not negative and below 2^40.
Result<std::int64_t> time_from_cbor(const codec::CborItem& item);
} // namespace dmid::model
