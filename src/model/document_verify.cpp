// SPDX-License-Identifier: Apache-2.0
#include "crypto/secp256k1.hpp"
#include "crypto/tagged_hash.hpp"
#include "crypto/tags.hpp"
#include "model/document.hpp"
#include "model/scope.hpp"

#include <algorithm>

namespace dmid::model
{
namespace tags = crypto::tags;

Hash32 possession_message(const Identity& identity, const XOnlyKey& inbox_key) noexcept
{
    return scoped_hash(tags::kPossession, identity).update(inbox_key.view()).finish();
}

Hash32 listed_key_message(const Identity& identity, const XOnlyKey& key) noexcept
{
    return scoped_hash(tags::kListedKey, identity).update(key.view()).finish();
}

Hash32 handover_message(const Identity& identity, const XOnlyKey& from, const XOnlyKey& next_inbox,
                        const XOnlyKey& next_policy) noexcept
{
    return scoped_hash(tags::kHandover, identity)
        .update(from.view())
        .update(next_inbox.view())
        .update(next_policy.view())
        .finish();
}

Hash32 continuity_message(const Identity& identity, std::uint32_t from_epoch, const Address& owner,
                          const XOnlyKey& next_inbox) noexcept
{
    return scoped_hash(tags::kContinuity, identity)
        .update_u64(from_epoch)
        .update(owner.view())
        .update(next_inbox.view())
        .finish();
}

namespace
{
bool signed_by(const XOnlyKey& key, const Hash32& message, const SchnorrSignature& signature)
{
    return crypto::verify_schnorr(message, signature, key).has_value();
}

Result<> verify_continuity(const Continuity& c, const Identity& identity, const Address& owner)
{
    if (c.from_epoch >= identity.epoch)
        return fail(Errc::document_invalid, "the continuity proof does not come from an earlier epoch");
    if (!signed_by(c.from, continuity_message(identity, c.from_epoch, owner, c.next_inbox), c.signature))
        return fail(Errc::document_invalid, "the continuity proof's signature does not verify");
    return {};
}
} // namespace

Result<> verify_document(const Document& document, const Identity& identity, const Address& owner,
                         const XOnlyKey& record_inbox_key)
{
    if (document.inbox_key != record_inbox_key)
        return fail(Errc::document_key_mismatch);
    if (!signed_by(document.inbox_key, possession_message(identity, document.inbox_key), document.possession))
        return fail(Errc::document_possession);
    if (!crypto::valid_key(document.policy_key))
        return fail(Errc::document_invalid, "the policy key is no key of the curve");
    for (const auto& listed : document.listed_keys)
        if (!signed_by(listed.key, listed_key_message(identity, listed.key), listed.possession))
            return fail(Errc::document_invalid, "a listed key's proof of possession does not verify");
    for (const auto& h : document.handovers)
        if (!signed_by(h.from, handover_message(identity, h.from, h.next_inbox, h.next_policy), h.signature))
            return fail(Errc::document_invalid, "a handover's signature does not verify");
    if (document.continuity)
        return verify_continuity(*document.continuity, identity, owner);
    return {};
}

bool handover_run(const XOnlyKey& pinned_inbox_key, const Document& document) noexcept
{
    // The form is checked: the handovers are one unbroken run up to the document's keys, so any of them that
    // the pinned key signed begins a run.
    return std::any_of(document.handovers.begin(), document.handovers.end(),
                       [&](const Handover& h) { return h.from == pinned_inbox_key; });
}

PinStep pin_step(const Pin& pin, const Identity& identity, const Document& document) noexcept
{
    if (identity.epoch < pin.epoch)
        return PinStep::broken;
    if (identity.epoch > pin.epoch)
    {
        const auto& c = document.continuity;
        return c && c->from_epoch == pin.epoch && c->from == pin.inbox_key ? PinStep::continued
                                                                           : PinStep::new_epoch;
    }
    if (pin == pin_of(identity, document))
        return PinStep::same;
    return handover_run(pin.inbox_key, document) ? PinStep::handed_over : PinStep::broken;
}

Pin pin_of(const Identity& identity, const Document& document) noexcept
{
    return {identity.epoch, document.inbox_key, document.policy_key};
}
} // namespace dmid::model
