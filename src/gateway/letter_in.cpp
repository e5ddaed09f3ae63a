// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "gateway/stages.hpp"
#include "gateway/words.hpp"
#include "keys/random.hpp"
#include "model/names.hpp"
#include "seal/envelope_id.hpp"
#include "seal/nip59.hpp"

// What a channel brought and proved. The same letter again is the same envelope; a signature that comes again
// with another one proves nothing.
namespace dmid::gateway
{
namespace
{
/// Of marks, what is kept: so many, of so many bytes.
constexpr std::size_t kMostMarks = 16;
constexpr std::size_t kMaxMark = 200;

/// What a channel may say of a sender; the rest is derived here.
constexpr model::ClassMask kFromChannels =
    model::kAllClasses & ~model::mask_of(model::Class::contact, model::Class::answered_before,
                                         model::Class::stranger, model::Class::anonymous);

std::string sender_of(const model::Counterparty& from)
{
    std::string out;
    for (const auto& party : from)
        out += model::to_string(party) + '\n';
    return out;
}

void add(Bytes& name, std::string_view text)
{
    for (unsigned shift = 0; shift < 32; shift += 8)
        name.push_back(static_cast<std::uint8_t>(text.size() >> shift));
    dmid::append(name, as_bytes(text));
}

store::Charge once_charge(const store::MailboxId& box, const Hash32& value)
{
    auto name = to_bytes(as_bytes("dmid/once"));
    dmid::append(name, box.view());
    dmid::append(name, value.view());
    return {crypto::sha256(name), kForGood, 1, 1};
}

/// One id of a sender's own stands for one message.
store::Charge native_charge(const Arrival& arrival)
{
    auto name = to_bytes(as_bytes("dmid/native-id"));
    dmid::append(name, arrival.to->box().view());
    add(name, arrival.in.door);
    add(name, sender_of(arrival.envelope.from));
    add(name, arrival.envelope.native_id);
    return {crypto::sha256(name), kForGood, 1, 1};
}

Result<bool> any_used(const Context& context, const std::vector<store::Charge>& charges)
{
    DMID_TRY(const auto sums, context.mailbox.counters(charges));
    return std::any_of(sums.begin(), sums.end(), [](std::uint64_t sum) { return sum != 0; });
}

Result<> identify(const Context& context, Arrival& arrival, const std::string& native)
{
    arrival.id =
        seal::envelope_id_channel(arrival.to->identity, arrival.in.door, sender_of(arrival.envelope.from),
                                  native, arrival.in.letter->content);
    DMID_TRY(const auto stored, context.mailbox.find(arrival.to->box(), arrival.id));
    arrival.seen = stored.has_value();
    return {};
}

/// Who wrote it counts only where no signature of it was accepted with another message.
Result<> settle_sender(const Context& context, Arrival& arrival, const std::string& native)
{
    const auto& letter = *arrival.in.letter;
    for (const auto& value : letter.once)
        arrival.once.push_back(once_charge(arrival.to->box(), value));
    DMID_TRY(identify(context, arrival, native));
    if (arrival.seen)
        return {};
    DMID_TRY(const bool replayed, any_used(context, arrival.once));
    if (!replayed)
        return {};
    arrival.once.clear();
    arrival.envelope.from.clear();
    arrival.envelope.classes = 0;
    arrival.unknown = 0;
    arrival.marks = {"its signature came before, with another message: it proves nothing"};
    return identify(context, arrival, native);
}

void fill(Arrival& arrival)
{
    const auto& letter = *arrival.in.letter;
    auto& envelope = arrival.envelope;
    envelope.shape = model::Shape::channel;
    envelope.ext = letter.ext;
    envelope.from = model::normalised(letter.from);
    envelope.classes = letter.classes & kFromChannels;
    envelope.sent_at = seal::clamp_time(letter.sent_at, arrival.now);
    if (model::is_line(letter.subject, model::kMaxSubject))
        envelope.subject = letter.subject;
    if (model::is_line(letter.native_id, model::kMaxNativeId))
        envelope.native_id = letter.native_id;
    envelope.parts.emplace_back(model::Text{letter.text});
    if (!letter.answers.empty())
        envelope.reply_to = crypto::sha256(as_bytes(letter.answers.front()));
    if (!letter.reacts_to.empty())
        envelope.reacts_to = crypto::sha256(as_bytes(letter.reacts_to));
    else if (!letter.edits.empty())
        envelope.edits = crypto::sha256(as_bytes(letter.edits));
    arrival.unknown = letter.unknown & kFromChannels;
    arrival.passed = letter.passed;
    for (const auto& mark : letter.marks)
        if (arrival.marks.size() < kMostMarks)
            arrival.marks.push_back(shortened(mark, kMaxMark));
}
} // namespace

Refusal read_letter(Context& context, Arrival& arrival)
{
    fill(arrival);
    auto& envelope = arrival.envelope;
    // Without an id of the sender's own each submission is a message of its own.
    const auto native =
        envelope.native_id.empty() ? to_hex(keys::random_fixed<Hash32>().view()) : envelope.native_id;
    if (const auto settled = settle_sender(context, arrival, native); !settled)
        return refuse(settled.error());
    envelope.ref = envelope.native_id.empty() ? arrival.id : crypto::sha256(as_bytes(envelope.native_id));
    arrival.promised = arrival.id;
    if (arrival.seen || envelope.native_id.empty() || envelope.from.empty())
        return std::nullopt;
    const auto native_id = native_charge(arrival);
    const auto used = any_used(context, {native_id});
    if (!used)
        return refuse(used.error());
    if (*used)
        return refuse(Errc::gateway_duplicate_conflict);
    arrival.once.push_back(native_id);
    return std::nullopt;
}

channel::Answer limited(const Context& context, const Arrival& arrival)
{
    // Another one was quicker: the next attempt finds it, and is judged by that.
    const auto used = any_used(context, arrival.once);
    if (!arrival.once.empty() && (!used || *used))
        return refuse(Errc::gateway_quota);
    return refuse(Errc::policy_rate_limited);
}
} // namespace dmid::gateway
