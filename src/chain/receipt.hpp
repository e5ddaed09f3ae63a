// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/endpoints.hpp"
#include "chain/log.hpp"

#include <optional>

namespace dmid::chain
{
/// What became of a transaction, by the word of an endpoint.
struct TxnReceipt
{
    Hash32 txn_hash;
    std::uint64_t block = 0;
    Hash32 block_hash;
    bool success = false;
    std::uint64_t gas_used = 0;
    std::optional<Address> contract; ///< the one created
    std::vector<Log> logs;
};

/// Reads a receipt object. codec.* with the path.
Result<TxnReceipt> parse_receipt(const codec::JsonItem& item);

/// The receipt of a transaction; nothing while it is in no block. chain.bad-answer for another transaction's.
net::Task<Result<std::optional<TxnReceipt>>> fetch_receipt(const Endpoints& endpoints, Hash32 txn_hash);
} // namespace dmid::chain
