// SPDX-License-Identifier: Apache-2.0
#include "chain/ens_names.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "codec/abi.hpp"
#include "codec/json.hpp"

#include <algorithm>
#include <array>

namespace dmid::chain
{
namespace
{
/// Interface of ENSIP-10: resolve(bytes,bytes).
constexpr std::array<std::uint8_t, 4> kExtended{0x90, 0x61, 0xb9, 0x23};
/// OffchainLookup(address,string[],bytes,bytes4,bytes) of ERC-3668.
constexpr std::array<std::uint8_t, 4> kOffchainLookup{0x55, 0x6f, 0x18, 0x30};
constexpr std::int64_t kReverted = 3; ///< JSON-RPC code that go-ethereum gave reverts, and others took over

/// Signatures and types of ours, which fit.
Bytes call_of(std::string_view signature, const codec::AbiValue::List& arguments)
{
    return codec::encode_call(signature, arguments).value_or(Bytes{});
}

bool begins_with(ByteView data, const std::array<std::uint8_t, 4>& front) noexcept
{
    return data.size() >= front.size() && std::equal(front.begin(), front.end(), data.begin());
}

/// What contracts do to a call, in the words of the clients there are: it is their answer, alike everywhere.
bool is_contracts_failure(const RpcRefusal& refusal)
{
    if (refusal.code == kReverted || !refusal.data.empty())
        return true;
    const auto words = ascii_lower(refusal.message);
    const auto has = [&](std::string_view part) { return words.find(part) != std::string::npos; };
    return has("revert") || has("opcode") || has("out of gas") || has("outofgas");
}

Result<Bytes> only_value(std::string_view types, ByteView data)
{
    DMID_TRY(const auto parsed, codec::parse_abi_types(types));
    DMID_TRY(const auto values, codec::decode_abi(parsed, data, codec::AbiLayout::foreign, 8));
    if (const auto* text = values.front().if_text())
        return to_bytes(as_bytes(*text));
    if (const auto* bytes = values.front().if_bytes())
        return *bytes;
    return fail(Errc::codec_type, "neither text nor bytes");
}

net::Task<Result<EnsOutcome>> ens_call(Endpoint& endpoint, Address to, Bytes data, Hash32 block)
{
    RpcCall call{"eth_call", ens_call_params(to, data, block)};
    auto outcome = co_await endpoint.ask(std::move(call));
    if (!outcome)
        co_return tl::unexpected<Error>(std::move(outcome).error());
    auto read = read_ens_outcome(*outcome);
    if (!read)
        co_return endpoint.blame(read.error());
    co_return read;
}

/// The resolver, and how many labels above the name it stands; the zero address where there is none.
struct FoundResolver
{
    Address address{};
    std::size_t up = 0;
};

net::Task<Result<FoundResolver>> find_resolver(Endpoint& endpoint, Address registry, model::EnsName name,
                                               Hash32 block)
{
    FoundResolver found;
    const auto most = std::min(name.labels().size() - 1, kMaxEnsUp);
    for (; found.up <= most; ++found.up)
    {
        auto asked = call_resolver(name.node_above(found.up));
        auto outcome = co_await ens_call(endpoint, registry, std::move(asked), block);
        if (!outcome)
            co_return tl::unexpected<Error>(std::move(outcome).error());
        auto resolver = read_resolver(*outcome);
        if (!resolver)
            co_return endpoint.blame(resolver.error());
        found.address = *resolver;
        if (!found.address.is_zero())
            break;
    }
    co_return found;
}

net::Task<Result<EnsText>> ask_one_for_text(Endpoint& endpoint, Address registry, model::EnsName name,
                                            std::string key, Hash32 block)
{
    auto found = co_await find_resolver(endpoint, registry, name, block);
    if (!found)
        co_return tl::unexpected<Error>(std::move(found).error());
    EnsText nothing;
    if (found->address.is_zero())
        co_return nothing;
    auto supports = co_await ens_call(endpoint, found->address, call_supports_extended(), block);
    if (!supports)
        co_return tl::unexpected<Error>(std::move(supports).error());
    const bool extended = read_supports(*supports);
    // A resolver above speaks for the names below it only where it says so.
    if (!extended && found->up > 0)
        co_return nothing;
    auto data = extended ? call_resolve(name, key) : call_text(name, key);
    auto outcome = co_await ens_call(endpoint, found->address, std::move(data), block);
    if (!outcome)
        co_return tl::unexpected<Error>(std::move(outcome).error());
    co_return read_text(*outcome, extended);
}
} // namespace

Bytes call_resolver(const Hash32& node)
{
    return call_of("resolver(bytes32)", {node});
}

Bytes call_supports_extended()
{
    return call_of("supportsInterface(bytes4)", {Bytes(kExtended.begin(), kExtended.end())});
}

Bytes call_text(const model::EnsName& name, std::string_view key)
{
    return call_of("text(bytes32,string)", {name.node(), std::string{key}});
}

Bytes call_resolve(const model::EnsName& name, std::string_view key)
{
    return call_of("resolve(bytes,bytes)", {name.dns_encoded(), call_text(name, key)});
}

json::array ens_call_params(const Address& to, const Bytes& data, const Hash32& block)
{
    json::object call{
        {"to", to_hex0x(to.view())}, {"gas", codec::to_quantity(kEnsGas)}, {"data", to_hex0x(data)}};
    // By its hash: an endpoint on another fork has to say that it does not know the block.
    return json::array{std::move(call), json::object{{"blockHash", to_hex0x(block.view())}}};
}

Result<EnsOutcome> read_ens_outcome(const RpcOutcome& outcome)
{
    if (const auto* refusal = std::get_if<RpcRefusal>(&outcome))
    {
        if (begins_with(refusal->data, kOffchainLookup))
            return EnsOutcome{EnsFailure::off_chain};
        if (is_contracts_failure(*refusal))
            return EnsOutcome{EnsFailure::reverted};
        return fail(Errc::chain_rpc_error, "eth_call: " + refusal->message);
    }
    auto data = codec::JsonItem(std::get<json::value>(outcome), "eth_call").data(kMaxEnsAnswer);
    if (data)
        return EnsOutcome{*std::move(data)};
    // Contracts may answer at any length; only what is no answer at all is the endpoint's.
    if (data.error().code == Errc::codec_range || data.error().code == Errc::codec_too_large)
        return EnsOutcome{EnsFailure::too_large};
    return tl::unexpected<Error>(std::move(data).error());
}

Result<Address> read_resolver(const EnsOutcome& outcome)
{
    const auto* data = std::get_if<Bytes>(&outcome);
    if (data == nullptr || data->size() != 32 ||
        std::any_of(data->begin(), data->begin() + 12, [](std::uint8_t byte) { return byte != 0; }))
        return fail(Errc::chain_bad_answer, "resolver: no answer of an ENS registry");
    return Address::from(ByteView{*data}.subspan(12));
}

bool read_supports(const EnsOutcome& outcome) noexcept
{
    const auto* data = std::get_if<Bytes>(&outcome);
    return data != nullptr && data->size() == 32 && data->back() == 1 &&
           std::all_of(data->begin(), data->end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

EnsText read_text(const EnsOutcome& outcome, bool wrapped)
{
    const auto* failure = std::get_if<EnsFailure>(&outcome);
    if (failure != nullptr && *failure == EnsFailure::off_chain)
        return {EnsText::Kind::off_chain};
    if (failure != nullptr)
        return {*failure == EnsFailure::reverted ? EnsText::Kind::none : EnsText::Kind::unreadable};
    Result<Bytes> data = std::get<Bytes>(outcome);
    if (wrapped && !data->empty())
        data = only_value("(bytes)", *data);
    // No contract at the address, or a resolver that knows nothing: an empty answer.
    if (data && data->empty())
        return {};
    if (data)
        data = only_value("(string)", *data);
    if (!data || data->size() > kMaxEnsText || !is_utf8(as_text(*data)))
        return {EnsText::Kind::unreadable};
    if (data->empty())
        return {};
    return {EnsText::Kind::text, std::string{as_text(*data)}};
}

net::Task<Result<Word<EnsText>>> ask_ens_text(const Endpoints& endpoints, Agreement agreement,
                                              Address registry, model::EnsName name, std::string key)
{
    const auto about = "the name " + name.text();
    const auto block = agreement.block.hash;
    const auto ask = [registry, &name, &key, block](Endpoint& endpoint)
    { return ask_one_for_text(endpoint, registry, name, key, block); };
    auto word = co_await ask_alike<EnsText>(endpoints, std::move(agreement), ask, about);
    co_return word;
}
} // namespace dmid::chain
