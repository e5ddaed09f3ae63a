// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/endpoints.hpp"
#include "chain/journal.hpp"
#include "chain/log.hpp"
#include "codec/transaction.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace dmid::chain
{
/// Something to be done on the chain exactly once, whatever happens to this process.
struct Intent
{
    Hash32 id;                 ///< names it: the same id is never sent twice
    std::optional<Address> to; ///< absent: creates a contract
    Bytes data;
    codec::U256 value;
    std::string what; ///< for people: "publish 8312 3456 7890 1210"
};

/// What became of a transaction.
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

struct SendOptions
{
    unsigned confirmations = 1;            ///< blocks that hold it, its own included
    net::Millis deadline{120'000};         ///< for the whole send; then chain.not-mined
    net::Millis replace_after{30'000};     ///< without a receipt: the same nonce again, fees up by an eighth
    net::Millis poll{500};                 ///< between two looks at the receipt
    std::uint64_t gas_margin_percent = 20; ///< above the estimate
    codec::U256 max_fee{500'000'000'000ULL}; ///< wei per gas that replacement never passes
};

/// Sends the payer's transactions (EIP-1559). The journal is written before anything leaves, every
/// transaction of an intent has one nonce, and a receipt is only believed after `confirmations` blocks with
/// the same block hash. One send at a time; not thread-safe.
class Sender
{
public:
    /// Opens the journal `<folder>/txns-<chain id>-<payer>.json`; errors of Journal::open().
    static Result<Sender> make(const Endpoints& endpoints, const Secret32& payer_key,
                               const std::filesystem::path& folder, SendOptions options = {});

    const Address& payer() const noexcept { return payer_; }
    const Endpoints& endpoints() const noexcept { return *endpoints_; }

    /// Does it, or goes on from where an earlier run was cut. chain.reverted with the contract's reason
    /// (before anything is sent where the estimate shows it); chain.no-funds naming address and sum;
    /// chain.not-mined at the deadline (call again with the same id); chain.nonce-conflict where another
    /// transaction of the payer took the nonce (a further call starts afresh). On the local chain the payer
    /// is funded by itself.
    net::Task<Result<TxnReceipt>> send(Intent intent);

private:
    struct Fees
    {
        codec::U256 max_fee;
        codec::U256 tip;
    };
    Sender(const Endpoints& endpoints, const Secret32& key, const Address& payer, Journal journal,
           SendOptions options);

    net::Task<Result<JournalEntry>> begin(const Intent& intent);
    net::Task<Result<TxnReceipt>> finish(JournalEntry entry, const Intent& intent);
    net::Task<Result<Fees>> suggest_fees() const;
    net::Task<Result<std::uint64_t>> estimate_gas(const Intent& intent) const;
    net::Task<Result<>> ensure_funds(const codec::U256& needed) const;
    net::Task<Result<std::uint64_t>> nonce(std::string tag) const;
    net::Task<Result<>> replace(JournalEntry& entry);
    net::Task<Result<>> broadcast(Bytes raw) const;
    net::Task<Result<std::optional<TxnReceipt>>> find_receipt(const JournalEntry& entry) const;
    net::Task<Result<bool>> confirmed(const TxnReceipt& receipt) const;
    net::Task<std::string> reason_of(const Intent& intent, const TxnReceipt& receipt) const;
    Result<Bytes> sign(const codec::Transaction& txn) const;

    const Endpoints* endpoints_;
    Secret32 key_;
    Address payer_;
    Journal journal_;
    SendOptions options_;
};
} // namespace dmid::chain
