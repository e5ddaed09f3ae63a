// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/endpoints.hpp"
#include "codec/json.hpp"
#include "codec/u256.hpp"

#include <string>

namespace dmid::chain
{
/// Fees of an EIP-1559 transaction, wei per gas.
struct Fees
{
    codec::U256 max_fee;
    codec::U256 tip;

    bool operator==(const Fees&) const = default;
};

/// From eth_feeHistory over ten blocks: the median of their median tips (at least 0.01 gwei), and twice the
/// next base fee above it, so that six full blocks in a row do not price the transaction out.
net::Task<Result<Fees>> suggest_fees(const Endpoints& endpoints);

/// Reads an eth_feeHistory answer; codec.* with the path.
Result<Fees> fees_of(const codec::JsonItem& history);

/// Both fees up by an eighth, rounded up, and at least `suggested`: what nodes demand of a replacement.
Fees raise_fees(const Fees& present, const Fees& suggested);

/// Makes sure that the payer can pay. On the local chain it is given a thousand ether where it lacks them;
/// elsewhere chain.no-funds names address and missing sum.
net::Task<Result<>> ensure_funds(const Endpoints& endpoints, Address payer, codec::U256 needed);

/// `0.0123 ether`, exact.
std::string in_ether(const codec::U256& wei);
} // namespace dmid::chain
