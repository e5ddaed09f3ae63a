// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/minter.hpp"
#include "chain/reader.hpp"
#include "chain/registry_abi.hpp"
#include "chain/sender.hpp"
#include "proof/layout.hpp"

#include <filesystem>
#include <string>

namespace dmid::chain
{
/// A document to publish: canonical bytes and the inbox key that they name.
struct Publication
{
    XOnlyKey inbox_key;
    Bytes document;
};

/// What an owner does on the chain. The payer sends, the owner's key only signs. Every operation can be cut
/// at any point and called again with the same arguments: it goes on, and nothing is mined twice. What is in
/// force already (the same document, the same new owner) gives a receipt without a transaction hash. Only an
/// unlock that was announced and cut before the answer is announced anew, which starts its delay again. Each
/// first reads the record by proof, so that a lying endpoint cannot have another state signed.
/// chain.not-owner where the key does not own the number; resolve.not-minted; errors of Sender and
/// RecordReader otherwise. One operation at a time; not thread-safe.
class OwnerActions
{
public:
    /// `folder` keeps the progress of mints, one file each.
    OwnerActions(Sender& sender, proof::RegistryRef registry, std::filesystem::path folder,
                 Progress progress = {});

    /// Mints to `recipient`. `name` tells several mints apart (1 … 32 of a-z, 0-9 and '-'; input.usage
    /// otherwise); see Minter::mint().
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
        registry::SignedState state; // what the owner signs over; proven but for the nonce
    };
    net::Task<Result<Standing>> standing(model::Number number);
    net::Task<Result<std::uint64_t>> owner_nonce(model::Number number) const;
    net::Task<Result<TxnReceipt>> send(std::string what, model::Number number, registry::SignedState state,
                                       Hash32 content, Bytes data);
    model::Network network() const noexcept { return {registry_.chain_id, registry_.registry}; }

    Sender& sender_;
    proof::RegistryRef registry_;
    std::filesystem::path folder_;
    Progress progress_;
    RecordReader reader_;
};
} // namespace dmid::chain
