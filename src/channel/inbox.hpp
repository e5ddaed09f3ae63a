// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "model/classes.hpp"
#include "net/task.hpp"

#include <string>
#include <string_view>

namespace dmid::channel
{
/// The two shapes of a native message, as they stand on the wire.
enum class Shape : std::uint8_t
{
    wrap,        ///< a NIP-59 gift wrap, JSON of one kind 1059 event
    signed_text, ///< an EIP-712 message with its signature, JSON
};

/// A message that stands at a door, nothing of it believed yet.
struct Inbound
{
    std::string door; ///< by which it came: `http`, `nostr`; goes into the verdict log
    std::string
        source; ///< whom to count it against: an address prefix or connection, never a claim of the sender
    Shape shape = Shape::wrap;
    std::string body; ///< JSON text, within the door's limits
};

enum class Yes : std::uint8_t
{
    yes,   ///< durable here; nothing more is promised
    no,    ///< for good
    later, ///< try again
};

/// What the door tells the sender. Whether it was delivered, kept as a request or dropped is not in it.
struct Answer
{
    Yes yes = Yes::later;
    Errc code = Errc::gateway_stopping; ///< meaningless for `yes`
    std::string reason;                 ///< public words; may quote the public terms, never a rule
    unsigned work = 0;            ///< with policy.challenge: the bits of work that suffice, 0 where none do
    model::ClassMask accepts = 0; ///< with policy.challenge: proofs that suffice instead, any one of them
    Hash32 id;                    ///< with `yes`: the envelope's id
    std::string promise;          ///< with `yes`: the node's signed promise, JSON
    bool duplicate = false;       ///< with `yes`: it was here before
};

/// Where doors and channels hand in what they receive. The flow implements it.
class Inbox
{
public:
    virtual ~Inbox() = default;
    /// Returns when the message is durable or refused. Thread-safe; resumes on the caller's executor.
    virtual net::Task<Answer> receive(Inbound message) = 0;
};
} // namespace dmid::channel
