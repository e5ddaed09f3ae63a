// SPDX-License-Identifier: Apache-2.0
#include "gateway/stages.hpp"
#include "seal/dmid_tag.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
/// The seal's key is the number's inbox key, or one that its document lists with a proof of possession.
bool speaks_for(const model::Document& document, const XOnlyKey& key)
{
    if (document.inbox_key == key)
        return true;
    const auto& listed = document.listed_keys;
    return std::any_of(listed.begin(), listed.end(), [&](const auto& entry) { return entry.key == key; });
}
} // namespace

net::Task<Refusal> resolve_sender(Context& context, Arrival& arrival)
{
    if (!arrival.opened)
        co_return std::nullopt;
    const auto claim = seal::dmid_claim(arrival.opened->rumor);
    if (!claim)
        co_return refuse(claim.error());
    // Without the tag the class is nostr; a number of another registry cannot be proven here.
    if (!*claim || (*claim)->network != context.resolver.network())
        co_return std::nullopt;

    const auto holder = model::bit(model::Class::dmid_holder);
    auto resolution = co_await context.resolver.resolve((*claim)->number);
    if (!resolution || resolution->stale)
    {
        const bool proven_absent = !resolution && resolution.error().code == Errc::resolve_not_minted;
        if (!proven_absent)
            arrival.unknown |= holder;
        co_return std::nullopt;
    }
    if (resolution->record.published() && !resolution->document)
    {
        // Nobody has the document's bytes at present: nothing is known of the key.
        arrival.unknown |= holder;
        co_return std::nullopt;
    }
    const bool proven = resolution->identity == **claim && resolution->document &&
                        speaks_for(*resolution->document, arrival.opened->seal_key);
    if (!proven)
        co_return std::nullopt;

    const auto standing = context.pins.judge(arrival.to->box(), resolution->identity, *resolution->document,
                                             disputed(resolution->record), arrival.now);
    if (!standing)
        co_return refuse(standing.error());
    arrival.standing = *standing;
    arrival.envelope.classes |= holder;
    // The number alone: its threads and consents outlive a rotation of the key.
    arrival.envelope.from = {resolution->identity};
    co_return std::nullopt;
}
} // namespace dmid::gateway
