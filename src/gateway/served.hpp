// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/records.hpp"
#include "model/document.hpp"
#include "model/policy_bytes.hpp"
#include "policy/compiled.hpp"
#include "policy/door.hpp"
#include "seal/ticket.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace dmid::gateway
{
/// A key that opens mail, the present one or one that was handed over.
struct InboxKey
{
    XOnlyKey key;
    Secret32 secret;
};

/// The policy in force, compiled for its number.
struct InForce
{
    model::PolicyPosition position;
    std::shared_ptr<const policy::Compiled> compiled; ///< never null
};

/// One number that this node serves, as of one moment. A value; replaced whole when anything changes.
struct Served
{
    model::Identity identity;
    std::vector<InboxKey> keys; ///< the present one first
    model::Document document;   ///< as published; empty keys where nothing is published yet
    std::optional<InForce> policy;
    /// Whether `policy` decides; false while it may be, or is, older than the newest one (heads.hpp): then
    /// everything is a request. settle_policy() sets it.
    bool policy_counts = true;
    bool receipts = false;
    /// Whose word on the policy counts: the document's, or the pinned one while a change without handover
    /// waits.
    XOnlyKey policy_key{};
    std::uint8_t flags = 0;

    store::MailboxId box() const noexcept { return mailbox_of(identity); }
    const InboxKey* key(const XOnlyKey& of) const noexcept;
};
using ServedPtr = std::shared_ptr<const Served>;

/// All of them. Thread-safe.
class ServedNumbers
{
public:
    /// Nothing where no served number has this inbox key.
    ServedPtr by_key(const XOnlyKey& inbox) const;
    ServedPtr by_number(model::Number number) const;
    std::vector<ServedPtr> all() const;
    /// Adds the number or replaces what is known of it.
    void put(Served served);
    /// Called behind every put(), on its thread: who shows the numbers elsewhere looks again. Set it before
    /// the first one.
    std::function<void()> changed;
    /// The same with a change to the present value; nothing happens where it is not served.
    template <class Change> void change(model::Number number, Change apply)
    {
        const std::lock_guard lock{mutex_};
        const auto found = numbers_.find(number);
        if (found == numbers_.end())
            return;
        auto next = *found->second;
        apply(next);
        found->second = std::make_shared<const Served>(std::move(next));
    }

private:
    mutable std::mutex mutex_;
    std::map<model::Number, ServedPtr> numbers_;
};

/// A ticket that fits, as a message showed it.
struct ShownTicket
{
    seal::TicketHandle handle{};
    seal::UtcDay day = 0; ///< that of the handle
    bool sink = false;
};

/// The tickets that each number has issued. Thread-safe.
class TicketDoors
{
public:
    void put(model::Number number, const Secret32& ticket, bool sink, UnixTime now);
    void remove(model::Number number, const Secret32& ticket, UnixTime now);
    /// Nothing where the wrap shows none, or one that does not fit.
    std::optional<ShownTicket> shown(model::Number number, const seal::EventBody& wrap, ByteView envelope_key,
                                     UnixTime now) const;

private:
    mutable std::mutex mutex_;
    std::map<model::Number, seal::TicketDoor> doors_;
};
} // namespace dmid::gateway
