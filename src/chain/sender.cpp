// SPDX-License-Identifier: Apache-2.0
#include "chain/sender.hpp"

#include "base/ascii.hpp"
#include "chain/registry_abi.hpp"
#include "codec/json.hpp"
#include "crypto/secp256k1.hpp"

#include <fmt/format.h>

namespace dmid::chain
{
using codec::U256;
namespace
{
constexpr std::size_t kMaxReplacements = 16;

bool says(std::string_view words, std::string_view part)
{
    const auto found = std::search(words.begin(), words.end(), part.begin(), part.end(),
                                   [](char a, char b) { return ascii_lower(a) == b; });
    return found != words.end();
}

// Refusals of a transaction that is there already, in the words of geth, reth, erigon and anvil.
bool is_known_already(const RpcRefusal& refusal)
{
    for (const auto* words :
         {"already known", "already imported", "known transaction", "nonce too low", "underpriced"})
        if (says(refusal.message, words))
            return true;
    return false;
}

Fees fees_of_txn(const codec::Transaction& txn)
{
    return {txn.max_fee_per_gas, txn.max_priority_fee_per_gas};
}

void set_fees(codec::Transaction& txn, const Fees& fees, const U256& cap)
{
    txn.max_fee_per_gas = std::min(fees.max_fee, cap);
    txn.max_priority_fee_per_gas = std::min(fees.tip, txn.max_fee_per_gas);
}
} // namespace

Result<Sender> Sender::make(const Endpoints& endpoints, const Secret32& payer_key,
                            const std::filesystem::path& folder, SendOptions options)
{
    DMID_TRY(const auto payer, crypto::address_of(payer_key));
    const auto name = fmt::format("txns-{}-{}.json", endpoints.chain_id(), to_hex(payer.view()));
    DMID_TRY(auto journal, Journal::open(folder / name));
    return Sender{endpoints, payer_key, payer, std::move(journal), options};
}

Sender::Sender(const Endpoints& endpoints, const Secret32& key, const Address& payer, Journal journal,
               SendOptions options)
    : endpoints_{&endpoints}
    , key_{key}
    , payer_{payer}
    , journal_{std::move(journal)}
    , options_{options}
{
}

Result<Bytes> Sender::sign(const codec::Transaction& txn) const
{
    DMID_TRY(const auto signature, crypto::sign_ecdsa(txn.signing_hash(), key_));
    return txn.signed_raw(signature);
}

Result<> Sender::close(JournalEntry& entry, JournalEntry::State state)
{
    entry.state = state;
    return journal_.put(entry);
}

json::object Sender::call_object(const Intent& intent) const
{
    json::object call{{"from", to_hex0x(payer_.view())},
                      {"data", to_hex0x(intent.data)},
                      {"value", intent.value.to_quantity()}};
    if (intent.to)
        call["to"] = to_hex0x(intent.to->view());
    return call;
}

net::Task<Result<std::uint64_t>> Sender::estimate_gas(const Intent& intent) const
{
    RpcCall call{"eth_estimateGas", json::array{call_object(intent)}};
    auto outcome = co_await endpoints_->ask_any(std::move(call));
    if (!outcome)
        co_return tl::unexpected<Error>(std::move(outcome).error());
    if (const auto* refusal = std::get_if<RpcRefusal>(&*outcome))
    {
        if (!refusal->data.empty() || says(refusal->message, "revert"))
            co_return fail(Errc::chain_reverted,
                           fmt::format("{}: {}", intent.what, registry::revert_reason(refusal->data)));
        co_return fail(Errc::chain_rpc_error, fmt::format("{}: {}", intent.what, refusal->message));
    }
    const auto gas = codec::JsonItem{std::get<json::value>(*outcome), "eth_estimateGas"}.quantity();
    if (!gas || *gas > 1'000'000'000)
        co_return fail(Errc::chain_bad_answer, "eth_estimateGas");
    co_return *gas + *gas* options_.gas_margin_percent / 100;
}

net::Task<Result<std::uint64_t>> Sender::count_txns(std::string tag) const
{
    json::array params{to_hex0x(payer_.view()), tag};
    auto answer = co_await endpoints_->call_any("eth_getTransactionCount", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    auto count = codec::JsonItem{*answer, "eth_getTransactionCount"}.quantity();
    if (!count)
        co_return fail(Errc::chain_bad_answer, count.error().context);
    co_return *count;
}

net::Task<Result<JournalEntry>> Sender::begin(const Intent& intent)
{
    if (auto known = journal_.find(intent.id); known && known->state != JournalEntry::State::failed)
        co_return *std::move(known);
    // A crash between journal and network leaves a gap that would block every later nonce.
    for (const auto& earlier : journal_.open_entries())
        co_await broadcast(earlier.raw.back());
    codec::Transaction txn;
    txn.chain_id = endpoints_->chain_id();
    txn.to = intent.to;
    txn.data = intent.data;
    txn.value = intent.value;
    DMID_CO_TRY(txn.gas_limit, co_await estimate_gas(intent));
    DMID_CO_TRY(const auto fees, co_await suggest_fees(*endpoints_));
    set_fees(txn, fees, options_.max_fee);
    const auto gas_cost = txn.max_fee_per_gas.times(txn.gas_limit).value_or(U256::max());
    const auto needed = gas_cost.plus(intent.value).value_or(U256::max());
    DMID_CO_TRY(co_await ensure_funds(*endpoints_, payer_, needed));
    DMID_CO_TRY(const auto pending, co_await count_txns("pending"));
    txn.nonce = std::max(pending, journal_.next_nonce().value_or(0));
    JournalEntry entry;
    entry.intent = intent.id;
    entry.nonce = txn.nonce;
    DMID_CO_TRY(auto raw, sign(txn));
    entry.raw.push_back(std::move(raw));
    DMID_CO_TRY(journal_.put(entry));
    co_return entry;
}

net::Task<Result<>> Sender::broadcast(Bytes raw) const
{
    // Every endpoint is told: one that swallows transactions must not be able to hold one back.
    std::optional<Error> refused;
    bool taken = false;
    for (std::size_t i = 0; i < endpoints_->size(); ++i)
    {
        RpcCall call{"eth_sendRawTransaction", json::array{to_hex0x(raw)}};
        auto outcome = co_await endpoints_->at(i).ask(std::move(call));
        const auto* refusal = outcome ? std::get_if<RpcRefusal>(&*outcome) : nullptr;
        if (outcome && (refusal == nullptr || is_known_already(*refusal)))
            taken = true;
        else if (!refused && refusal != nullptr)
            refused = endpoints_->at(i).failure(Errc::chain_rpc_error, refusal->message).value();
        else if (!refused)
            refused = outcome.error();
    }
    if (!taken && refused)
        co_return tl::unexpected<Error>(*std::move(refused));
    co_return Result<>{};
}

net::Task<Result<>> Sender::replace(JournalEntry& entry)
{
    DMID_CO_TRY(auto last, codec::decode_transaction(entry.raw.back()));
    DMID_CO_TRY(const auto suggested, co_await suggest_fees(*endpoints_));
    const auto raised = raise_fees(fees_of_txn(last.txn), suggested);
    if (entry.raw.size() >= kMaxReplacements || raised.max_fee > options_.max_fee)
        co_return co_await broadcast(entry.raw.back());
    set_fees(last.txn, raised, options_.max_fee);
    DMID_CO_TRY(auto raw, sign(last.txn));
    entry.raw.push_back(std::move(raw));
    DMID_CO_TRY(journal_.put(entry));
    co_return co_await broadcast(entry.raw.back());
}

net::Task<Result<std::optional<TxnReceipt>>> Sender::find_receipt(const JournalEntry& entry) const
{
    for (auto raw = entry.raw.rbegin(); raw != entry.raw.rend(); ++raw)
    {
        auto receipt = co_await fetch_receipt(*endpoints_, codec::transaction_hash(*raw));
        if (!receipt || *receipt)
            co_return receipt;
    }
    co_return std::optional<TxnReceipt>{};
}

net::Task<Result<bool>> Sender::is_deep_enough(const TxnReceipt& receipt) const
{
    if (options_.confirmations <= 1)
        co_return true;
    auto answer = co_await endpoints_->call_any("eth_blockNumber", json::array{});
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    const auto head = codec::JsonItem{*answer, "eth_blockNumber"}.quantity();
    co_return head&&* head + 1 >= receipt.block + options_.confirmations;
}

net::Task<std::string> Sender::reason_of(const Intent& intent, std::uint64_t block) const
{
    RpcCall call{"eth_call", json::array{call_object(intent), codec::to_quantity(block)}};
    auto outcome = co_await endpoints_->ask_any(std::move(call));
    const auto* refusal = outcome ? std::get_if<RpcRefusal>(&*outcome) : nullptr;
    co_return refusal == nullptr ? "no reason given" : registry::revert_reason(refusal->data);
}

net::Task<Result<TxnReceipt>> Sender::finish(JournalEntry entry, const Intent& intent)
{
    const auto until = net::deadline_in(options_.deadline);
    auto replace_at = net::deadline_in(options_.replace_after);
    bool sent = false; // and not seen in a block since
    for (;;)
    {
        // The nonce first: a receipt that appears between the two questions must not look like a conflict.
        DMID_CO_TRY(const auto mined, co_await count_txns("latest"));
        DMID_CO_TRY(auto receipt, co_await find_receipt(entry));
        if (receipt && !receipt->success)
        {
            DMID_CO_TRY(close(entry, JournalEntry::State::failed));
            const auto reason = co_await reason_of(intent, receipt->block);
            co_return fail(Errc::chain_reverted, fmt::format("{}: {}", intent.what, reason));
        }
        if (receipt)
        {
            sent = false; // a reorg may drop it: then it goes out again at once
            DMID_CO_TRY(const bool deep, co_await is_deep_enough(*receipt));
            if (deep)
            {
                DMID_CO_TRY(close(entry, JournalEntry::State::done));
                co_return *std::move(receipt);
            }
        }
        else if (mined > entry.nonce)
        {
            DMID_CO_TRY(close(entry, JournalEntry::State::failed));
            co_return fail(Errc::chain_nonce_conflict, fmt::format("{}: nonce {} of {}", intent.what,
                                                                   entry.nonce, to_hex0x(payer_.view())));
        }
        else if (!sent)
        {
            DMID_CO_TRY(co_await broadcast(entry.raw.back()));
            sent = true;
        }
        else if (std::chrono::steady_clock::now() >= replace_at)
        {
            DMID_CO_TRY(co_await replace(entry));
            replace_at = net::deadline_in(options_.replace_after);
        }
        if (std::chrono::steady_clock::now() >= until)
            co_return fail(Errc::chain_not_mined, intent.what);
        co_await net::sleep_for(options_.poll);
    }
}

net::Task<Result<>> Sender::check_genesis()
{
    if (genesis_checked_)
        co_return Result<>{};
    json::array params{"0x0", false};
    auto answer = co_await endpoints_->call_any("eth_getBlockByNumber", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    const codec::JsonItem block{*answer, "genesis"};
    const auto item = block.field("hash");
    const auto hash = item ? item->fixed<Hash32>() : Result<Hash32>{fail(item.error().code)};
    if (!hash)
        co_return fail(Errc::chain_bad_answer, "genesis");
    DMID_CO_TRY(journal_.bind(*hash));
    genesis_checked_ = true;
    co_return Result<>{};
}

net::Task<Result<TxnReceipt>> Sender::send(Intent intent)
{
    DMID_CO_TRY(co_await check_genesis());
    DMID_CO_TRY(auto entry, co_await begin(intent));
    co_return co_await finish(std::move(entry), intent);
}
} // namespace dmid::chain
