// SPDX-License-Identifier: Apache-2.0
#include "chain/receipt.hpp"

namespace dmid::chain
{
Result<TxnReceipt> parse_receipt(const codec::JsonItem& item)
{
    TxnReceipt receipt;
    DMID_TRY(const auto txn_hash, item.field("transactionHash"));
    DMID_TRY(receipt.txn_hash, txn_hash.fixed<Hash32>());
    DMID_TRY(const auto block, item.field("blockNumber"));
    DMID_TRY(receipt.block, block.quantity());
    DMID_TRY(const auto block_hash, item.field("blockHash"));
    DMID_TRY(receipt.block_hash, block_hash.fixed<Hash32>());
    DMID_TRY(const auto status_item, item.field("status"));
    DMID_TRY(const auto status, status_item.quantity());
    if (status > 1)
        return status_item.refuse(Errc::codec_range, "is neither 0 nor 1");
    receipt.success = status == 1;
    DMID_TRY(const auto gas, item.field("gasUsed"));
    DMID_TRY(receipt.gas_used, gas.quantity());
    if (const auto contract = item.optional("contractAddress"); contract)
    {
        DMID_TRY(receipt.contract, contract->fixed<Address>());
    }
    DMID_TRY(const auto logs, item.field("logs"));
    DMID_TRY(receipt.logs, parse_logs(logs));
    return receipt;
}

net::Task<Result<std::optional<TxnReceipt>>> fetch_receipt(const Endpoints& endpoints, Hash32 txn_hash)
{
    json::array params{to_hex0x(txn_hash.view())};
    auto answer = co_await endpoints.call_any("eth_getTransactionReceipt", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    if (answer->is_null())
        co_return std::optional<TxnReceipt>{};
    auto receipt = parse_receipt(codec::JsonItem{*answer, "receipt"});
    if (!receipt)
        co_return fail(Errc::chain_bad_answer, receipt.error().context);
    if (receipt->txn_hash != txn_hash)
        co_return fail(Errc::chain_bad_answer, "the receipt is for another transaction");
    co_return std::optional<TxnReceipt>{*std::move(receipt)};
}
} // namespace dmid::chain
