// SPDX-License-Identifier: Apache-2.0
#include "chain/registry_abi.hpp"

#include "codec/abi.hpp"
#include "crypto/keccak.hpp"

#include <fmt/format.h>

namespace dmid::chain::registry
{
using codec::AbiValue;
using codec::U256;
namespace
{
constexpr std::string_view kCommit = "commit(bytes32)";
constexpr std::string_view kMint = "mint(address,bytes32)";
constexpr std::string_view kCommitmentOf = "commitmentOf(bytes32)";
constexpr std::string_view kOwnerNonce = "ownerNonce(uint256)";
constexpr std::string_view kLockState = "lockState(uint256)";
constexpr std::string_view kPublishSigned = "publishSigned(uint256,bytes32,bytes,uint64,bytes)";
constexpr std::string_view kTransferSigned = "transferSigned(uint256,address,uint64,bytes)";
constexpr std::string_view kTransferAndPublishSigned =
    "transferAndPublishSigned(uint256,address,bytes32,bytes,uint64,bytes,bytes)";
constexpr std::array<std::string_view, 4> kLockSteps{
    "lockSigned(uint256,uint64,bytes)", "announceUnlockSigned(uint256,uint64,bytes)",
    "executeUnlockSigned(uint256,uint64,bytes)", "cancelUnlockSigned(uint256,uint64,bytes)"};
constexpr std::array<std::string_view, 4> kLockTypes{"Lock", "AnnounceUnlock", "ExecuteUnlock",
                                                     "CancelUnlock"};

constexpr std::array kFunctions{kCommit,       kMint,          kCommitmentOf,   kOwnerNonce,
                                kLockState,    kPublishSigned, kTransferSigned, kTransferAndPublishSigned,
                                kLockSteps[0], kLockSteps[1],  kLockSteps[2],   kLockSteps[3]};

constexpr std::array<std::string_view, 11> kEvents{
    "Transfer(address,address,uint256)",
    "Approval(address,address,uint256)",
    "ApprovalForAll(address,address,bool)",
    "Published(uint256,uint24,uint32,bytes32,bytes32,bytes)",
    "Locked(uint256,uint24)",
    "UnlockAnnounced(uint256,uint24,uint64,uint64)",
    "UnlockCancelled(uint256,uint24)",
    "Unlocked(uint256,uint24)",
    "DelayAnnounced(uint256,uint24,uint32,uint64,uint64)",
    "DelayCancelled(uint256,uint24)",
    "DelayChanged(uint256,uint24,uint32)",
};

constexpr std::array<std::string_view, 23> kErrors{
    "NotMinted(uint256)",
    "NotOwner(uint256,address)",
    "NotAuthorised(uint256,address)",
    "WrongFrom(uint256,address)",
    "BadRecipient(address)",
    "UnsafeRecipient(address)",
    "ZeroAddress()",
    "IsLocked(uint256)",
    "NotLocked(uint256)",
    "NotAnnounced(uint256)",
    "TooEarly(uint256,uint64)",
    "TooLate(uint256,uint64)",
    "BadDelay(uint32)",
    "ZeroInboxKey()",
    "BadDocumentLength(uint256)",
    "Expired(uint256)",
    "BadSignature()",
    "AlreadyCommitted(bytes32)",
    "NotCommitted(bytes32)",
    "AlreadyMinted(bytes32)",
    "OutsideMintWindow(uint256,uint256)",
    "NoFreeNumber()",
    "Error(string)",
};

using Members = std::vector<codec::Eip712Member>;

codec::Eip712Struct with_state(std::string name, Members members, bool nonce)
{
    members.push_back({"uint24", "epoch"});
    members.push_back({"uint32", "seq"});
    if (nonce)
        members.push_back({"uint48", "nonce"});
    members.push_back({"uint64", "deadline"});
    return {std::move(name), std::move(members)};
}

const codec::Eip712Types& types()
{
    static const codec::Eip712Member number{"uint256", "number"};
    static const codec::Eip712Member to{"address", "to"};
    static const codec::Eip712Member key{"bytes32", "inboxKey"};
    static const codec::Eip712Member hash{"bytes32", "documentHash"};
    static const codec::Eip712Types table{
        with_state("Publish", {number, key, hash}, false),
        with_state("Transfer", {number, to}, true),
        with_state("TransferAndPublish", {number, to, key, hash}, true),
        with_state("Lock", {number}, true),
        with_state("AnnounceUnlock", {number}, true),
        with_state("ExecuteUnlock", {number}, true),
        with_state("CancelUnlock", {number}, true),
    };
    return table;
}

U256 token(model::Number number)
{
    return U256{number.value()};
}

Bytes bytes_of(ByteView view)
{
    return to_bytes(view);
}

// The types and values of this file are fixed and fit: value() throws only on a fault of ours.
Bytes call(std::string_view signature, AbiValue::List arguments)
{
    return codec::encode_call(signature, arguments).value();
}

Hash32 digest(const model::Network& network, std::string_view type, AbiValue::List values,
              const SignedState& state, bool nonce)
{
    values.emplace_back(std::uint64_t{state.epoch});
    values.emplace_back(std::uint64_t{state.seq});
    if (nonce)
        values.emplace_back(state.nonce);
    values.emplace_back(state.deadline);
    return types().digest(domain(network), type, values).value();
}

std::string show(const AbiValue& value)
{
    if (const auto* number = value.if_number())
        return number->to_decimal();
    if (const auto* address = value.if_address())
        return to_hex0x(address->view());
    if (const auto* bytes = value.if_bytes())
        return to_hex0x(*bytes);
    if (const auto* text = value.if_text())
        return *text;
    return "?";
}

// Error texts come from contracts that anyone may have written.
std::string harmless(std::string text)
{
    constexpr std::size_t kLongest = 200;
    std::string out;
    for (const char c : text.substr(0, kLongest))
        out.push_back(c >= ' ' && c < '\x7f' ? c : '?');
    return out;
}
} // namespace

std::span<const std::string_view> functions() noexcept
{
    return kFunctions;
}
std::span<const std::string_view> events() noexcept
{
    return kEvents;
}
std::span<const std::string_view> errors() noexcept
{
    return std::span{kErrors}.first(kErrors.size() - 1); // without Solidity's own
}

std::vector<std::string> signed_types()
{
    std::vector<std::string> out{types().encode_type("Publish").value(),
                                 types().encode_type("Transfer").value(),
                                 types().encode_type("TransferAndPublish").value()};
    for (const auto name : kLockTypes)
        out.push_back(types().encode_type(name).value());
    return out;
}

Bytes call_commit(const Hash32& commitment)
{
    return call(kCommit, {commitment});
}

Bytes call_mint(const Address& recipient, const Secret32& secret)
{
    return call(kMint, {recipient, bytes_of(secret.view())});
}

Bytes call_commitment_of(const Hash32& commitment)
{
    return call(kCommitmentOf, {commitment});
}

Bytes call_owner_nonce(model::Number number)
{
    return call(kOwnerNonce, {token(number)});
}

Bytes call_lock_state(model::Number number)
{
    return call(kLockState, {token(number)});
}

Bytes call_publish_signed(model::Number number, const XOnlyKey& inbox_key, ByteView document,
                          std::uint64_t deadline, const EcdsaSignature& signature)
{
    return call(kPublishSigned,
                {token(number), inbox_key, bytes_of(document), deadline, bytes_of(signature.view())});
}

Bytes call_transfer_signed(model::Number number, const Address& to, std::uint64_t deadline,
                           const EcdsaSignature& signature)
{
    return call(kTransferSigned, {token(number), to, deadline, bytes_of(signature.view())});
}

Bytes call_transfer_and_publish_signed(model::Number number, const Address& to, const XOnlyKey& inbox_key,
                                       ByteView document, std::uint64_t deadline, const EcdsaSignature& owner,
                                       const EcdsaSignature& recipient)
{
    return call(kTransferAndPublishSigned, {token(number), to, inbox_key, bytes_of(document), deadline,
                                            bytes_of(owner.view()), bytes_of(recipient.view())});
}

Bytes call_lock_signed(LockStep step, model::Number number, std::uint64_t deadline,
                       const EcdsaSignature& signature)
{
    return call(kLockSteps[static_cast<std::size_t>(step)],
                {token(number), deadline, bytes_of(signature.view())});
}

Hash32 commitment_for(const model::Network& network, const Address& recipient, const Secret32& secret)
{
    crypto::Keccak256 hash;
    hash.update(U256{network.chain_id}.to_word().view());
    for (const auto& address : {network.registry, recipient})
        hash.update(Hash32{}.view().first(12)).update(address.view());
    return hash.update(secret.view()).finish();
}

codec::Eip712Domain domain(const model::Network& network)
{
    codec::Eip712Domain domain;
    domain.name = "DMID";
    domain.version = "1";
    domain.chain_id = U256{network.chain_id};
    domain.verifying_contract = network.registry;
    return domain;
}

Hash32 publish_digest(const model::Network& network, model::Number number, const XOnlyKey& inbox_key,
                      const Hash32& document_hash, const SignedState& state)
{
    return digest(network, "Publish", {token(number), inbox_key, document_hash}, state, false);
}

Hash32 transfer_digest(const model::Network& network, model::Number number, const Address& to,
                       const SignedState& state)
{
    return digest(network, "Transfer", {token(number), to}, state, true);
}

Hash32 transfer_and_publish_digest(const model::Network& network, model::Number number, const Address& to,
                                   const XOnlyKey& inbox_key, const Hash32& document_hash,
                                   const SignedState& state)
{
    return digest(network, "TransferAndPublish", {token(number), to, inbox_key, document_hash}, state, true);
}

Hash32 lock_digest(LockStep step, const model::Network& network, model::Number number,
                   const SignedState& state)
{
    return digest(network, kLockTypes[static_cast<std::size_t>(step)], {token(number)}, state, true);
}

std::string revert_reason(ByteView data)
{
    if (data.size() < 4)
        return "no reason given";
    for (const auto signature : kErrors)
    {
        const auto selector = codec::abi_selector(signature);
        if (!std::equal(selector.begin(), selector.end(), data.begin()))
            continue;
        const auto open = signature.find('(');
        const auto types = codec::parse_abi_types(signature.substr(open));
        const auto values = codec::decode_abi(types.value(), data.subspan(4), codec::AbiLayout::foreign);
        if (!values)
            break;
        std::string arguments;
        for (const auto& value : *values)
            arguments.append(arguments.empty() ? "" : ", ").append(show(value));
        return fmt::format("{}({})", signature.substr(0, open), harmless(arguments));
    }
    return to_hex0x(data.first(std::min<std::size_t>(data.size(), 36)));
}
} // namespace dmid::chain::registry
