// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/nostr/wire.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace dmid::channels::nostr
{
/// The accepted wraps of the last days, in memory: for stock clients that hold an inbox key of their own. The
/// mailbox is where messages are safe; what falls off here is lost to nobody but such a client. Thread-safe.
class Shelf
{
public:
    Shelf(std::size_t max_bytes, std::size_t max_per_key, UnixTime keep_seconds);

    void put(const XOnlyKey& recipient, std::shared_ptr<const seal::Event> wrap, UnixTime now);
    /// What matches one of the filters among these recipients' wraps, newest first, each filter's limit and
    /// `most` kept.
    std::vector<seal::Event> find(const std::vector<XOnlyKey>& recipients, const std::vector<Filter>& filters,
                                  std::size_t most, UnixTime now);
    std::size_t bytes() const;

private:
    struct Item
    {
        XOnlyKey recipient;
        std::shared_ptr<const seal::Event> wrap;
        std::size_t bytes = 0;
        UnixTime received = 0;
    };
    void drop_oldest();
    void make_room(UnixTime now);

    std::size_t max_bytes_;
    std::size_t max_per_key_;
    UnixTime keep_seconds_;
    mutable std::mutex mutex_;
    std::deque<Item> items_; ///< oldest first
    std::unordered_map<XOnlyKey, std::size_t> counts_;
    std::size_t bytes_ = 0;
};
} // namespace dmid::channels::nostr
