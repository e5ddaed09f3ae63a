// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/records.hpp"
#include "model/document.hpp"
#include "proof/record.hpp"
#include "store/mailbox.hpp"

namespace dmid::gateway
{
/// How long a key that changed without a handover is held against (seconds, design "Reading without
/// trusting"): counted from when this node first saw it, which is never before it was published.
inline constexpr UnixTime kUnprovenKeyWait = 24 * 3600;

/// What a counterparty's present keys are to this mailbox.
enum class Standing : std::uint8_t
{
    first,     ///< never dealt with: pinned now
    trusted,   ///< the pinned keys, or ones that were properly handed over
    held,      ///< changed without a handover, not long ago or while the record is in dispute
    new_epoch, ///< the number changed hands: another identity until the owner confirms
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

    /// Judges a proven document and moves the pin where that is allowed. `disputed`: the record is frozen, or
    /// a recovery or claim is announced.
    Result<Standing> judge(const store::MailboxId& box, const model::Identity& of,
                           const model::Document& document, bool disputed, UnixTime now);

    /// The owner's word: the present keys are theirs.
    Result<> confirm(const store::MailboxId& box, const model::Identity& of, const model::Document& document);

    /// The pinned keys; nothing where there are none.
    Result<std::optional<model::Pin>> find(const store::MailboxId& box, const model::Network& network,
                                           model::Number number) const;

private:
    store::Mailbox& mailbox_;
};

/// The record is frozen, or a recovery or claim is announced.
bool disputed(const proof::VerifiedRecord& record) noexcept;

/// In words, for the owner: what the standing means for a message.
std::string_view words(Standing standing) noexcept;
} // namespace dmid::gateway
