// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/deploy.hpp"
#include "chain/owner_actions.hpp"
#include "resolve/resolver.hpp"
#include "tool/key_ring.hpp"

#include <memory>

namespace dmid::tool
{
/// The registry of a configuration: config.missing where it names none.
Result<proof::RegistryRef> registry_of(const config::Chain& chain);
/// The ENS registry of a configuration; nothing where names are not looked up. config.value.
Result<std::optional<Address>> ens_registry_of(const config::Config& config);
/// The endpoints of a configuration; the local chain's usual one where it names none.
chain::ChainConfig chain_config_of(const config::Chain& chain);

/// The chain of one run of the program: endpoints, registry, and the payer where something is to be sent.
/// Every call blocks until it is done. Not thread-safe.
class ChainSession
{
public:
    /// config.*; `with_registry` false for commands that need none. Nothing is dialled yet.
    static Result<std::unique_ptr<ChainSession>> open(const Invocation& call, bool with_registry = true);
    ~ChainSession();
    ChainSession(const ChainSession&) = delete;
    ChainSession& operator=(const ChainSession&) = delete;

    const proof::RegistryRef& registry() const noexcept;
    model::Network network() const noexcept { return {registry().chain_id, registry().registry}; }
    const chain::Endpoints& endpoints() const noexcept;

    Result<resolve::Resolution> resolve(const std::string& text, chain::Finality finality);
    /// The number that a name stands for, the rest as in resolve().
    Result<resolve::NameFound> find_name(const std::string& text, chain::Finality finality);
    /// A record by proof, whatever its document says: for its owner, who must be able to replace a bad one.
    /// resolve.not-minted where absence is proven.
    Result<chain::Reading> read(model::Number number);
    /// The hash that the endpoints give the block of this height, and the tier of that word.
    /// chain.no-agreement where no majority gives one hash.
    Result<proof::AgreedBlock> block_at(std::uint64_t height);
    /// Whether an address has sent, holds or is anything, by the word of an endpoint.
    Result<bool> has_history(const Address& address);

    /// Opens the payer's key and journal; before any of the calls below.
    Result<> open_payer(KeyRing& ring);
    const Address& payer() const;
    Result<chain::Deployment> deploy(Bytes creation_code, const Hash32& salt);
    Result<chain::Minted> mint(const std::string& name, const Address& recipient, net::Millis patience);
    Result<chain::TxnReceipt> publish(const Secret32& owner, model::Number number,
                                      chain::Publication publication);
    Result<chain::TxnReceipt> transfer(const Secret32& owner, model::Number number, const Address& to);
    Result<chain::TxnReceipt> transfer_and_publish(const Secret32& owner, const Secret32& recipient,
                                                   model::Number number, chain::Publication publication);
    Result<chain::TxnReceipt> lock_step(const Secret32& owner, model::Number number,
                                        chain::registry::LockStep step);
    /// Sends a ready call to the registry.
    Result<chain::TxnReceipt> send(chain::Intent intent);
    /// The owner's nonce of a number, which signed messages name; by the word of an endpoint.
    Result<std::uint64_t> owner_nonce(model::Number number);

private:
    struct Impl;
    explicit ChainSession(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The two answers that a proof has: the record, or resolve.not-minted.
Result<proof::VerifiedRecord> record_of(const chain::Reading& reading);
} // namespace dmid::tool
