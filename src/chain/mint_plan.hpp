// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "model/identity.hpp"

#include <filesystem>
#include <optional>

namespace dmid::chain
{
/// A mint under way, kept in a file of its own (0600, atomic, durable): whoever loses the secret loses the
/// number that it was about to give.
struct MintPlan
{
    model::Network network;
    Address recipient;
    Secret32 secret;
    std::optional<model::Number> number; ///< once it is minted
    std::uint64_t block = 0;             ///< of the mint

    Hash32 commitment() const;
};

/// Nothing where there is no file; store.corrupt, store.io.
Result<std::optional<MintPlan>> load_mint_plan(const std::filesystem::path& file);
Result<> save_mint_plan(const std::filesystem::path& file, const MintPlan& plan);
} // namespace dmid::chain
