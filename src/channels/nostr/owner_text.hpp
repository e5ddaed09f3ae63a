// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/outgoing.hpp"
#include "seal/event.hpp"

#include <string>

namespace dmid::channels::nostr
{
/// What the owner reads in a stock client: the text (or that one is waiting), and under it who wrote, what
/// was proven, where encryption ended. Pure.
std::string words_for_owner(const channel::Outgoing& message);

/// The rumor of kind 14 that carries them, from the node's key to the owner's. The same leg gives the same
/// rumor at each attempt, so that a repetition is shown once.
seal::Rumor rumor_for_owner(const channel::Leg& leg, const channel::Outgoing& message, const XOnlyKey& node,
                            const XOnlyKey& owner, UnixTime now);
} // namespace dmid::channels::nostr
