// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/document.hpp"

#include <cstdint>

/// The first stage: judges what stands outside the seal against the public terms
/// (docs/protocol/policy.md, "The door").
namespace dmid::policy
{
/// Work asked at a door whose budget for opening is spent moves between these (bits).
inline constexpr unsigned kMinDoorWork = 16;
inline constexpr unsigned kMaxDoorWork = 20;

enum class TicketShown : std::uint8_t
{
    none,  ///< none, or one that does not fit
    valid, ///< of a contact
    sink,  ///< of a blocked contact: answered like a valid one, then dropped
};

/// What can be seen without opening anything.
struct DoorFacts
{
    bool holds_key = false;       ///< this node can open the seal
    bool budget_left = false;     ///< and may still spend time on opening, for this source and in total
    bool quota_full = false;      ///< the spool takes no more from senders without a ticket
    bool source_exceeded = false; ///< this source sent too much in a short time
    TicketShown ticket = TicketShown::none;
    model::ClassMask shown = 0; ///< proven outside the seal (the signature of a `signed` message)
    std::uint8_t work = 0;      ///< bits proven on the wrap
    std::uint8_t work_target = kMinDoorWork; ///< asked at present when the budget is spent

    bool operator==(const DoorFacts&) const = default;
};

enum class DoorStep : std::uint8_t
{
    enter,     ///< open it and let the policy judge; or, without the key, store it sealed
    sink,      ///< answer yes exactly as for `enter`, then drop
    challenge, ///< say what suffices
    later,     ///< say try later
};

enum class DoorReason : std::uint8_t
{
    ticket,   ///< a ticket opens the door
    opening,  ///< this node opens first and judges then
    proof,    ///< a shown proof is among the accepted ones
    work,     ///< the work suffices
    no_terms, ///< nothing is asked for
    unmet,    ///< nothing that suffices was brought
    source,   ///< too many from there
    quota,    ///< no room for strangers
};

struct DoorVerdict
{
    DoorStep step = DoorStep::later;
    DoorReason reason = DoorReason::quota;
    std::uint8_t work = 0;        ///< with `challenge`: bits that suffice; 0: work does not
    model::ClassMask accepts = 0; ///< with `challenge`: proofs that suffice

    bool operator==(const DoorVerdict&) const = default;
};

/// In this order: room, ticket, source, opening, proof, work. Pure and total.
DoorVerdict evaluate_door(const model::Terms& terms, const DoorFacts& facts) noexcept;
} // namespace dmid::policy
