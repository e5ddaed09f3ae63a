// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crypto/tagged_hash.hpp"
#include "model/identity.hpp"

namespace dmid::model
{
/// The beginning of everything that is signed for one identity: the tag, then chain id (8 bytes, highest
/// first), registry (20), number (8), epoch (8).
inline crypto::TaggedHash scoped_hash(std::string_view tag, const Identity& identity) noexcept
{
    crypto::TaggedHash hash{tag};
    hash.update_u64(identity.network.chain_id)
        .update(identity.network.registry.view())
        .update_u64(identity.number.value())
        .update_u64(identity.epoch);
    return hash;
}
} // namespace dmid::model
