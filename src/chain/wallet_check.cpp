// SPDX-License-Identifier: Apache-2.0
#include "chain/wallet_check.hpp"

#include "chain/ask_alike.hpp"
#include "chain/wallet_check_code.hpp"
#include "codec/abi.hpp"
#include "codec/json.hpp"

namespace dmid::chain
{
namespace
{
/// Nobody's address. The zero address would do for an eth_call, but some contracts take it for the sign that
/// they are only simulated, and then say yes to everything.
constexpr std::string_view kAsker = "0xd31d000000000000000000000000000000001271";
constexpr std::size_t kWord = 32;

net::Task<Result<bool>> ask_one(Endpoint& endpoint, json::array params)
{
    auto answer = co_await endpoint.call("eth_call", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    const auto said = read_wallet_check(*answer);
    if (!said)
        co_return endpoint.blame(said.error());
    co_return *said;
}
} // namespace

Result<json::array> wallet_check_params(const Address& wallet, const Hash32& digest,
                                        const codec::ContractSignature& signature, const Hash32& block)
{
    const auto first = signature.first.value_or(codec::FirstCall{});
    DMID_TRY(const auto types, codec::parse_abi_types("(address,bytes32,bytes,address,bytes)"));
    DMID_TRY(const auto arguments,
             codec::encode_abi(types, {wallet, digest, signature.signature, first.target, first.data}));
    json::object call{{"from", kAsker},
                      {"gas", codec::to_quantity(kWalletCheckGas)},
                      {"data", "0x" + std::string{kWalletCheckCode} + to_hex(arguments)}};
    // By its hash: an endpoint on another fork has to say that it does not know the block.
    return json::array{std::move(call), json::object{{"blockHash", to_hex0x(block.view())}}};
}

Result<bool> read_wallet_check(const json::value& answer)
{
    DMID_TRY(const auto word, codec::JsonItem(answer, "eth_call").data(kWord));
    Hash32 yes{};
    yes.bytes.back() = 1;
    const auto said = Hash32::from(word);
    if (!said || (!said->is_zero() && *said != yes))
        return fail(Errc::chain_bad_answer, "eth_call: not the answer of the code that was sent");
    return *said == yes;
}

net::Task<Result<WalletWord>> ask_wallet(const Endpoints& endpoints, Agreement agreement, Address wallet,
                                         Hash32 digest, codec::ContractSignature signature)
{
    DMID_CO_TRY(const auto params, wallet_check_params(wallet, digest, signature, agreement.block.hash));
    const auto ask = [&params](Endpoint& endpoint) { return ask_one(endpoint, params); };
    auto word = co_await ask_alike<bool>(endpoints, std::move(agreement), ask, "a wallet's signature");
    if (!word)
        co_return tl::unexpected<Error>(std::move(word).error());
    co_return WalletWord{word->said, word->block, word->agreeing};
}
} // namespace dmid::chain
