// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/relay_lists.hpp"

#include "channels/nostr/events.hpp"
#include "channels/nostr/gather.hpp"
#include "channels/nostr/peers.hpp"
#include "seal/nip17.hpp"

#include <utility>

namespace dmid::channels::nostr
{
namespace
{
constexpr std::size_t kMaxKnown = 10'000;
constexpr UnixTime kAhead = 900; // seconds
/// Of a replaceable kind a relay has one event; some keep a few.
constexpr std::size_t kMostLists = 4;
} // namespace

RelayLists::RelayLists(std::vector<std::string> relays, net::Dialer dialer, const Clock& clock,
                       net::Millis lifetime)
    : relays_{std::move(relays)}
    , dialer_{std::move(dialer)}
    , clock_{clock}
    , lifetime_{lifetime}
{
}

std::vector<std::string> RelayLists::newest(const std::vector<seal::Event>& events, const XOnlyKey& key,
                                            UnixTime now)
{
    const seal::Event* best = nullptr;
    for (const auto& event : events)
    {
        if (event.kind != seal::kKindInboxRelays || event.pubkey != key || event.created_at > now + kAhead)
            continue;
        // NIP-01: of two from the same second the smaller id counts.
        const bool newer = best == nullptr || event.created_at > best->created_at ||
                           (event.created_at == best->created_at && event.id < best->id);
        if (newer && seal::verify(event))
            best = &event;
    }
    return best == nullptr ? std::vector<std::string>{} : listed_relays(*best);
}

void RelayLists::remember(const XOnlyKey& key, const std::vector<std::string>& relays)
{
    const auto lifetime = relays.empty() ? lifetime_ / 10 : lifetime_;
    const std::lock_guard lock{mutex_};
    if (known_.size() >= kMaxKnown)
        known_.clear();
    known_[key] = {relays, clock_.now_ms() + lifetime.count()};
}

net::Task<Result<std::vector<std::string>>> RelayLists::find(XOnlyKey key, net::Deadline deadline)
{
    {
        const std::lock_guard lock{mutex_};
        const auto found = known_.find(key);
        if (found != known_.end() && found->second.until > clock_.now_ms())
            co_return found->second.relays;
    }
    using Found = Result<std::vector<seal::Event>>;
    std::vector<net::Task<Found>> questions;
    for (const auto& relay : relays_)
    {
        Filter filter;
        filter.authors.emplace({key});
        filter.kinds.emplace({seal::kKindInboxRelays});
        filter.limit = 1;
        questions.push_back(
            query_relay(dialer_, relay, std::move(filter), kMostLists, net::Guard::configured, deadline));
    }
    const auto answers = co_await gather(std::move(questions));
    std::vector<seal::Event> events;
    bool answered = false;
    for (const auto& answer : answers)
    {
        answered = answered || answer.has_value();
        if (answer)
            events.insert(events.end(), answer->begin(), answer->end());
    }
    if (!answered)
        co_return fail(Errc::channel_unreachable,
                       relays_.empty() ? "no relay is configured" : "no configured relay answers");
    auto relays = newest(events, key, clock_.now());
    remember(key, relays);
    co_return relays;
}
} // namespace dmid::channels::nostr
