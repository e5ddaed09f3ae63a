// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/records.hpp"
#include "store/mailbox.hpp"
#include "store/views.hpp"

#include <memory>
#include <optional>
#include <vector>

/// What is derived from the logs: messages, threads, requests, contacts. Rows hold ids and states only; words
/// and bodies stay sealed in the log.
namespace dmid::gateway
{
inline constexpr std::string_view kInboxView = "inbox";

/// At most so many messages and bytes of one counterparty are kept as requests; beyond, the door says later.
inline constexpr std::uint64_t kMaxHeldMessages = 20;
inline constexpr std::uint64_t kMaxHeldBytes = 256 * 1024;
/// Who proves nothing is counted by its network, and all of them together have room for ten
/// (docs/decisions/0008).
inline constexpr std::uint64_t kMaxUnprovenMessages = 10 * kMaxHeldMessages;
inline constexpr std::uint64_t kMaxUnprovenBytes = 10 * kMaxHeldBytes;
/// Of requests, what is read at once: more than the strangers' quota has room for.
inline constexpr std::size_t kMostRequests = 100'000;
/// How long a request waits for the owner.
inline constexpr UnixTime kHoldFor = 30 * 24 * 3600;
/// When what was dropped shrinks to its id.
inline constexpr UnixTime kReclaimDroppedAfter = 23 * 3600;

/// One message, in or out.
struct MessageRow
{
    store::Position position = 0;
    bool incoming = true;
    State state = State::held;
    Hash32 thread;
    Hash32 party; ///< party_key() of the counterparty
    Hash32 share; ///< whose held sum it counts in: the party's, or of an unproven one its network's as well
    UnixTime at = 0;
    std::uint64_t size = 0;
    std::uint32_t legs = 0;
    std::uint32_t failed = 0;
    bool counted = false;         ///< in the held sums of its party
    std::vector<Hash32> outcomes; ///< ids of outcome entries, oldest first

    bool operator==(const MessageRow&) const = default;
};

struct ListedMessage
{
    Hash32 id;
    MessageRow row;
};

/// What a platform's name stands for.
struct NamedMessage
{
    Hash32 message;
    std::optional<Hash32> leg; ///< where it went out by one
};

/// The latest conversation of a mailbox with an account of a platform.
struct Talk
{
    Hash32 thread;
    UnixTime at = 0; ///< of its latest message, in or out
    std::optional<model::Tail> ext;
};

/// What the owner and the log say about one party.
struct ContactRow
{
    UnixTime allowed_at = 0;  ///< 0: never
    UnixTime denied_at = 0;   ///< 0: never, or allowed since
    UnixTime answered_at = 0; ///< 0: never

    bool contact() const noexcept { return allowed_at != 0; }
    bool answered() const noexcept { return answered_at != 0; }
    bool blocked() const noexcept { return denied_at != 0; }
};

struct HeldSum
{
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
};

/// A label as a part of keys.
Hash32 label_key(const std::string& label);

/// The id under which a counterparty's requests are kept: that of its first party; zero where nothing is
/// proven.
Hash32 party_key(const model::Counterparty& from) noexcept;
/// The same for requests of a sender who proved nothing and came from this source (net::source_of): one for
/// each network and mailbox. That of all of them together is zero, their party_key().
Hash32 unproven_share(const store::MailboxId& box, const std::string& source);

/// The fold; give it to the store at open.
std::unique_ptr<store::Fold> make_inbox_fold();

/// Reads the view as of one moment. Use it on one thread, briefly.
class InboxView
{
public:
    static Result<InboxView> open(const store::Mailbox& mailbox);

    /// Nothing where there is no such message.
    Result<std::optional<MessageRow>> message(const store::MailboxId& box, const Hash32& id) const;
    /// Messages behind position `after`, oldest first.
    Result<std::vector<ListedMessage>> messages(const store::MailboxId& box, store::Position after,
                                                std::size_t limit) const;
    Result<std::vector<ListedMessage>> thread(const store::MailboxId& box, const Hash32& thread,
                                              store::Position after, std::size_t limit) const;
    /// The newest of the thread's messages from the other side that stand before position `before`, newest
    /// first: at most `limit`, looked for among the `among` messages there. A long thread costs no more than
    /// a short one.
    Result<std::vector<ListedMessage>> incoming_before(const store::MailboxId& box, const Hash32& thread,
                                                       store::Position before, std::size_t limit,
                                                       std::size_t among) const;
    /// Threads with the id of their newest message, newest first is for the caller.
    Result<std::vector<std::pair<Hash32, Hash32>>> threads(const store::MailboxId& box) const;
    /// What is held of one counterparty, in order; of all where `party` is not given.
    Result<std::vector<Hash32>> held(const store::MailboxId& box, const std::optional<Hash32>& party,
                                     std::size_t limit) const;
    /// What waits for a digest to this label that goes out at `slot` or before, at most `limit`, in order of
    /// arrival; what is gone already comes last.
    Result<std::vector<Hash32>> digest(const store::MailboxId& box, const std::string& label, UnixTime slot,
                                       std::size_t limit) const;
    /// What a party (party_key, unproven_share) has waiting, as it could be seen from outside: what was
    /// dropped with the answer of a request counts as long as a request would have waited.
    Result<HeldSum> held_sum(const store::MailboxId& box, const Hash32& party, UnixTime now) const;
    /// Bytes held of everyone: what counts against the strangers' quota.
    Result<std::uint64_t> held_bytes(const store::MailboxId& box) const;
    /// Ids that begin with these bytes: threads with messages in them, and legs. At most `limit`.
    Result<std::vector<Hash32>> threads_from(const store::MailboxId& box, ByteView begin,
                                             std::size_t limit) const;
    Result<std::vector<Hash32>> legs_from(const store::MailboxId& box, ByteView begin,
                                          std::size_t limit) const;
    /// Where what this account says without naming a number goes; nothing where it never wrote here nor was
    /// written to.
    Result<std::optional<Talk>> talk(const store::MailboxId& box,
                                     const model::PlatformAccount& account) const;
    /// The message that a platform knows by this name (known_as()); nothing where there is none any more.
    Result<std::optional<NamedMessage>> known_as(const store::MailboxId& box, const Hash32& name) const;
    /// The joined word about all the parties: a deny of any of them, in any epoch, counts.
    Result<ContactRow> contact(const store::MailboxId& box, const model::Counterparty& parties) const;

private:
    explicit InboxView(std::unique_ptr<store::ViewReader> reader)
        : reader_{std::move(reader)}
    {
    }
    std::unique_ptr<store::ViewReader> reader_;
};
} // namespace dmid::gateway
