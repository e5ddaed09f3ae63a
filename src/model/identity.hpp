// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "model/number.hpp"

#include <compare>
#include <cstdint>

namespace dmid::model
{
/// One deployment of the registry.
struct Network
{
    std::uint64_t chain_id = 0;
    Address registry{};

    auto operator<=>(const Network&) const = default;
};

/// Epochs are 24 bits wide on the chain.
inline constexpr std::uint32_t kMaxEpoch = (1U << 24U) - 1;

/// Who a number is between two transfers. As an identity a DMID is always (number, epoch): a new epoch is
/// another identity, which matches no contact, answer or ticket of the old one.
struct Identity
{
    Network network;
    Number number;
    std::uint32_t epoch = 0;

    auto operator<=>(const Identity&) const = default;
};
} // namespace dmid::model
