// SPDX-License-Identifier: Apache-2.0
#include "chain/minter.hpp"

#include "chain/registry_abi.hpp"
#include "chain/registry_events.hpp"
#include "codec/abi.hpp"
#include "codec/json.hpp"
#include "crypto/keccak.hpp"
#include "keys/random.hpp"

#include <fmt/format.h>

namespace dmid::chain
{
namespace
{
// The registry's window: mint is valid in blocks c + 2 … c + 256.
constexpr std::uint64_t kFirst = 2;
constexpr std::uint64_t kLast = 256;
constexpr std::uint64_t kMargin = 4; // blocks that a transaction may take to be included
constexpr net::Millis kPoll{300};

Hash32 intent_of(std::string_view tag, const Hash32& commitment)
{
    crypto::Keccak256 hash;
    return hash.update(as_bytes(tag)).update(commitment.view()).finish();
}

// The mint among the logs of a transaction or a range: a Transfer from nobody to the recipient.
std::optional<Minted> mint_among(const std::vector<Log>& logs, const Address& registry,
                                 const Address& recipient)
{
    for (const auto& log : logs)
    {
        if (log.address != registry)
            continue;
        const auto event = registry::decode_event(log);
        const auto* transfer = event ? std::get_if<registry::TransferEvent>(&*event) : nullptr;
        if (transfer != nullptr && transfer->from.is_zero() && transfer->to == recipient)
            return Minted{transfer->number, recipient, log.block};
    }
    return std::nullopt;
}
} // namespace

void Minter::say(std::string words) const
{
    if (progress_)
        progress_(std::move(words));
}

Result<MintPlan> Minter::open_plan(const std::filesystem::path& file, const Address& recipient) const
{
    DMID_TRY(auto plan, load_mint_plan(file));
    if (plan && (plan->network != network_ || plan->recipient != recipient))
        return fail(Errc::input_usage, file.string() + " is a mint for another registry or recipient");
    if (plan)
        return *std::move(plan);
    MintPlan fresh;
    fresh.network = network_;
    fresh.recipient = recipient;
    fresh.secret = keys::random_secret();
    DMID_TRY(save_mint_plan(file, fresh));
    return fresh;
}

net::Task<Result<Minter::Commitment>> Minter::look_up(const MintPlan& plan) const
{
    static const auto types = codec::parse_abi_types("(uint64,bool)").value();
    json::object call{{"to", to_hex0x(network_.registry.view())},
                      {"data", to_hex0x(registry::call_commitment_of(plan.commitment()))}};
    json::array params{std::move(call), "latest"};
    auto answer = co_await sender_.endpoints().call_any("eth_call", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    const auto data = codec::JsonItem{*answer, "commitmentOf"}.data();
    if (!data)
        co_return fail(Errc::chain_bad_answer, data.error().context);
    const auto values = codec::decode_abi(types, *data);
    if (!values)
        co_return fail(Errc::chain_bad_answer, "commitmentOf: is there a registry at this address?");
    co_return Commitment{(*values)[0].if_number()->low64(), *(*values)[1].if_bool()};
}

net::Task<Result<std::uint64_t>> Minter::head() const
{
    auto answer = co_await sender_.endpoints().call_any("eth_blockNumber", json::array{});
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    const auto number = codec::JsonItem{*answer, "eth_blockNumber"}.quantity();
    if (!number)
        co_return fail(Errc::chain_bad_answer, number.error().context);
    co_return *number;
}

net::Task<Result<TxnReceipt>> Minter::send(const MintPlan& plan, std::string what, std::string tag,
                                           Bytes data)
{
    Intent intent;
    intent.id = intent_of(tag, plan.commitment());
    intent.to = network_.registry;
    intent.data = std::move(data);
    intent.what = std::move(what);
    co_return co_await sender_.send(std::move(intent));
}

net::Task<Result<Minted>> Minter::find(const MintPlan& plan, std::uint64_t committed) const
{
    json::object filter{{"address", to_hex0x(network_.registry.view())},
                        {"fromBlock", codec::to_quantity(committed)},
                        {"toBlock", codec::to_quantity(committed + kLast)}};
    json::array params{std::move(filter)};
    auto answer = co_await sender_.endpoints().call_any("eth_getLogs", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    const auto logs = parse_logs(codec::JsonItem{*answer, "logs"});
    if (!logs)
        co_return fail(Errc::chain_bad_answer, logs.error().context);
    const auto minted = mint_among(*logs, network_.registry, plan.recipient);
    if (!minted)
        co_return fail(Errc::chain_bad_answer, "the mint is on the chain but its event is not given");
    co_return *minted;
}

net::Task<Result<Minted>> Minter::redeem(MintPlan& plan, std::uint64_t committed)
{
    auto receipt = co_await send(plan, "mint", "dmid/mint", registry::call_mint(plan.recipient, plan.secret));
    if (receipt)
    {
        const auto minted = mint_among(receipt->logs, network_.registry, plan.recipient);
        if (minted)
            co_return *minted;
        co_return fail(Errc::chain_bad_answer, "the receipt of a mint has no mint in it");
    }
    // Somebody else may have redeemed it for us: anyone who sees the secret can, to the same recipient only.
    DMID_CO_TRY(const auto now, co_await look_up(plan));
    if (now.minted)
        co_return co_await find(plan, committed);
    co_return tl::unexpected<Error>(std::move(receipt).error());
}

net::Task<Result<Minted>> Minter::mint(std::filesystem::path plan_file, Address recipient,
                                       net::Millis patience)
{
    const auto until = net::deadline_in(patience);
    DMID_CO_TRY(auto plan, open_plan(plan_file, recipient));
    while (!plan.number)
    {
        DMID_CO_TRY(const auto commitment, co_await look_up(plan));
        DMID_CO_TRY(const auto block, co_await head());
        if (commitment.block == 0)
        {
            say("committing");
            DMID_CO_TRY(
                co_await send(plan, "commit", "dmid/commit", registry::call_commit(plan.commitment())));
        }
        else if (!commitment.minted && block + kMargin > commitment.block + kLast)
        {
            say("the commitment has lapsed; a new one is made");
            plan.secret = keys::random_secret();
            DMID_CO_TRY(save_mint_plan(plan_file, plan));
        }
        else if (commitment.minted || block >= commitment.block + kFirst)
        {
            Result<Minted> minted = fail(Errc::internal_bug);
            if (commitment.minted)
                minted = co_await find(plan, commitment.block);
            else
                minted = co_await redeem(plan, commitment.block);
            if (!minted)
                co_return tl::unexpected<Error>(std::move(minted).error());
            plan.number = minted->number;
            plan.block = minted->block;
            DMID_CO_TRY(save_mint_plan(plan_file, plan));
        }
        else
        {
            say(fmt::format("committed in block {}; waiting for block {}, now at {}", commitment.block,
                            commitment.block + kFirst, block));
            if (std::chrono::steady_clock::now() >= until)
                co_return fail(Errc::chain_not_mined, "the chain has not moved on since the commitment");
            co_await net::sleep_for(kPoll);
        }
    }
    co_return Minted{*plan.number, plan.recipient, plan.block};
}
} // namespace dmid::chain
