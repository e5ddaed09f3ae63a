// SPDX-License-Identifier: Apache-2.0
#include "gateway/stages.hpp"
#include "gateway/wallet_words.hpp"

#include <fmt/format.h>

namespace dmid::gateway
{
std::string contract_words(const chain::WalletWord& word)
{
    const auto who = word.block.tier == proof::Tier::t3   ? std::string{"a verifying endpoint"}
                     : word.block.tier == proof::Tier::t1 ? std::string{"the one endpoint"}
                                                          : fmt::format("{} endpoints", word.agreeing);
    return fmt::format("signed by its contract, by the word of {} at block {}", who, word.block.number);
}

net::Task<Refusal> ask_contract(Context& context, Arrival& arrival)
{
    if (!arrival.asks_contract)
        co_return std::nullopt;
    const auto& named = *arrival.signed_text->signer;
    auto signature = codec::unwrap_signature(named.signature);
    if (!signature)
        co_return refuse(signature.error());
    // Every question costs the node a call at each endpoint, and strangers ask as they like.
    if (!context.contract_calls->take(arrival.in.source, arrival.now))
        co_return refuse(Errc::policy_rate_limited, "too many signatures of contracts in a short time");
    const auto word =
        co_await context.resolver.ask_wallet(named.address, arrival.promised, *std::move(signature));
    // Whoever could not be asked said nothing, neither yes nor no.
    if (!word)
    {
        note(context, "contract-unasked envelope=" + to_hex(arrival.id.view()) +
                          " code=" + std::string{name(word.error().code)});
        co_return refuse(Errc::chain_no_agreement, "the signer's contract cannot be asked at present");
    }
    if (!word->yes)
        co_return refuse(Errc::crypto_signature_invalid,
                         "neither a key nor a contract of that address signed");
    arrival.marks.push_back(contract_words(*word));
    co_return std::nullopt;
}
} // namespace dmid::gateway
