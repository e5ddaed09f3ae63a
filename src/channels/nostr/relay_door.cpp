// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/relay_door.hpp"

#include "channels/nostr/door_impl.hpp"
#include "channels/nostr/door_session.hpp"
#include "channels/nostr/events.hpp"
#include "channels/nostr/head_events.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>

namespace dmid::channels::nostr
{
namespace
{
net::Task<> serve(std::shared_ptr<RelayDoor::Impl> door, net::WebSocketPtr socket, net::HttpRequest request)
{
    auto session = std::make_shared<DoorSession>(door, std::move(socket), std::move(request));
    door->enter(session);
    co_await session->run();
}
} // namespace

bool RelayDoor::Impl::serves(const XOnlyKey& key) const
{
    const auto presences = served.presences();
    return std::any_of(presences.begin(), presences.end(),
                       [&key](const Presence& presence) { return presence.key == key; });
}

std::vector<seal::Event> RelayDoor::Impl::public_events()
{
    std::vector<seal::Event> out;
    const std::lock_guard lock{mutex_};
    auto before = std::exchange(signed_, {});
    for (const auto& presence : served.presences())
    {
        auto known = before.find(presence.key);
        auto& now_signed = signed_[presence.key];
        if (known != before.end() && known->second.presence == presence)
            now_signed = std::move(known->second);
        else
        {
            now_signed.presence = presence;
            std::vector<seal::EventBody> bodies{profile(presence, clock.now())};
            if (!presence.relays.empty() || !options.url.empty())
                bodies.push_back(relay_list(presence, options.url, clock.now()));
            for (auto& body : bodies)
                if (auto event = served.sign(presence.key, std::move(body)))
                    now_signed.events.push_back(std::move(*event));
        }
        out.insert(out.end(), now_signed.events.begin(), now_signed.events.end());
    }
    return out;
}

std::vector<seal::Event> RelayDoor::Impl::head_events(const std::vector<Filter>& filters) const
{
    std::vector<seal::Event> out;
    if (options.heads == nullptr)
        return out;
    for (const auto& filter : filters)
    {
        // Who asks for everything is not meant; and without authors it would be a search.
        const bool asked =
            filter.kinds && filter.authors && filter.limit.value_or(1) > 0 &&
            std::find(filter.kinds->begin(), filter.kinds->end(), kKindAppData) != filter.kinds->end();
        if (!asked)
            continue;
        for (const auto& text : options.heads->events(*filter.authors))
            if (auto event = seal::parse_event(text); event && matches(filter, *event))
                out.push_back(std::move(*event));
    }
    return out;
}

void RelayDoor::Impl::accepted(const XOnlyKey& recipient, const std::shared_ptr<const seal::Event>& wrap)
{
    shelf.put(recipient, wrap, clock.now());
    std::vector<std::shared_ptr<DoorSession>> present;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& session : sessions_)
            if (auto alive = session.lock())
                present.push_back(std::move(alive));
    }
    for (const auto& session : present)
        session->offer(recipient, wrap);
}

void RelayDoor::Impl::enter(const std::shared_ptr<DoorSession>& session)
{
    const std::lock_guard lock{mutex_};
    std::erase_if(sessions_, [](const auto& other) { return other.expired(); });
    sessions_.push_back(session);
}

RelayDoor::RelayDoor(channel::Inbox& inbox, const ServedKeys& served, const Clock& clock,
                     RelayDoorOptions options)
{
    options.url = as_relay_url(options.url);
    impl_ = std::make_shared<Impl>(inbox, served, clock, std::move(options));
}

RelayDoor::~RelayDoor() = default;

net::WebSocketHandler RelayDoor::handler() const
{
    return [impl = impl_](net::WebSocketPtr socket, net::HttpRequest request)
    { return serve(impl, std::move(socket), std::move(request)); };
}

std::string RelayDoor::information() const
{
    namespace json = boost::json;
    const auto& options = impl_->options;
    json::object limitation{{"max_message_length", kMaxMessage},
                            {"max_subscriptions", options.max_subscriptions},
                            {"max_filters", kMaxFilters},
                            {"max_subid_length", kMaxSubscriptionId},
                            {"auth_required", false},
                            {"payment_required", false},
                            {"restricted_writes", true},
                            {"created_at_lower_limit", 50 * 3600},
                            {"created_at_upper_limit", 600}};
    json::object retention{{"kinds", json::array{1059}}, {"time", options.keep_seconds}};
    const json::object document{
        {"name", options.name},
        {"description",
         "Takes gift wraps (NIP-59) for the DMID numbers that this node serves, and policy heads (NIP-78) of "
         "numbers that name it; nothing else."},
        {"supported_nips", json::array{1, 11, 13, 17, 42, 59, 78}},
        {"software", "dmid"},
        {"version", options.software_version},
        {"limitation", std::move(limitation)},
        {"retention", json::array{std::move(retention)}}};
    return codec::serialise_json(document);
}

bool RelayDoor::wants_information(const net::HttpRequest& request)
{
    return request.path == "/" &&
           request.headers.get("Accept").find("application/nostr+json") != std::string_view::npos;
}

net::HttpResponse RelayDoor::information_response() const
{
    net::HttpResponse response;
    response.headers.set("Content-Type", "application/nostr+json");
    response.headers.set("Access-Control-Allow-Origin", "*");
    response.headers.set("Access-Control-Allow-Headers", "*");
    response.headers.set("Access-Control-Allow-Methods", "GET");
    response.body = information();
    return response;
}
} // namespace dmid::channels::nostr
