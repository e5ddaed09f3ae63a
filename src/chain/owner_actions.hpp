// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/reader.hpp"
#include "chain/registry_abi.hpp"
#include "chain/sender.hpp"
#include "proof/layout.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace dmid::chain
{
/// What a mint gave.
struct Minted
{
    model::Number number;
    Address recipient;
    std::uint64_t block = 0;
};

/// A document to publish: canonical bytes and the inbox key that they name.
struct Publication
{
    XOnlyKey inbox_key;
    Bytes document;
};

/// Called with a few words for people at each step: "committed in block 12; waiting for block 14".
using Progress = std::function<void(std::string)>;

/// What an owner does on the chain. The payer sends, the owner's key only signs. Every operation can be cut
/// at any point and called again with the same arguments: it goes on, and nothing happens twice. Each first
/// reads the record by proof, so that a lying endpoint cannot have another state signed. chain.not-owner
/// where the key does not own the number; resolve.not-minted; errors of Sender and RecordReader otherwise.
/// One operation at a time; not thread-safe.
class OwnerActions
{
public:
    /// `folder` keeps the progress of mints (0600: the secret is in it until the number is minted).
    OwnerActions(Sender& sender, proof::RegistryRef registry, std::filesystem::path folder,
                 Progress progress = {});

    /// Commit, wait two blocks, mint to `recipient`. `name` tells several mints apart ([a-z0-9-], 1 … 32);
    /// a finished one gives its number again without sending anything. A commitment that died (256 blocks)
    /// is replaced. chain.not-mined after `patience` without the blocks.
    net::Task<Result<Minted>> mint(std::string name, Address recipient, net::Millis patience);

    net::Task<Result<TxnReceipt>> publish(Secret32 owner, model::Number number, Publication publication);
    net::Task<Result<TxnReceipt>> transfer(Secret32 owner, model::Number number, Address to);
    /// The recipient's key signs the publication for the new epoch.
    net::Task<Result<TxnReceipt>> transfer_and_publish(Secret32 owner, Secret32 recipient,
                                                       model::Number number, Publication publication);
    /// Lock, or announce, execute or cancel an unlock.
    net::Task<Result<TxnReceipt>> lock_step(Secret32 owner, model::Number number, registry::LockStep step);

private:
    struct Standing
    {
        proof::RecordFields fields;
        registry::SignedState state;
    };
    struct MintPlan;

    net::Task<Result<Standing>> standing(const Secret32& owner, model::Number number);
    net::Task<Result<std::uint64_t>> owner_nonce(model::Number number);
    net::Task<Result<Bytes>> view(Bytes data, std::string block);
    net::Task<Result<TxnReceipt>> send(std::string what, Bytes intent, Bytes data);
    net::Task<Result<>> commit(MintPlan& plan, net::Millis patience);
    net::Task<Result<Minted>> redeem(MintPlan& plan);
    net::Task<Result<model::Number>> find_minted(const MintPlan& plan);
    void say(std::string words) const;
    model::Network network() const noexcept { return {registry_.chain_id, registry_.registry}; }

    Sender& sender_;
    proof::RegistryRef registry_;
    std::filesystem::path folder_;
    Progress progress_;
    RecordReader reader_;
};
} // namespace dmid::chain
