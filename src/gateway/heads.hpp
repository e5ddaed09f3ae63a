// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/policy_bytes.hpp"
#include "store/mailbox.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dmid::gateway
{
/// Numbers that are not served here, whose heads are held all the same because their documents name this
/// node.
inline constexpr std::size_t kMostHeads = 10'000;
/// Bytes of a Nostr event that is kept beside its head.
inline constexpr std::size_t kMaxHeadEvent = 4096;
/// A head may be dated so far ahead of this machine's clock (seconds).
inline constexpr UnixTime kHeadAhead = 900;

/// The highest head of one number that this node knows.
struct KeptHead
{
    model::PolicyHead head;
    std::string event;      ///< the Nostr event that carried it here, JSON; empty where none did
    bool confirmed = false; ///< the owner said at the socket that the policy here counts in spite of it

    bool operator==(const KeptHead&) const = default;
};

/// One place of a document, as the last exchange with it went.
struct HeadPlace
{
    std::string url;
    bool relay = false;
    bool own = false;      ///< this node itself, which remembers no more than it has
    bool answered = false; ///< to the last question
    std::optional<model::PolicyHead> held;
    UnixTime asked_at = 0; ///< 0: not yet
    std::string error;     ///< of the last exchange, without words of others; empty where it went well
};

/// True where `head` says that there is a newer policy than the one at `position`, or that another of the
/// same seq counts.
bool newer(const model::PolicyPosition& head, const model::PolicyPosition& position) noexcept;

/// The heads that a node holds, its own numbers' and others', in cells of the node's own box. Nothing is
/// verified here: callers bring verified heads. Thread-safe; changes block on the store.
class Heads
{
public:
    /// `most`: of numbers that are not served here.
    explicit Heads(store::Mailbox& mailbox, std::size_t most = kMostHeads)
        : mailbox_{mailbox}
        , most_{most}
    {
    }

    /// Reads all of them back; a cell that does not read back is left out. Errors of the store.
    Result<> load();
    /// Whatever is held of the number.
    std::optional<KeptHead> find(model::Number number) const;
    /// Nothing where none is held for this identity.
    std::optional<KeptHead> find(const model::Identity& identity) const;
    /// The head of this key; nothing where the one that is held is of another.
    std::optional<KeptHead> find(const model::Identity& identity, const XOnlyKey& policy_key) const;
    /// Keeps a verified head where it is ahead of what is held, or of another epoch or key. True where it was
    /// kept, false where it is the one that is held; policy.seq for a lower one, gateway.quota where
    /// `limited` and the most are held.
    Result<bool> keep(const model::PolicyHead& head, std::string event, bool limited);
    /// The owner's word against the head that is held now; a higher one asks again.
    Result<> confirm(const model::Identity& identity);
    /// The events that these keys signed, at most one of each number.
    std::vector<std::string> events(const std::vector<XOnlyKey>& authors) const;

    /// What is known of the places of a number; for who shows it.
    void note_places(model::Number number, std::vector<HeadPlace> places);
    std::vector<HeadPlace> places(model::Number number) const;
    /// Whether this node holds the number's policy key, and so signs heads by itself.
    void note_signer(model::Number number, bool signs);
    bool signs(model::Number number) const;

private:
    Result<> save(const KeptHead& kept);

    void put(KeptHead kept);

    store::Mailbox& mailbox_;
    std::size_t most_;
    std::mutex writing_; ///< one change at a time; readers never wait for the disk
    mutable std::mutex mutex_;
    std::map<model::Number, KeptHead> kept_;
    std::map<XOnlyKey, std::vector<model::Number>> authors_; ///< of the events
    std::map<model::Number, std::vector<HeadPlace>> places_;
    std::map<model::Number, bool> signs_;
};
} // namespace dmid::gateway
