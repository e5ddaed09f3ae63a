// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"

/// What a sender takes home from a door that said yes (docs/protocol/receipt.md): the node's word that it
/// took this envelope in. The same for messages that are delivered, kept and dropped.
namespace dmid::model
{
/// Promises tell the time in steps of ten minutes: enough to complain with, too coarse to tell work from
/// no work.
inline constexpr UnixTime kPromiseStep = 600;

struct Promise
{
    Hash32 envelope{}; ///< what the sender can compute: the wrap's id, or the EIP-712 digest
    UnixTime time = 0; ///< a multiple of kPromiseStep
    XOnlyKey node_key{};
    SchnorrSignature signature{}; ///< over promise_message()

    bool operator==(const Promise&) const = default;
};

/// Rounded down to a step.
UnixTime coarse_time(UnixTime time) noexcept;
/// What the node key signs.
Hash32 promise_message(const Hash32& envelope, UnixTime coarse, const XOnlyKey& node_key) noexcept;
Bytes encode_promise(const Promise& promise);
/// Errors of codec; codec.range for a time between steps. The signature is not checked.
Result<Promise> decode_promise(ByteView bytes);
/// crypto.signature-invalid where the named node key did not sign.
Result<> verify_promise(const Promise& promise);
} // namespace dmid::model
