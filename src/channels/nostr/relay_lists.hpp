// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "net/dialer.hpp"
#include "seal/event.hpp"

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace dmid::channels::nostr
{
/// Where other keys take their private messages: their kind 10050, searched on the configured relays and
/// remembered for a while. Thread-safe.
class RelayLists
{
public:
    /// `lifetime` for a list that was found; that none is there is remembered for a tenth of it.
    RelayLists(std::vector<std::string> relays, net::Dialer dialer, const Clock& clock, net::Millis lifetime);

    /// The newest list of the key; empty where the relays have none. channel.unreachable where none of them
    /// answered. All are asked at once.
    net::Task<Result<std::vector<std::string>>> find(XOnlyKey key, net::Deadline deadline);

    /// Of several events the newest genuine list of that key, not dated ahead by more than 15 minutes.
    static std::vector<std::string> newest(const std::vector<seal::Event>& events, const XOnlyKey& key,
                                           UnixTime now);

private:
    struct Known
    {
        std::vector<std::string> relays;
        UnixMillis until = 0;
    };
    void remember(const XOnlyKey& key, const std::vector<std::string>& relays);

    std::vector<std::string> relays_;
    net::Dialer dialer_;
    const Clock& clock_;
    net::Millis lifetime_;
    std::mutex mutex_;
    std::unordered_map<XOnlyKey, Known> known_;
};
} // namespace dmid::channels::nostr
