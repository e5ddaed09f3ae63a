// SPDX-License-Identifier: Apache-2.0
#include "seal/nip59.hpp"

#include "crypto/nip44.hpp"
#include "crypto/secp256k1.hpp"
#include "seal/work.hpp"

#include <algorithm>

namespace dmid::seal
{
namespace
{
constexpr UnixTime kOldest = 50 * 60 * 60; // two days of dating back, and two hours on the way
constexpr UnixTime kAhead = 10 * 60;       // clocks differ

UnixTime dated_back(UnixTime now, std::uint32_t back) noexcept
{
    return now - static_cast<UnixTime>(back % kMaxBack);
}

// The plaintext, encrypted from one key to another, within the limit of NIP-44.
Result<std::string> encrypt_to(const XOnlyKey& reader, const Secret32& from, const Hash32& nonce,
                               std::string_view plaintext)
{
    if (plaintext.size() > crypto::nip44::kMaxPlaintext)
        return fail(Errc::message_too_large);
    DMID_TRY(const auto conversation, crypto::nip44::conversation_key(from, reader));
    return crypto::nip44::encrypt(conversation, nonce, plaintext);
}

Result<Event> within_limit(Result<Event> event)
{
    if (event && to_json(*event).size() > kMaxEventBytes)
        return fail(Errc::message_too_large);
    return event;
}
} // namespace

Rumor make_rumor(EventBody body)
{
    Rumor rumor{std::move(body), {}};
    rumor.id = event_id(rumor);
    return rumor;
}

Result<Event> make_seal(const Rumor& rumor, const Secret32& author, const XOnlyKey& reader, UnixTime now,
                        const SealRandom& random)
{
    EventBody body;
    body.created_at = dated_back(now, random.back);
    body.kind = kKindSeal;
    DMID_TRY(body.content, encrypt_to(reader, author, random.nonce, to_json(rumor)));
    DMID_TRY(auto seal, sign_event(std::move(body), author, random.aux));
    if (seal.pubkey != rumor.pubkey)
        return fail(Errc::message_seal_forged);
    return within_limit(std::move(seal));
}

Result<Event> make_wrap(const Event& seal, const XOnlyKey& reader, UnixTime now, const WrapRandom& random,
                        const WrapExtras& extras)
{
    EventBody body;
    body.created_at = dated_back(now, random.back);
    body.kind = kKindWrap;
    body.tags.push_back({"p", to_hex(reader.view())});
    DMID_TRY(body.pubkey, crypto::xonly_of(random.ephemeral));
    DMID_TRY(body.content, encrypt_to(reader, random.ephemeral, random.nonce, to_json(seal)));
    if (extras.ticket_day_key)
        body.tags.push_back(ticket_tag(ticket_proof(*extras.ticket_day_key, body.pubkey.view())));
    if (extras.keep_until > 0)
        body.tags.push_back({"expiration", std::to_string(extras.keep_until - (now - body.created_at))});
    // Last, because the work covers everything else.
    if (extras.work_bits > 0)
    {
        DMID_TRY(mine(body, extras.work_bits, random.work, extras.work_tries));
    }
    return within_limit(sign_event(std::move(body), random.ephemeral, random.aux));
}

Result<XOnlyKey> wrap_recipient(const EventBody& wrap)
{
    if (wrap.kind != kKindWrap)
        return fail(Errc::message_kind, std::to_string(wrap.kind));
    const auto is_p = [](const Tag& tag) { return !tag.empty() && tag.front() == "p"; };
    const auto at = std::find_if(wrap.tags.begin(), wrap.tags.end(), is_p);
    if (at == wrap.tags.end() || std::any_of(at + 1, wrap.tags.end(), is_p))
        return fail(Errc::message_recipient, "not exactly one p tag");
    if (at->size() < 2)
        return fail(Errc::message_recipient, "a p tag without a key");
    const auto key = fixed_from_hex<XOnlyKey>((*at)[1]);
    if (!key || to_hex(key->view()) != (*at)[1])
        return fail(Errc::message_recipient, "not a key in lower-case hex");
    return *key;
}

Result<> check_wrap_time(const EventBody& wrap, UnixTime now)
{
    if (wrap.created_at < now - kOldest || wrap.created_at > now + kAhead)
        return fail(Errc::message_time);
    return {};
}
} // namespace dmid::seal
