// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/ask_alike.hpp"
#include "model/ens_name.hpp"

#include <string>
#include <variant>

/// Text records of ENS names, as endpoints tell them: no proof, their word (docs/protocol/names.md).
namespace dmid::chain
{
/// The text record that holds the number. ENSIP-5 wants a dot in the keys of services.
inline constexpr std::string_view kNumberKey = "org.dmid.number";
inline constexpr std::size_t kMaxEnsText = 256; ///< bytes of a record that is looked at
/// Bytes of one answer that are looked at: a record, twice wrapped, with room for odd layouts.
inline constexpr std::size_t kMaxEnsAnswer = 4096;
/// How many labels are taken off in the search for a resolver that speaks for names below it (ENSIP-10).
inline constexpr std::size_t kMaxEnsUp = 5;
/// Of one call. A record of the public resolver takes less than a hundredth; resolvers that compute may take
/// more, and none may keep an endpoint busy.
inline constexpr std::uint64_t kEnsGas = 10'000'000;

/// What a name's record says.
struct EnsText
{
    enum class Kind : std::uint8_t
    {
        none,       ///< no resolver, no record, an empty one, or a contract that fails
        text,       ///< `text`
        off_chain,  ///< a server is named that would have to be asked (ERC-3668)
        unreadable, ///< longer than kMaxEnsText, or no text
    };
    Kind kind = Kind::none;
    std::string text{};
    bool operator==(const EnsText&) const = default;
};

/// What came of one eth_call to a contract that is not ours: bytes, or why there are none.
enum class EnsFailure : std::uint8_t
{
    reverted,
    off_chain,
    too_large,
};
using EnsOutcome = std::variant<Bytes, EnsFailure>;

// --- pure ---

/// resolver(bytes32) of the registry; supportsInterface(bytes4) for ENSIP-10; text(bytes32,string);
/// resolve(bytes,bytes) around the same.
Bytes call_resolver(const Hash32& node);
Bytes call_supports_extended();
Bytes call_text(const model::EnsName& name, std::string_view key);
Bytes call_resolve(const model::EnsName& name, std::string_view key);

/// The parameters of one eth_call in the block of this hash.
json::array ens_call_params(const Address& to, const Bytes& data, const Hash32& block);
/// What one eth_call gave. Of an endpoint's refusals those of the contract are told from its own:
/// chain.rpc-error for the latter, chain.bad-answer for what is no answer of the protocol.
Result<EnsOutcome> read_ens_outcome(const RpcOutcome& outcome);
/// The registry's answer; chain.bad-answer where it is not one address: the contract there is no registry.
Result<Address> read_resolver(const EnsOutcome& outcome);
/// Only a clear true is a yes: many contracts answer nothing, or revert.
bool read_supports(const EnsOutcome& outcome) noexcept;
/// The record, directly or with another wrapping around it (ENSIP-10).
EnsText read_text(const EnsOutcome& outcome, bool wrapped);

// --- asking ---

/// The name's record under `key`, in the agreed block, which is named by its hash: the resolver of the name
/// or of a name above it that speaks for it is found in `registry`, then asked. Servers outside of the chain
/// are not followed. Errors of ask_alike(). At most eight calls at each endpoint. The endpoints must outlive
/// the task.
net::Task<Result<Word<EnsText>>> ask_ens_text(const Endpoints& endpoints, Agreement agreement,
                                              Address registry, model::EnsName name, std::string key);
} // namespace dmid::chain
