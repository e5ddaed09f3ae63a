// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/sender.hpp"
#include "proof/layout.hpp"

namespace dmid::chain
{
/// A registry that was deployed.
struct Deployment
{
    proof::RegistryRef ref;
    std::uint64_t block = 0; ///< where its events begin
};

/// The creation code of a file of hex (contracts/abi/DmidRegistry.bin). input.file, codec.syntax.
Result<Bytes> load_bytecode(const std::filesystem::path& file);

/// Deploys a registry. `salt` tells several deployments of one payer apart; the same one is deployed once.
/// The runtime code is read back: proof.code-hash where it is not `expected` (zero: not checked, and what was
/// found is in the ref).
net::Task<Result<Deployment>> deploy_registry(Sender& sender, Bytes creation_code, const Hash32& expected,
                                              const Hash32& salt);

/// keccak-256 of the code at an address, by the word of an endpoint. proof.account-absent where there is
/// none.
net::Task<Result<Hash32>> fetch_code_hash(const Endpoints& endpoints, const Address& address);
} // namespace dmid::chain
