// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/records.hpp"
#include "model/document.hpp"
#include "proof/record.hpp"
#include "store/mailbox.hpp"

#include <optional>
#include <vector>

namespace dmid::gateway
{
/// How long a key that changed without a handover is held against (seconds, design "Reading without
/// trusting"): counted in block time from the present publishing block; where no endpoint tells the time of
/// that block, from when this node first saw the key, which is never before.
inline constexpr UnixTime kUnprovenKeyWait = 24 * 3600;

/// What a counterparty's present keys are to this mailbox.
enum class Standing : std::uint8_t
{
    first,     ///< never dealt with: pinned now
    not_final, ///< never dealt with, and its publishing block is not final: not pinned
    trusted,   ///< the pinned keys, or ones that were properly handed over
    held,      ///< changed without a handover, not long ago or while the record is in dispute
    new_epoch, ///< the number changed hands: another identity until the owner confirms
};

/// What the chain says of the keys, beside the document.
struct KeyFacts
{
    bool disputed = false; ///< the record is frozen, or a recovery or claim is announced
    bool final = false;    ///< the publishing block is final: only then a pin moves
    /// Seconds of block time since the publishing block, where that is known.
    std::optional<UnixTime> published_for{};
    /// No endpoint tells it: the wait counts from when the keys were first seen here.
    bool from_first_sight = false;
};

/// Remembers (epoch, inbox key, policy key) of every number that the mailbox deals with, in its cells.
/// Blocking reads of the store; any thread.
class Pins
{
public:
    explicit Pins(store::Mailbox& mailbox)
        : mailbox_{mailbox}
    {
    }

    /// Judges a proven document and moves the pin where that is allowed: never on one that is not final. A
    /// key that the pinned one handed over to is trusted before that, by the pinned key's own word.
    Result<Standing> judge(const store::MailboxId& box, const model::Identity& of,
                           const model::Document& document, const KeyFacts& facts, UnixTime now);

    /// The owner's word: the present keys are theirs.
    Result<> confirm(const store::MailboxId& box, const model::Identity& of, const model::Document& document);

    /// The pinned keys; nothing where there are none.
    Result<std::optional<model::Pin>> find(const store::MailboxId& box, const model::Network& network,
                                           model::Number number) const;

    /// Numbers whose keys changed and wait to be trusted, or have become trusted since note_released(). Reads
    /// every pin of the mailbox: for work that is done once a minute.
    Result<std::vector<model::Number>> changed(const store::MailboxId& box,
                                               const model::Network& network) const;
    /// What had waited for these keys has been judged again.
    Result<> note_released(const store::MailboxId& box, const model::Network& network, model::Number number);

private:
    store::Mailbox& mailbox_;
};

/// The record is frozen, or a recovery or claim is announced.
bool disputed(const proof::VerifiedRecord& record) noexcept;

/// In words, for the owner: what the standing means for a message.
std::string_view words(Standing standing) noexcept;
} // namespace dmid::gateway
