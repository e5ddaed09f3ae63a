// SPDX-License-Identifier: Apache-2.0
#include "tool/relay_inbox.hpp"

#include "crypto/secp256k1.hpp"
#include "model/npub.hpp"
#include "seal/nip17.hpp"
#include "tool/inbox_keys.hpp"
#include "tool/letter.hpp"
#include "tool/relay_mail.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

namespace dmid::tool
{
namespace json = boost::json;
namespace
{
using Openers = std::map<XOnlyKey, Secret32>;

Result<Openers> openers_of(const Invocation& call)
{
    Openers out;
    if (const auto nameless = throwaway_key(call))
    {
        DMID_TRY(const auto key, crypto::xonly_of(*nameless));
        out.emplace(key, *nameless);
    }
    if (!call.globals().number.empty())
    {
        KeyRing ring{call};
        DMID_TRY(const auto session, ChainSession::open(call));
        DMID_TRY(const auto found, session->resolve(call.globals().number, chain::Finality::latest));
        DMID_TRY(const auto secret, open_inbox(ring, found.record.inbox_key()));
        out.emplace(found.record.inbox_key(), secret);
    }
    return out;
}

json::object message_of(const seal::Opened& opened, UnixTime now)
{
    const auto npub = model::to_npub(opened.seal_key);
    return {
        {"id", to_hex(opened.wrap_id.view())},
        {"direction", "in"},
        {"with", {{"id", npub}, {"words", npub}, {"kind", "nostr"}, {"contact", false}, {"blocked", false}}},
        {"proofs", json::array{"nostr"}},
        {"text", opened.rumor.content},
        {"sent_at", seal::clamp_time(opened.rumor.created_at, now)},
        {"received_at", seal::clamp_time(opened.rumor.created_at, now)},
        {"state", "delivered"},
        {"why", "read from a relay, without a node: no policy judged it"}};
}
} // namespace

Result<json::object> read_relay_inbox(const Invocation& call)
{
    DMID_TRY(const auto config, call.config());
    const auto relays = call.has("--relay") ? call.words("--relay") : config.nostr.relays;
    DMID_TRY(const auto openers, openers_of(call));
    if (relays.empty() || openers.empty())
        return fail(Errc::gateway_not_running, openers.empty()
                                                   ? "and no message was sent from here without one"
                                                   : "and no relay is configured");
    std::vector<XOnlyKey> keys;
    for (const auto& [key, secret] : openers)
        keys.push_back(key);
    const auto now = SystemClock{}.now();
    std::set<Hash32> seen; // rumors: one message through two relays, or wrapped twice, is one
    std::vector<std::pair<UnixTime, json::object>> found;
    std::size_t unread = 0;
    std::optional<Error> failure;
    for (const auto& relay : relays)
    {
        DMID_TRY(const auto mail, read_relay(call, relay, keys, now - kRelayWindow));
        if (mail.error)
        {
            call.out().warn(safe_text(relay) + ": " + safe_text(to_string(*mail.error)));
            failure = mail.error;
            ++unread;
        }
        for (const auto& wrap : mail.wraps)
        {
            const auto recipient = seal::wrap_recipient(wrap);
            const auto opener = recipient ? openers.find(*recipient) : openers.end();
            if (opener == openers.end())
                continue;
            const auto opened = seal::open_verified_wrap(wrap, opener->second);
            if (opened && seen.insert(opened->rumor.id).second)
                found.emplace_back(seal::clamp_time(opened->rumor.created_at, now), message_of(*opened, now));
        }
    }
    if (unread == relays.size())
        return tl::unexpected<Error>(*failure);
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    json::array messages;
    for (auto& [time, message] : found)
        messages.push_back(std::move(message));
    return json::object{{"messages", std::move(messages)}, {"next", nullptr}, {"source", "relays"}};
}
} // namespace dmid::tool
