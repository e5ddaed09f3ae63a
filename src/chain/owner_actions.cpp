// SPDX-License-Identifier: Apache-2.0
#include "chain/owner_actions.hpp"

#include "codec/json.hpp"
#include "crypto/keccak.hpp"
#include "crypto/secp256k1.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dmid::chain
{
namespace
{
// How long a signed message may wait to be mined, in the chain's own time.
constexpr std::uint64_t kSignatureLife = 3600;

bool is_plan_name(std::string_view name)
{
    return !name.empty() && name.size() <= 32 &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

// The same wish in the same state is the same intent, however often the command is run.
Hash32 intent_of(const model::Network& network, model::Number number, const registry::SignedState& state,
                 std::string_view what, const Hash32& content)
{
    crypto::Keccak256 hash;
    hash.update(as_bytes("dmid/owner/")).update(as_bytes(what)).update(network.registry.view());
    for (const auto value : {network.chain_id, number.value(), std::uint64_t{state.epoch},
                             std::uint64_t{state.seq}, state.nonce})
        hash.update(codec::U256{value}.to_word().view());
    return hash.update(content.view()).finish();
}

Result<> check_owner(const Secret32& key, const proof::RecordFields& fields, model::Number number)
{
    DMID_TRY(const auto signer, crypto::address_of(key));
    if (fields.owner != signer)
        return fail(Errc::chain_not_owner,
                    fmt::format("{} belongs to {}; the key is that of {}", number.in_fours(),
                                to_hex0x(fields.owner.view()), to_hex0x(signer.view())));
    return {};
}

// The wish is fulfilled already: an earlier run was cut after its transaction was mined.
TxnReceipt in_force(const proof::RecordFields& fields)
{
    TxnReceipt receipt;
    receipt.success = true;
    receipt.block = fields.published_block;
    return receipt;
}

bool is_published(const proof::RecordFields& fields, const XOnlyKey& key, const Hash32& hash)
{
    return fields.inbox_key == key && fields.document_hash == hash;
}
} // namespace

OwnerActions::OwnerActions(Sender& sender, proof::RegistryRef registry, std::filesystem::path folder,
                           Progress progress)
    : sender_{sender}
    , registry_{registry}
    , folder_{std::move(folder)}
    , progress_{std::move(progress)}
    , reader_{sender.endpoints(), registry}
{
}

net::Task<Result<Minted>> OwnerActions::mint(std::string name, Address recipient, net::Millis patience)
{
    if (!is_plan_name(name))
        co_return fail(Errc::input_usage, "a mint's name is 1 to 32 of a-z, 0-9 and '-'");
    Minter minter{sender_, network(), progress_};
    co_return co_await minter.mint(folder_ / ("mint-" + name + ".json"), recipient, patience);
}

net::Task<Result<std::uint64_t>> OwnerActions::owner_nonce(model::Number number) const
{
    json::object call{{"to", to_hex0x(registry_.registry.view())},
                      {"data", to_hex0x(registry::call_owner_nonce(number))}};
    json::array params{std::move(call), "latest"};
    auto answer = co_await sender_.endpoints().call_any("eth_call", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    const auto word = codec::JsonItem{*answer, "ownerNonce"}.fixed<Hash32>();
    const auto nonce = word ? codec::U256::from_word(*word).to_u64() : std::nullopt;
    if (!nonce)
        co_return fail(Errc::chain_bad_answer, "ownerNonce");
    co_return *nonce;
}

net::Task<Result<OwnerActions::Standing>> OwnerActions::standing(model::Number number)
{
    DMID_CO_TRY(auto agreement, co_await agree_block(sender_.endpoints(), Finality::latest));
    auto read = co_await reader_.read(agreement, number);
    if (!read && may_be_of_another_block(read.error()))
    {
        co_await net::sleep_for(kBetweenBlocks);
        DMID_CO_TRY(agreement, co_await agree_block(sender_.endpoints(), Finality::latest));
        read = co_await reader_.read(agreement, number);
    }
    DMID_CO_TRY(const auto reading, std::move(read));
    const auto* record = std::get_if<proof::VerifiedRecord>(&reading.verified);
    if (record == nullptr)
        co_return fail(Errc::resolve_not_minted, number.in_fours());
    Standing found;
    found.fields = record->fields();
    found.state.epoch = record->epoch();
    found.state.seq = record->seq();
    found.state.deadline = static_cast<std::uint64_t>(agreement.block.timestamp) + kSignatureLife;
    DMID_CO_TRY(found.state.nonce, co_await owner_nonce(number));
    co_return found;
}

net::Task<Result<TxnReceipt>> OwnerActions::send(std::string what, model::Number number,
                                                 registry::SignedState state, Hash32 content, Bytes data)
{
    Intent intent;
    intent.id = intent_of(network(), number, state, what, content);
    intent.to = registry_.registry;
    intent.data = std::move(data);
    intent.what = what + " " + number.in_fours();
    co_return co_await sender_.send(std::move(intent));
}

net::Task<Result<TxnReceipt>> OwnerActions::publish(Secret32 owner, model::Number number,
                                                    Publication publication)
{
    DMID_CO_TRY(const auto found, co_await standing(number));
    DMID_CO_TRY(check_owner(owner, found.fields, number));
    const auto& state = found.state;
    const auto hash = crypto::keccak256(publication.document);
    if (is_published(found.fields, publication.inbox_key, hash))
        co_return in_force(found.fields);
    const auto digest = registry::publish_digest(network(), number, publication.inbox_key, hash, state);
    DMID_CO_TRY(const auto signature, crypto::sign_ecdsa(digest, owner));
    auto data = registry::call_publish_signed(number, publication.inbox_key, publication.document,
                                              state.deadline, signature);
    const auto content = crypto::keccak256_pair(publication.inbox_key.view(), hash.view());
    co_return co_await send("publish", number, state, content, std::move(data));
}

net::Task<Result<TxnReceipt>> OwnerActions::transfer(Secret32 owner, model::Number number, Address to)
{
    DMID_CO_TRY(const auto found, co_await standing(number));
    if (found.fields.owner == to)
        co_return in_force(found.fields);
    DMID_CO_TRY(check_owner(owner, found.fields, number));
    const auto& state = found.state;
    const auto digest = registry::transfer_digest(network(), number, to, state);
    DMID_CO_TRY(const auto signature, crypto::sign_ecdsa(digest, owner));
    auto data = registry::call_transfer_signed(number, to, state.deadline, signature);
    co_return co_await send("transfer", number, state, crypto::keccak256(to.view()), std::move(data));
}

net::Task<Result<TxnReceipt>> OwnerActions::transfer_and_publish(Secret32 owner, Secret32 recipient,
                                                                 model::Number number,
                                                                 Publication publication)
{
    DMID_CO_TRY(const auto to, crypto::address_of(recipient));
    DMID_CO_TRY(const auto found, co_await standing(number));
    const auto hash = crypto::keccak256(publication.document);
    const auto& key = publication.inbox_key;
    if (found.fields.owner == to && is_published(found.fields, key, hash))
        co_return in_force(found.fields);
    DMID_CO_TRY(check_owner(owner, found.fields, number));
    const auto& state = found.state;
    auto next = state;
    next.epoch = state.epoch + 1;
    const auto owner_digest = registry::transfer_and_publish_digest(network(), number, to, key, hash, state);
    const auto recipient_digest = registry::publish_digest(network(), number, key, hash, next);
    DMID_CO_TRY(const auto by_owner, crypto::sign_ecdsa(owner_digest, owner));
    DMID_CO_TRY(const auto by_recipient, crypto::sign_ecdsa(recipient_digest, recipient));
    auto data = registry::call_transfer_and_publish_signed(number, to, key, publication.document,
                                                           state.deadline, by_owner, by_recipient);
    const auto content = crypto::keccak256_pair(to.view(), hash.view());
    co_return co_await send("transfer and publish", number, state, content, std::move(data));
}

net::Task<Result<TxnReceipt>> OwnerActions::lock_step(Secret32 owner, model::Number number,
                                                      registry::LockStep step)
{
    static constexpr std::array<std::string_view, 4> kWords{"lock", "announce unlock", "execute unlock",
                                                            "cancel unlock"};
    DMID_CO_TRY(const auto found, co_await standing(number));
    DMID_CO_TRY(check_owner(owner, found.fields, number));
    const auto& state = found.state;
    const auto digest = registry::lock_digest(step, network(), number, state);
    DMID_CO_TRY(const auto signature, crypto::sign_ecdsa(digest, owner));
    auto data = registry::call_lock_signed(step, number, state.deadline, signature);
    std::string what{kWords[static_cast<std::size_t>(step)]};
    co_return co_await send(std::move(what), number, state, Hash32{}, std::move(data));
}
} // namespace dmid::chain
