// SPDX-License-Identifier: Apache-2.0
#include "chain/log.hpp"

namespace dmid::chain
{
namespace
{
constexpr std::size_t kMaxLogs = 100'000;
constexpr std::size_t kMaxLogData = 64U * 1024U; // a Published event of 8 KiB has less than 9
} // namespace

Result<Log> parse_log(const codec::JsonItem& item)
{
    Log log;
    if (const auto removed = item.optional("removed"); removed)
    {
        DMID_TRY(const bool gone, removed->boolean());
        if (gone)
            return removed->refuse(Errc::codec_range, "is true");
    }
    DMID_TRY(const auto address, item.field("address"));
    DMID_TRY(log.address, address.fixed<Address>());
    DMID_TRY(const auto topics, item.field("topics"));
    DMID_TRY(const auto topic_items, topics.array(4));
    for (const auto& topic : topic_items)
    {
        DMID_TRY(const auto hash, topic.fixed<Hash32>());
        log.topics.push_back(hash);
    }
    DMID_TRY(const auto data, item.field("data"));
    DMID_TRY(log.data, data.data(kMaxLogData));
    DMID_TRY(const auto block, item.field("blockNumber"));
    DMID_TRY(log.block, block.quantity());
    DMID_TRY(const auto block_hash, item.field("blockHash"));
    DMID_TRY(log.block_hash, block_hash.fixed<Hash32>());
    DMID_TRY(const auto txn_hash, item.field("transactionHash"));
    DMID_TRY(log.txn_hash, txn_hash.fixed<Hash32>());
    DMID_TRY(const auto index, item.field("logIndex"));
    DMID_TRY(log.index, index.quantity());
    return log;
}

Result<std::vector<Log>> parse_logs(const codec::JsonItem& item)
{
    DMID_TRY(const auto items, item.array(kMaxLogs));
    std::vector<Log> logs;
    logs.reserve(items.size());
    for (const auto& one : items)
    {
        DMID_TRY(auto log, parse_log(one));
        logs.push_back(std::move(log));
    }
    return logs;
}
} // namespace dmid::chain
