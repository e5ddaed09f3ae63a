// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "model/identity.hpp"
#include "net/task.hpp"

#include <string>
#include <vector>

/// How policy heads (docs/protocol/policy.md) travel: to the gateways and relays of a document, and from
/// them.
namespace dmid::channel
{
/// Whose heads are carried.
struct HeadsOf
{
    model::Identity identity;
    XOnlyKey inbox_key{};          ///< signs what goes to a relay; says nothing about the head
    std::vector<XOnlyKey> authors; ///< keys under which a relay may have them: the inbox keys, the policy key
};

/// Carries heads to and from other places. Nothing that comes back is verified. Thread-safe; resumes on the
/// caller's executor; every call ends within its own deadline.
class HeadCarrier
{
public:
    virtual ~HeadCarrier() = default;
    /// What a gateway (http, https) or relay (ws, wss) holds: canonical heads, a handful at most; empty where
    /// it holds none. An error where it gave no answer.
    virtual net::Task<Result<std::vector<Bytes>>> ask(std::string url, HeadsOf of) = 0;
    /// Leaves a head there; the place's own code where it refuses.
    virtual net::Task<Result<>> leave(std::string url, HeadsOf of, Bytes head) = 0;
};

/// Where the doors of this node leave heads that others bring, and find what they show of them.
class HeadShelf
{
public:
    virtual ~HeadShelf() = default;
    /// Takes a canonical head of anybody's number that names this node. `event`: the Nostr event that carried
    /// it, empty from elsewhere; `source`: whom to count it against. codec.*, policy.signature, policy.seq
    /// for one that is not the highest, message.time, gateway.not-served, policy.rate-limited, gateway.quota.
    virtual net::Task<Result<>> take(Bytes head, std::string event, std::string source) = 0;
    /// The events, as JSON, that carried what is held and that one of these keys signed. Thread-safe.
    virtual std::vector<std::string> events(const std::vector<XOnlyKey>& authors) const = 0;
};
} // namespace dmid::channel
