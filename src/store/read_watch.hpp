// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/mailbox.hpp"

namespace dmid::store
{
/// Learns how reading and claiming fare: of every fault (store.io, store.corrupt, store.full,
/// store.read-only) with its error, and once with nullptr when a call goes well again. What a caller asked
/// wrongly, or what is not there, is no fault. On the thread of the call, or of the writer: note it and
/// return.
using ReadListener = std::function<void(const Error*)>;

/// The same mailbox with somebody who listens to its reads, claims, counters, blobs and views. Appends are
/// passed on unheard: who appends learns of the outcome.
std::unique_ptr<Mailbox> watch_reads(std::unique_ptr<Mailbox> mailbox, ReadListener listener);
} // namespace dmid::store
