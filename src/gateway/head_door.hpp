// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/heads.hpp"
#include "gateway/context.hpp"

#include <functional>
#include <memory>

namespace dmid::gateway
{
/// Whether the proven document of an identity names this node among its gateways or relays, and the policy
/// key whose word counts for it: gateway.not-served where it does not, policy.signature for another epoch;
/// errors of resolving.
using NamedHere = std::function<net::Task<Result<XOnlyKey>>(model::Identity identity)>;

/// By the chain: a gateway entry with this node's key, or a relay entry with its URL. A policy key that
/// changed without a handover waits like everywhere. `own_relay`: where the world reaches this node's relay;
/// may be empty. The context must outlive it.
NamedHere named_by_document(Context& context, std::string own_relay);

/// Takes a verified or signed head of a number that is served here over, and settles what follows from it.
/// True where it is new. policy.signature unless the number's policy key signed it for this identity;
/// message.time for one from the future; policy.seq for one that is not the highest. Blocks on the store.
Result<bool> take_own_head(Context& context, const Served& served, const model::PolicyHead& head);

/// Heads of others at the doors: the highest valid one of each number that is served here or whose document
/// names this node (docs/protocol/policy.md).
class HeadDoor final : public channel::HeadShelf
{
public:
    /// The context must outlive it.
    HeadDoor(Context& context, NamedHere named_here);

    net::Task<Result<>> take(Bytes head, std::string event, std::string source) override;
    std::vector<std::string> events(const std::vector<XOnlyKey>& authors) const override;

private:
    Context& context_;
    NamedHere named_here_;
};
} // namespace dmid::gateway
