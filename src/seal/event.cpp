// SPDX-License-Identifier: Apache-2.0
#include "seal/event.hpp"

#include "crypto/secp256k1.hpp"
#include "crypto/sha256.hpp"
#include "seal/event_text.hpp"

#include <algorithm>

namespace dmid::seal
{
std::string canonical_text(const EventBody& body)
{
    std::string out;
    out.reserve(canonical_size_hint(body));
    out += "[0,\"";
    out += to_hex(body.pubkey.view());
    out += "\",";
    out += std::to_string(body.created_at);
    out += ',';
    out += std::to_string(body.kind);
    out += ',';
    append_tags(out, body.tags);
    out += ',';
    append_quoted(out, body.content);
    out += ']';
    return out;
}

Hash32 event_id(const EventBody& body)
{
    return crypto::sha256(as_bytes(canonical_text(body)));
}

Result<> verify(const Event& event)
{
    if (event_id(event) != event.id)
        return fail(Errc::message_id_mismatch);
    if (!crypto::verify_schnorr(event.id, event.sig, event.pubkey))
        return fail(Errc::message_signature);
    return {};
}

Result<Event> sign_event(EventBody body, const Secret32& secret, const Hash32& aux)
{
    Event event{std::move(body), {}, {}};
    DMID_TRY(event.pubkey, crypto::xonly_of(secret));
    event.id = event_id(event);
    DMID_TRY(event.sig, crypto::sign_schnorr(event.id, secret, aux));
    return event;
}

const Tag* find_tag(const EventBody& body, std::string_view name) noexcept
{
    const auto at = std::find_if(body.tags.begin(), body.tags.end(),
                                 [name](const Tag& tag) { return tag.size() >= 2 && tag.front() == name; });
    return at == body.tags.end() ? nullptr : &*at;
}
} // namespace dmid::seal
