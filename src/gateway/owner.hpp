// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"
#include "gateway/views.hpp"

#include <optional>
#include <string>
#include <vector>

/// What the owner sees and does. Reads block on the store; writes suspend until they are durable. Nothing
/// here is reachable from a door.
namespace dmid::gateway
{
struct PartyInfo
{
    std::string id; ///< model::to_string, empty where nothing is proven
    std::string words;
    std::string kind;
    bool contact = false;
    bool blocked = false;
};

struct ReceiptInfo
{
    State state = State::queued;
    std::string label;
    std::string channel;
    std::string detail;
    bool repeated = false;
    UnixTime at = 0;
};

struct MessageInfo
{
    Hash32 id;
    store::Position position = 0;
    Hash32 thread;
    bool incoming = true;
    PartyInfo with;
    std::string by; ///< the door that it came by, or the channel where the owner said it; empty: at the node
    std::vector<std::string> proofs;
    std::string encryption; ///< in words, how far it reached
    std::string subject;
    std::string text;
    UnixTime sent_at = 0;
    UnixTime received_at = 0;
    State state = State::held;
    std::string why;              ///< what it waits for, or what refused it
    std::string lost;             ///< what a channel could not carry over
    std::optional<Amends> amends; ///< what it does to an earlier message of the conversation
    std::vector<model::Attachment> files;
    std::vector<ReceiptInfo> receipts;
};

struct ThreadInfo
{
    Hash32 thread;
    PartyInfo with;
    Hash32 last_message;
    UnixTime last_at = 0;
    State state = State::held; ///< of the newest message
};

struct Page
{
    std::vector<MessageInfo> messages;
    std::optional<store::Position> next; ///< where to go on; nothing at the end
};

/// A message, a thread or a party, as the owner names it.
struct Reference
{
    std::optional<Hash32> message;
    std::optional<Hash32> thread;
    std::string party; ///< model::to_string form, an identifier, an npub
};

struct Sent
{
    Hash32 id;
    Hash32 thread;
};

struct Decided
{
    PartyInfo party;
    std::size_t messages = 0; ///< released or discarded
};

// --- reading ---
Result<Page> inbox(const Context& context, const Served& served, bool requests_only, store::Position after,
                   std::size_t limit);
Result<std::vector<ThreadInfo>> threads(const Context& context, const Served& served);
Result<Page> thread(const Context& context, const Served& served, const Hash32& id, store::Position after,
                    std::size_t limit);
/// gateway.no-such-entry where there is none, or it was forgotten.
Result<MessageInfo> message(const Context& context, const Served& served, const Hash32& id);
/// Who a reference means; gateway.no-such-entry, number.*.
Result<model::Counterparty> parties_of(const Context& context, const Served& served,
                                       const Reference& reference);
/// Whom a channel said the referenced message is from, where nothing was proven: good for an answer there and
/// for nothing else.
Result<std::optional<model::Party>> claimed_by(const Context& context, const Served& served,
                                               const Reference& reference);
/// The same, but a number that the mailbox has not dealt with is resolved: its present holder is meant.
/// Errors of resolving then.
net::Task<Result<model::Counterparty>> find_parties(Context& context, ServedPtr served, Reference reference);
PartyInfo describe(const InboxView& view, const store::MailboxId& box, const model::Counterparty& parties);

/// The bytes of one of its files; gateway.no-such-entry where there is none.
Result<channel::File> file(const Context& context, const Served& served, const Hash32& message,
                           std::size_t index);

// --- writing ---
/// `to`: any identifier, an npub, or a party's id. Errors of resolving; channel.mask-broken where the text
/// names one of the owner's own bound addresses and `unmask` is not set.
net::Task<Result<Sent>> send(Context& context, ServedPtr served, std::string to, std::string text,
                             std::string subject, bool unmask);
/// To the counterparty of a thread or message.
net::Task<Result<Sent>> reply(Context& context, ServedPtr served, Reference to, std::string text,
                              bool unmask);
/// Changes what a message of the owner's own says, takes it back (empty text), or puts an emoji to one of the
/// other side: where their channel can, there; in words elsewhere. What was said stays in the thread.
/// gateway.no-such-entry; input.usage for a message of the wrong side or one that has not gone out, or an
/// emoji of more than kMaxEmoji bytes; store.limit where one of `once` is used up; else as reply().
inline constexpr std::size_t kMaxEmoji = 64;
net::Task<Result<Sent>> edit(Context& context, ServedPtr served, Hash32 message, std::string text,
                             bool unmask, std::vector<store::Charge> once);
net::Task<Result<Sent>> react(Context& context, ServedPtr served, Hash32 message, std::string emoji,
                              std::vector<store::Charge> once);
/// The same without a limit on how often.
net::Task<Result<Sent>> edit(Context& context, ServedPtr served, Hash32 message, std::string text,
                             bool unmask);
net::Task<Result<Sent>> react(Context& context, ServedPtr served, Hash32 message, std::string emoji);
/// A message of the owner's own that waits: it goes out as it stands. Anything else: makes a contact, and
/// judges what is held of it again, in order, with the policy of now.
net::Task<Result<Decided>> accept(Context& context, ServedPtr served, Reference who);
/// A deny entry for every epoch; discards what is held.
net::Task<Result<Decided>> block(Context& context, ServedPtr served, Reference who);
/// Takes over the present keys, or the new epoch, of a number, and judges again what is held of it where it
/// is a contact.
net::Task<Result<PartyInfo>> confirm(Context& context, ServedPtr served, Reference who);
} // namespace dmid::gateway
