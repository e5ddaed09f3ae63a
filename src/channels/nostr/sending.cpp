// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/sending.hpp"

#include "channels/nostr/events.hpp"
#include "channels/nostr/gather.hpp"
#include "channels/nostr/owner_text.hpp"
#include "channels/nostr/peers.hpp"
#include "crypto/secp256k1.hpp"
#include "keys/random.hpp"
#include "seal/nip59.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::nostr
{
using channel::Attempt;
using channel::Outcome;

namespace
{
constexpr std::size_t kMaxGateways = 4; ///< of a document

Attempt attempt_of(Outcome outcome, Errc code, std::string_view words)
{
    return failed(outcome, code, words).attempt;
}

/// What failed before anything was sent: our own data never gets better, time and machines may.
Attempt unsent(const Error& error)
{
    if (error.code == Errc::message_too_large)
        return attempt_of(Outcome::refused, Errc::channel_too_large, error.context);
    const bool later = retryable(error.code) || kind(error.code) == ErrorKind::fault;
    return attempt_of(later ? Outcome::deferred : Outcome::refused, error.code, to_string(error));
}

/// A fair part of what is left, so that a silent peer leaves time for those after it.
net::Deadline share(net::Deadline deadline, std::size_t peers, net::Millis most)
{
    const auto now = std::chrono::steady_clock::now();
    const auto left = std::max(deadline - now, std::chrono::steady_clock::duration::zero());
    const auto part = left / static_cast<long>(std::max<std::size_t>(peers, 1));
    return now + std::min<std::chrono::steady_clock::duration>(part, most);
}
} // namespace

Sending::Sending(const NostrOptions& options, const Secret32& node_key, const Clock& clock,
                 const net::Dialer& dialer)
    : options_{options}
    , node_key_{node_key}
    , clock_{clock}
    , dialer_{dialer}
    , http_{dialer}
    , lists_{options.relays, dialer, clock, options.list_lifetime}
    , wrapper_{clock}
{
}

net::Task<Attempt> Sending::send(channel::Leg leg, channel::Outgoing message)
{
    if (message.text.size() > kMaxText)
        co_return attempt_of(Outcome::refused, Errc::channel_too_large, "over 24 KiB of text");
    const auto address = parse_key(leg.address);
    if (!address)
        co_return attempt_of(Outcome::refused, address.error().code, address.error().context);
    if (!message.sealed)
    {
        auto sealed = seal_for_owner(leg, message, *address);
        if (!sealed)
            co_return unsent(sealed.error());
        message.sealed = std::move(*sealed);
    }
    const auto left = std::max<UnixMillis>(leg.deadline - clock_.now_ms(), 0);
    const auto deadline = net::deadline_in(net::Millis{left});
    auto places = co_await find_places(leg, message.sealed->recipient, deadline);
    if (!places)
        co_return std::move(places).error();
    co_return co_await deliver(*message.sealed, std::move(*places), deadline);
}

Result<channel::Sealed> Sending::seal_for_owner(const channel::Leg& leg, const channel::Outgoing& message,
                                                const XOnlyKey& owner) const
{
    DMID_TRY(const auto node, crypto::xonly_of(node_key_));
    const auto rumor = rumor_for_owner(leg, message, node, owner, clock_.now());
    const seal::SealRandom random{keys::random_fixed<Hash32>(), keys::random_fixed<Hash32>(), random_back()};
    DMID_TRY(const auto sealed, seal::make_seal(rumor, node_key_, owner, clock_.now(), random));
    channel::Sealed out;
    out.seal = seal::to_json(sealed);
    out.recipient = owner;
    return out;
}

net::Task<tl::expected<Sending::Places, Attempt>>
Sending::find_places(const channel::Leg& leg, XOnlyKey recipient, net::Deadline deadline)
{
    Places places;
    for (const auto& route : leg.routes)
    {
        const bool gateway = route.starts_with("http");
        auto& list = gateway ? places.gateways : places.relays;
        if (list.size() < (gateway ? kMaxGateways : kMaxListed))
            list.push_back(route);
    }
    if (!leg.routes.empty())
        co_return places;
    auto listed = co_await lists_.find(recipient, share(deadline, 2, options_.peer_timeout));
    if (!listed)
        co_return tl::unexpected(
            attempt_of(Outcome::unreachable, listed.error().code, listed.error().context));
    places.relays = std::move(*listed);
    if (!places.relays.empty())
        co_return places;
    if (!options_.send_without_list)
        co_return tl::unexpected(attempt_of(Outcome::deferred, Errc::channel_deferred,
                                            "the key lists no relays for private messages (kind 10050)"));
    places.relays = options_.relays;
    places.guard = net::Guard::configured;
    co_return places;
}

net::Task<Attempt> Sending::deliver(const channel::Sealed& sealed, Places places, net::Deadline deadline)
{
    std::vector<Reply> replies;
    auto peers = places.gateways.size() + (places.relays.empty() ? 0 : 1);
    bool all_down = true;
    for (auto& url : places.gateways)
    {
        const auto until = share(deadline, peers--, options_.peer_timeout);
        auto reply = co_await to_gateway(sealed, std::move(url), until, deadline);
        replies.push_back(std::move(reply));
        const auto& last = replies.back();
        const bool refused = last.attempt.outcome == Outcome::refused && !last.elsewhere;
        if (last.attempt.outcome == Outcome::accepted || refused)
            co_return last.attempt;
        all_down = all_down && (last.down || last.elsewhere);
    }
    // A gateway that asks for patience speaks for the recipient: relays are no way around it.
    if (!all_down || places.relays.empty())
        co_return best_of(replies);
    std::vector<net::Task<Reply>> tries;
    const auto until = share(deadline, 1, options_.peer_timeout);
    for (auto& url : places.relays)
        tries.push_back(to_relay(sealed, std::move(url), places.guard, until, deadline));
    auto more = co_await gather(std::move(tries));
    replies.insert(replies.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    co_return best_of(replies);
}

net::Task<Reply> Sending::to_gateway(const channel::Sealed& sealed, std::string url, net::Deadline until,
                                     net::Deadline deadline)
{
    auto wrap = co_await wrapper_.wrap(sealed, sealed.work, until);
    if (!wrap)
        co_return Reply{unsent(wrap.error()), 0, false, false, false};
    auto reply = co_await post_to_gateway(http_, url, seal::to_json(*wrap), until);
    if (reply.work <= sealed.work || reply.work > options_.max_work)
        co_return reply;
    wrap = co_await wrapper_.wrap(sealed, reply.work, deadline);
    if (!wrap)
        co_return Reply{unsent(wrap.error()), 0, false, false, false};
    co_return co_await post_to_gateway(http_, std::move(url), seal::to_json(*wrap), deadline);
}

net::Task<Reply> Sending::to_relay(const channel::Sealed& sealed, std::string url, net::Guard guard,
                                   net::Deadline until, net::Deadline deadline)
{
    auto wrap = co_await wrapper_.wrap(sealed, sealed.work, until);
    if (!wrap)
        co_return Reply{unsent(wrap.error()), 0, false, false, false};
    auto reply = co_await publish_to_relay(dialer_, url, std::move(*wrap), guard, until, clock_.now());
    if (reply.work <= sealed.work || reply.work > options_.max_work)
        co_return reply;
    wrap = co_await wrapper_.wrap(sealed, reply.work, deadline);
    if (!wrap)
        co_return Reply{unsent(wrap.error()), 0, false, false, false};
    co_return co_await publish_to_relay(dialer_, std::move(url), std::move(*wrap), guard, deadline,
                                        clock_.now());
}
} // namespace dmid::channels::nostr
