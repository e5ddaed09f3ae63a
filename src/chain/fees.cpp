// SPDX-License-Identifier: Apache-2.0
#include "chain/fees.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dmid::chain
{
using codec::U256;
namespace
{
constexpr std::uint64_t kMinTip = 10'000'000; // 0.01 gwei: cheap rollups take far less than mainnet
constexpr std::uint64_t kWeiPerGwei = 1'000'000'000;
constexpr int kBlocks = 10;
constexpr std::size_t kEtherDecimals = 18;

// Saturates: a fee that no longer fits is refused by everyone anyway.
U256 add(const U256& a, const U256& b)
{
    return a.plus(b).value_or(U256::max());
}

U256 up_by_an_eighth(const U256& fee)
{
    return add(add(fee, fee.divided(8).first), U256{1});
}

// A thousand ether on a chain of our own: anvil's way first, then an unlocked account.
net::Task<Result<>> fund_locally(const Endpoints& endpoints, Address payer)
{
    const auto thousand = U256{1000 * kWeiPerGwei}.times(kWeiPerGwei).value_or(U256{});
    json::array set{to_hex0x(payer.view()), thousand.to_quantity()};
    auto done = co_await endpoints.call_any("anvil_setBalance", std::move(set));
    if (done)
        co_return Result<>{};
    auto accounts = co_await endpoints.call_any("eth_accounts", json::array{});
    if (!accounts || !accounts->is_array() || accounts->get_array().empty())
        co_return fail(Errc::chain_no_funds, "the local chain has no unlocked account");
    json::object gift{{"from", accounts->get_array()[0]},
                      {"to", to_hex0x(payer.view())},
                      {"value", U256{10 * kWeiPerGwei}.times(kWeiPerGwei).value_or(U256{}).to_quantity()}};
    json::array params{std::move(gift)};
    auto sent = co_await endpoints.call_any("eth_sendTransaction", std::move(params));
    if (!sent)
        co_return tl::unexpected<Error>(std::move(sent).error());
    co_await net::sleep_for(net::Millis{1500}); // until a block holds it
    co_return Result<>{};
}

net::Task<Result<U256>> balance_of(const Endpoints& endpoints, Address payer)
{
    json::array params{to_hex0x(payer.view()), "latest"};
    auto answer = co_await endpoints.call_any("eth_getBalance", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    auto balance = codec::JsonItem{*answer, "balance"}.quantity256();
    if (!balance)
        co_return fail(Errc::chain_bad_answer, balance.error().context);
    co_return *balance;
}
} // namespace

Result<Fees> fees_of(const codec::JsonItem& history)
{
    DMID_TRY(const auto bases_item, history.field("baseFeePerGas"));
    DMID_TRY(const auto bases, bases_item.array(kBlocks + 1));
    if (bases.empty())
        return bases_item.refuse(Errc::codec_range, "is empty");
    DMID_TRY(const auto next_base, bases.back().quantity256());
    std::vector<U256> tips;
    if (const auto rewards = history.optional("reward"); rewards)
    {
        DMID_TRY(const auto blocks, rewards->array(kBlocks));
        for (const auto& block : blocks)
        {
            DMID_TRY(const auto percentiles, block.array(1));
            if (percentiles.empty())
                continue;
            DMID_TRY(const auto tip, percentiles.front().quantity256());
            tips.push_back(tip);
        }
    }
    std::sort(tips.begin(), tips.end());
    const U256 median = tips.empty() ? U256{kMinTip} : tips[tips.size() / 2];
    Fees fees;
    fees.tip = std::max(median, U256{kMinTip});
    fees.max_fee = add(add(next_base, next_base), fees.tip);
    return fees;
}

net::Task<Result<Fees>> suggest_fees(const Endpoints& endpoints)
{
    json::array median{50};
    json::array params{codec::to_quantity(kBlocks), "latest", std::move(median)};
    auto answer = co_await endpoints.call_any("eth_feeHistory", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    auto fees = fees_of(codec::JsonItem{*answer, "eth_feeHistory"});
    if (!fees)
        co_return fail(Errc::chain_bad_answer, fees.error().context);
    co_return *fees;
}

Fees raise_fees(const Fees& present, const Fees& suggested)
{
    return {std::max(up_by_an_eighth(present.max_fee), suggested.max_fee),
            std::max(up_by_an_eighth(present.tip), suggested.tip)};
}

net::Task<Result<>> ensure_funds(const Endpoints& endpoints, Address payer, U256 needed)
{
    auto balance = co_await balance_of(endpoints, payer);
    if (balance && *balance < needed && endpoints.chain_id() == kLocalChain)
    {
        auto funded = co_await fund_locally(endpoints, payer);
        if (!funded)
            co_return tl::unexpected<Error>(std::move(funded).error());
        balance = co_await balance_of(endpoints, payer);
    }
    if (!balance)
        co_return tl::unexpected<Error>(std::move(balance).error());
    if (const auto missing = needed.minus(*balance); missing && !missing->is_zero())
        co_return fail(Errc::chain_no_funds,
                       fmt::format("payer {} has {} and needs {}: send {} on chain {}",
                                   to_hex0x(payer.view()), in_ether(*balance), in_ether(needed),
                                   in_ether(*missing), endpoints.chain_id()));
    co_return Result<>{};
}

std::string in_ether(const U256& wei)
{
    auto digits = wei.to_decimal();
    if (digits.size() <= kEtherDecimals)
        digits.insert(0, kEtherDecimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - kEtherDecimals, 1, '.');
    while (digits.back() == '0')
        digits.pop_back();
    if (digits.back() == '.')
        digits.pop_back();
    return digits + " ether";
}
} // namespace dmid::chain
