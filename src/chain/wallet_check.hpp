// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/agree.hpp"
#include "codec/wallet_signature.hpp"

namespace dmid::chain
{
/// What a wallet's contract said of a signature, as endpoints tell it: no proof, their word.
struct WalletWord
{
    bool yes = false;
    proof::AgreedBlock block; ///< in whose state it was asked
    unsigned agreeing = 0;    ///< endpoints that gave this answer
};

/// Gas of the whole call: factory 5,000,000, twice the wallet 2,000,000, and what the node's own code and the
/// call data take (contracts/src/WalletCheck.sol).
inline constexpr std::uint64_t kWalletCheckGas = 12'000'000;

/// The parameters of the one `eth_call` that asks. A pure function.
Result<json::array> wallet_check_params(const Address& wallet, const Hash32& digest,
                                        const codec::ContractSignature& signature, const Hash32& block);
/// What it answered: yes or no. chain.bad-answer for anything but one word of 0 or 1: the code that runs
/// there gives nothing else, whatever the contracts do that it calls.
Result<bool> read_wallet_check(const json::value& answer);

/// Asks the contract at `wallet` whether it signed (ERC-1271, and ERC-6492 where the signature says how it is
/// deployed), in the agreed block, which is named by its hash. As many endpoints as had to agree on the block
/// must give the same answer: chain.no-agreement where they do not, the first endpoint's error where too few
/// answer. An endpoint that fails is never a no. The endpoints must outlive the task.
net::Task<Result<WalletWord>> ask_wallet(const Endpoints& endpoints, Agreement agreement, Address wallet,
                                         Hash32 digest, codec::ContractSignature signature);
} // namespace dmid::chain
