// SPDX-License-Identifier: Apache-2.0
#include "node/served_keys.hpp"

#include "keys/random.hpp"

namespace dmid::node
{
std::vector<channels::nostr::Presence> NostrKeys::presences() const
{
    std::vector<channels::nostr::Presence> out;
    for (const auto& served : served_.all())
        for (const auto& key : served->keys)
            out.push_back({key.key, served->identity.number.in_fours(),
                           "A DMID number. What arrives here is judged by its owner's policy.",
                           served->document.relays});
    return out;
}

Result<seal::Event> NostrKeys::sign(const XOnlyKey& key, seal::EventBody body) const
{
    const auto served = served_.by_key(key);
    if (!served)
        return fail(Errc::crypto_key_invalid, "not served here");
    body.created_at = clock_.now();
    return seal::sign_event(std::move(body), served->key(key)->secret, keys::random_fixed<Hash32>());
}
} // namespace dmid::node
