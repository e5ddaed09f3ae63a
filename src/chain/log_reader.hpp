// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/agree.hpp"
#include "chain/log.hpp"

#include <cstdint>
#include <vector>

namespace dmid::chain
{
struct LogLimits
{
    std::uint64_t max_range = 10'000; ///< blocks in one eth_getLogs
    std::size_t max_events = 20'000;  ///< logs given at once
};

/// Logs of a run of blocks: all of them, up to `to`.
struct LogPage
{
    std::vector<Log> logs;
    std::uint64_t to = 0;
};

/// Who is asked for logs, in order, and how many of them must say the same.
struct LogSources
{
    std::vector<std::size_t> order; ///< indices of endpoints
    unsigned needed = 1;
};

/// The sources that an agreement allows: whoever vouched for the block, and at T2 as many as had to.
LogSources sources_of(const Endpoints& endpoints, const Agreement& head);

/// Reads one contract's logs, within the limits that each endpoint has and that none of them tells: a refusal
/// ("query returned more than 10000 results", "block range too large", -32005, -32602, HTTP 413) and a
/// timeout halve the range, success makes it grow again, and where one block by its height is refused it is
/// asked for by its hash. One call at a time; must not outlive the endpoints.
class LogReader
{
public:
    LogReader(const Endpoints& endpoints, const Address& contract, LogLimits limits = {});

    /// Logs from block `from` on, as far towards `to` as the first source that answers goes at once. What
    /// comes is equal from as many sources as are needed: chain.no-agreement naming who says something else.
    /// Where too few answer, the first one's error.
    net::Task<Result<LogPage>> read(LogSources sources, std::uint64_t from, std::uint64_t to);
    /// The logs of the block of this hash, equal from as many sources as are needed.
    net::Task<Result<std::vector<Log>>> read_block(LogSources sources, Hash32 block);

    /// Blocks that the next question to this endpoint may span.
    std::uint64_t range_of(std::size_t endpoint) const { return ranges_[endpoint]; }

private:
    net::Task<Result<LogPage>> page(std::size_t endpoint, std::uint64_t from, std::uint64_t to);
    net::Task<Result<LogPage>> whole(std::size_t endpoint, std::uint64_t from, std::uint64_t to);
    net::Task<Result<LogPage>> one_block(std::size_t endpoint, std::uint64_t block);
    net::Task<Result<std::vector<Log>>> by_hash(std::size_t endpoint, Hash32 block);

    const Endpoints& endpoints_;
    Address contract_;
    LogLimits limits_;
    std::vector<std::uint64_t> ranges_;
};

/// False where the header's bloom filter shows that no log of this contract is in its block; true where there
/// may be some, or the header does not read back. The filter is part of the hash, so nobody can lie about it.
bool may_have_logs(ByteView header, const Address& contract);
} // namespace dmid::chain
