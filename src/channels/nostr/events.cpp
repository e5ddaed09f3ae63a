// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/events.hpp"

#include "crypto/secp256k1.hpp"
#include "model/npub.hpp"
#include "model/text.hpp"
#include "seal/event_text.hpp"
#include "seal/nip17.hpp"

#include <algorithm>

namespace dmid::channels::nostr
{
seal::EventBody relay_list(const Presence& presence, const std::string& own_relay, UnixTime now)
{
    auto relays = presence.relays;
    if (!own_relay.empty() && std::find(relays.begin(), relays.end(), own_relay) == relays.end())
        relays.insert(relays.begin(), own_relay);
    seal::EventBody body;
    body.pubkey = presence.key;
    body.created_at = now;
    body.kind = seal::kKindInboxRelays;
    for (auto& relay : relays)
        body.tags.push_back({"relay", std::move(relay)});
    return body;
}

seal::EventBody profile(const Presence& presence, UnixTime now)
{
    seal::EventBody body;
    body.pubkey = presence.key;
    body.created_at = now;
    body.kind = kKindProfile;
    body.content = "{\"name\":";
    seal::append_quoted(body.content, presence.name);
    body.content += ",\"about\":";
    seal::append_quoted(body.content, presence.about);
    body.content += '}';
    return body;
}

seal::EventBody auth_answer(const std::string& relay_url, const std::string& challenge, UnixTime now)
{
    seal::EventBody body;
    body.created_at = now;
    body.kind = kKindAuth;
    body.tags = {{"relay", relay_url}, {"challenge", challenge}};
    return body;
}

std::vector<std::string> listed_relays(const seal::EventBody& list)
{
    std::vector<std::string> out;
    for (const auto& tag : list.tags)
    {
        if (tag.size() < 2 || tag[0] != "relay" || out.size() == kMaxListed)
            continue;
        const auto url = net::parse_url(tag[1]);
        if (!url || (url->scheme != net::Scheme::ws && url->scheme != net::Scheme::wss))
            continue;
        auto text = url->to_string();
        if (std::find(out.begin(), out.end(), text) == out.end())
            out.push_back(std::move(text));
    }
    return out;
}

std::string as_relay_url(std::string_view text)
{
    auto url = net::parse_url(text);
    if (!url)
        return {};
    if (url->scheme == net::Scheme::http)
        url->scheme = net::Scheme::ws;
    if (url->scheme == net::Scheme::https)
        url->scheme = net::Scheme::wss;
    return url->to_string();
}

Result<> check_auth(const seal::Event& event, std::string_view challenge,
                    const std::vector<std::string>& authorities, UnixTime now)
{
    if (event.kind != kKindAuth)
        return fail(Errc::message_kind, "an AUTH is of kind 22242");
    if (event.created_at < now - kAuthWindow || event.created_at > now + kAuthWindow)
        return fail(Errc::message_time, "the AUTH is not of now");
    const auto* answered = seal::find_tag(event, "challenge");
    if (answered == nullptr || !constant_time_equal(as_bytes((*answered)[1]), as_bytes(challenge)))
        return fail(Errc::message_recipient, "another challenge");
    const auto* relay = seal::find_tag(event, "relay");
    const auto url = relay == nullptr ? fail(Errc::net_url) : net::parse_url((*relay)[1]);
    if (!url || std::find(authorities.begin(), authorities.end(), url->authority()) == authorities.end())
        return fail(Errc::message_recipient, "another relay");
    return seal::verify(event);
}

Result<XOnlyKey> parse_key(std::string_view text)
{
    text = model::trimmed(text);
    const bool hex = text.size() == 64 && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
    const auto key = hex ? fixed_from_hex<XOnlyKey>(text) : model::parse_npub(text);
    // The text may be a secret key by mistake: it is not repeated.
    if (!key || !crypto::valid_key(*key))
        return fail(Errc::channel_address_invalid, "an npub or 64 hex digits");
    return *key;
}
} // namespace dmid::channels::nostr
