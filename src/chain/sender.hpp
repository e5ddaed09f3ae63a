// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/fees.hpp"
#include "chain/journal.hpp"
#include "chain/receipt.hpp"
#include "codec/transaction.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace dmid::chain
{
/// Something to be done on the chain exactly once, whatever happens to this process.
struct Intent
{
    Hash32 id;                 ///< names it: the same id is never done twice
    std::optional<Address> to; ///< absent: creates a contract
    Bytes data;
    codec::U256 value;
    std::string what; ///< for people: "publish 8312 3456 7890 1210"
};

struct SendOptions
{
    unsigned confirmations = 1;            ///< blocks that hold it, its own included
    net::Millis deadline{120'000};         ///< for the whole send; then chain.not-mined
    net::Millis replace_after{30'000};     ///< without a receipt: the same nonce again, fees up by an eighth
    net::Millis poll{500};                 ///< between two looks at the receipt
    std::uint64_t gas_margin_percent = 20; ///< above the estimate
    codec::U256 max_fee{500'000'000'000ULL}; ///< wei per gas that a transaction never passes
};

/// Sends the payer's transactions (EIP-1559). The journal is written before anything leaves, every
/// transaction of an intent has one nonce (so at most one of them is ever mined), and a receipt counts only
/// after `confirmations` blocks. One send at a time; not thread-safe.
class Sender
{
public:
    /// Opens the journal `<folder>/txns-<chain id>-<payer>.json`; errors of Journal::open(),
    /// crypto.key-invalid.
    static Result<Sender> make(const Endpoints& endpoints, const Secret32& payer_key,
                               const std::filesystem::path& folder, SendOptions options = {});

    const Address& payer() const noexcept { return payer_; }
    const Endpoints& endpoints() const noexcept { return *endpoints_; }

    /// Does it, or goes on from where an earlier run was cut. chain.reverted with the contract's reason
    /// (before anything is sent where the estimate shows it); chain.no-funds naming address and sum;
    /// chain.not-mined at the deadline (call again with the same id); chain.nonce-conflict where another
    /// transaction of the payer took the nonce (a further call starts afresh); chain.wrong-chain where the
    /// journal is of another chain under the same id. A transaction that a reorg dropped is sent again. On
    /// the local chain the payer is funded by itself.
    net::Task<Result<TxnReceipt>> send(Intent intent);

private:
    Sender(const Endpoints& endpoints, const Secret32& key, const Address& payer, Journal journal,
           SendOptions options);

    net::Task<Result<>> check_genesis();
    net::Task<Result<JournalEntry>> begin(const Intent& intent);
    net::Task<Result<TxnReceipt>> finish(JournalEntry entry, const Intent& intent);
    net::Task<Result<std::uint64_t>> estimate_gas(const Intent& intent) const;
    net::Task<Result<std::uint64_t>> count_txns(std::string tag) const;
    net::Task<Result<>> replace(JournalEntry& entry);
    net::Task<Result<>> broadcast(Bytes raw) const;
    net::Task<Result<std::optional<TxnReceipt>>> find_receipt(const JournalEntry& entry) const;
    net::Task<Result<bool>> is_deep_enough(const TxnReceipt& receipt) const;
    net::Task<std::string> reason_of(const Intent& intent, std::uint64_t block) const;
    json::object call_object(const Intent& intent) const;
    Result<Bytes> sign(const codec::Transaction& txn) const;
    Result<> close(JournalEntry& entry, JournalEntry::State state);

    const Endpoints* endpoints_;
    Secret32 key_;
    Address payer_;
    Journal journal_;
    SendOptions options_;
    bool genesis_checked_ = false;
};
} // namespace dmid::chain
