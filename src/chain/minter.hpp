// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/mint_plan.hpp"
#include "chain/sender.hpp"

#include <functional>
#include <string>

namespace dmid::chain
{
/// Called with a few words for people at each step: "committed in block 12; waiting for block 14".
using Progress = std::function<void(std::string)>;

/// What a mint gave.
struct Minted
{
    model::Number number;
    Address recipient;
    std::uint64_t block = 0;
};

/// Commit, wait two blocks, mint: contracts/src/IDmidRegistry.sol, "allotment". Cut anywhere and called again
/// with the same plan file, it goes on. The payer sends; the recipient is bound in the commitment.
class Minter
{
public:
    Minter(Sender& sender, model::Network network, Progress progress = {})
        : sender_{sender}
        , network_{network}
        , progress_{std::move(progress)}
    {
    }

    /// Mints one number to `recipient`; a plan that is finished gives its number again and sends nothing. A
    /// plan for another registry or recipient is input.usage. A commitment that died (256 blocks) is replaced
    /// by a new one. chain.not-mined where the blocks do not come within `patience`; errors of Sender.
    net::Task<Result<Minted>> mint(std::filesystem::path plan_file, Address recipient, net::Millis patience);

private:
    struct Commitment
    {
        std::uint64_t block = 0; ///< 0: not stored
        bool minted = false;
    };
    Result<MintPlan> open_plan(const std::filesystem::path& file, const Address& recipient) const;
    net::Task<Result<Commitment>> look_up(const MintPlan& plan) const;
    net::Task<Result<std::uint64_t>> head() const;
    net::Task<Result<TxnReceipt>> send(const MintPlan& plan, std::string what, std::string tag, Bytes data);
    net::Task<Result<Minted>> redeem(MintPlan& plan, std::uint64_t committed);
    net::Task<Result<Minted>> find(const MintPlan& plan, std::uint64_t committed) const;
    void say(std::string words) const;

    Sender& sender_;
    model::Network network_;
    Progress progress_;
};
} // namespace dmid::chain
