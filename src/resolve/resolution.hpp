// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "chain/agree.hpp"
#include "model/document.hpp"
#include "model/identifier.hpp"
#include "proof/bundle.hpp"
#include "proof/record.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dmid::resolve
{
/// An identifier, resolved by proof. What it rests on is record.block(): tier, hash, number, time, finality.
struct Resolution
{
    model::Identifier identifier; ///< as it was asked for
    model::Identity identity;
    proof::VerifiedRecord record;
    /// Decoded and held against the record; absent where nothing is published or nobody had the bytes
    /// (record.published() tells the two apart).
    std::optional<model::Document> document;
    chain::Finality finality = chain::Finality::latest; ///< of the block that it was read at
    UnixTime age = 0;   ///< seconds between the block's time and now; never below 0
    bool stale = false; ///< older than 15 minutes at latest, 30 at finalized
    std::string served_by;
    std::vector<chain::SetAside> set_aside; ///< endpoints that disagreed, lagged, lied or failed
    proof::Bundle bundle;
    std::optional<bool> published_final{}; ///< Resolver::is_final() of the record, where somebody asked
};
} // namespace dmid::resolve
