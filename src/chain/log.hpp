// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/json.hpp"

#include <vector>

namespace dmid::chain
{
/// One event log as an endpoint gave it. Not proven.
struct Log
{
    Address address;
    std::vector<Hash32> topics; ///< at most four
    Bytes data;
    std::uint64_t block = 0;
    Hash32 block_hash;
    Hash32 txn_hash;
    std::uint64_t index = 0; ///< within the block

    bool operator==(const Log&) const = default;
};

/// Reads a log object. codec.* with the path; codec.range for a log that is marked removed.
Result<Log> parse_log(const codec::JsonItem& item);
/// Reads an array of logs, at most 100,000.
Result<std::vector<Log>> parse_logs(const codec::JsonItem& item);
} // namespace dmid::chain
