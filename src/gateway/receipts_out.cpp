// SPDX-License-Identifier: Apache-2.0
#include "gateway/receipts_out.hpp"

#include "crypto/secp256k1.hpp"
#include "gateway/letters.hpp"
#include "gateway/stages.hpp"
#include "keys/random.hpp"

namespace dmid::gateway
{
namespace
{
/// A blocked sender never learns more, whatever else is allowed.
Result<bool> allowed(const Context& context, const Served& served, const model::Envelope& envelope,
                     const Arrived& meta)
{
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    DMID_TRY(const auto contact, view.contact(served.box(), meta.from));
    if (contact.blocked() || meta.state == State::dropped)
        return false;
    return served.receipts ||
           judge_again(context, served, envelope, contact, meta.work, context.clock.now()).receipts;
}

Result<std::string> signed_receipt(const Context& context, const Served& served, const Hash32& message,
                                   model::ReceiptState state)
{
    model::SignedReceipt out;
    out.receipt = {message, served.identity, state, context.clock.now()};
    out.node_key = context.node_key.key;
    DMID_TRY(out.signature, crypto::sign_schnorr(model::receipt_message(out.receipt, out.node_key),
                                                 context.node_key.secret, keys::random_fixed<Hash32>()));
    return to_base64url(model::encode_receipt(out));
}
} // namespace

Result<bool> may_learn(const Context& context, const Served& served, const Hash32& message)
{
    DMID_TRY(const auto stored, context.mailbox.find(served.box(), message));
    if (!stored || stored->forgotten || stored->entry.kind != static_cast<std::uint16_t>(Kind::arrived))
        return false;
    DMID_TRY(const auto meta, decode_arrived(stored->entry.meta));
    if (served.receipts || meta.state == State::dropped)
        return served.receipts && meta.state != State::dropped;
    DMID_TRY(const auto envelope, model::decode_envelope(stored->entry.body));
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    DMID_TRY(auto contact, view.contact(served.box(), meta.from));
    contact.denied_at = 0;
    return judge_again(context, served, envelope, contact, meta.work, context.clock.now()).receipts;
}

Result<> add_receipt(Context& context, const Served& served, const Hash32& message, model::ReceiptState state,
                     store::Append& what)
{
    DMID_TRY(auto stored, context.mailbox.find(served.box(), message));
    if (!stored || stored->forgotten || stored->entry.kind != static_cast<std::uint16_t>(Kind::arrived))
        return {};
    DMID_TRY(const auto meta, decode_arrived(stored->entry.meta));
    const auto* sender = meta.from.size() == 1 ? std::get_if<model::Identity>(&meta.from.front()) : nullptr;
    if (sender == nullptr)
        return {};
    DMID_TRY(const auto envelope, model::decode_envelope(stored->entry.body));
    DMID_TRY(const auto may, allowed(context, served, envelope, meta));
    if (!may)
        return {};
    DMID_TRY(const auto pin, context.pins.find(served.box(), sender->network, sender->number));
    if (!pin || pin->epoch != sender->epoch)
        return {};
    Draft draft;
    draft.control = true;
    draft.answers = envelope.ref;
    DMID_TRY(draft.receipt, signed_receipt(context, served, message, state));
    DMID_TRY(auto letter, write_letter(context, served, *sender, pin->inbox_key, std::move(draft)));
    for (auto& entry : letter.entries)
        what.entries.push_back(std::move(entry));
    return {};
}
} // namespace dmid::gateway
