// SPDX-License-Identifier: Apache-2.0
// Private to this folder: what all connections of a relay door share.
#pragma once

#include "channels/nostr/relay_door.hpp"
#include "channels/nostr/shelf.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace dmid::channels::nostr
{
class DoorSession;

struct RelayDoor::Impl
{
    Impl(channel::Inbox& an_inbox, const ServedKeys& served_keys, const Clock& a_clock,
         RelayDoorOptions some_options)
        : inbox{an_inbox}
        , served{served_keys}
        , clock{a_clock}
        , options{std::move(some_options)}
        , shelf{options.shelf_bytes, options.shelf_per_key, options.keep_seconds}
    {
    }

    bool serves(const XOnlyKey& key) const;
    /// Kinds 10050 and 0 of the served keys, signed anew only when what they say has changed.
    std::vector<seal::Event> public_events();
    /// Policy heads that the filters ask for by kind and author.
    std::vector<seal::Event> head_events(const std::vector<Filter>& filters) const;
    /// Puts the wrap on the shelf and shows it to every connection that may see it.
    void accepted(const XOnlyKey& recipient, const std::shared_ptr<const seal::Event>& wrap);

    void enter(const std::shared_ptr<DoorSession>& session);

    channel::Inbox& inbox;
    const ServedKeys& served;
    const Clock& clock;
    const RelayDoorOptions options;
    Shelf shelf;

private:
    struct Signed
    {
        Presence presence;
        std::vector<seal::Event> events;
    };
    std::mutex mutex_;
    std::vector<std::weak_ptr<DoorSession>> sessions_;
    std::unordered_map<XOnlyKey, Signed> signed_;
};
} // namespace dmid::channels::nostr
