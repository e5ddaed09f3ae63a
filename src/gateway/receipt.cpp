// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "gateway/answer_code.hpp"
#include "gateway/backoff.hpp"
#include "gateway/known_as.hpp"
#include "gateway/legs.hpp"
#include "gateway/receipts_out.hpp"
#include "gateway/views.hpp"
#include "gateway/words.hpp"
#include "keys/random.hpp"
#include "model/names.hpp"

namespace dmid::gateway
{
namespace
{
/// How long a leg that waits for the owner, or for the chain, sleeps before it looks again (milliseconds).
constexpr UnixMillis kHoldCheckMs = 15'000;

/// Of a message that waited for a digest and needed it no more.
constexpr std::string_view kElsewhere = "it had arrived by another way, or was gone";

constexpr std::string_view kSentAgain =
    "the chain took back the key that it had been sealed to: sent again, to the one that counts now";

Hash32 outcome_id(const Hash32& leg, std::uint32_t attempt, const Hash32* message)
{
    auto bytes = to_bytes(as_bytes("dmid/outcome"));
    dmid::append(bytes, leg.view());
    if (message != nullptr)
        dmid::append(bytes, message->view());
    for (unsigned shift = 0; shift < 32; shift += 8)
        bytes.push_back(static_cast<std::uint8_t>(attempt >> shift));
    return crypto::sha256(bytes);
}

/// What the platform calls it from now on.
struct Names
{
    std::vector<std::string> ids;
    std::vector<Hash32> known_as;
};

Names names_of(const Context& context, const Prepared& prepared)
{
    Names out;
    for (const auto& id : prepared.attempt.known_as)
        if (out.ids.size() < channel::kMostKnownAs && model::is_line(id, model::kMaxNativeId))
        {
            out.ids.push_back(id);
            out.known_as.push_back(known_as(context, prepared.channel, prepared.address, id));
        }
    if (const auto& code = prepared.answer_code; !code.empty())
        out.known_as.push_back(answer_code_name(context, prepared.channel, prepared.address, code));
    return out;
}

store::Entry outcome_entry(const store::WorkItem& item, const LegMeta& meta, State state, std::string detail,
                           bool repeated, UnixTime now, Names names = {})
{
    OutcomeMeta outcome;
    outcome.message = meta.message;
    outcome.leg = item.entry.id;
    outcome.state = state;
    outcome.label = meta.plan.label;
    outcome.channel = meta.channel;
    outcome.detail = shortened(detail, kMaxDetail);
    outcome.repeated = repeated;
    outcome.at = now;
    outcome.known_as = std::move(names.ids);
    outcome.names = std::move(names.known_as);
    store::Entry entry;
    entry.id = outcome_id(item.entry.id, item.ref.attempt, meta.plan.digest ? &meta.message : nullptr);
    entry.kind = static_cast<std::uint16_t>(Kind::outcome);
    entry.thread = item.entry.thread;
    entry.meta = encode(outcome);
    entry.content = entry.id;
    entry.time = now * 1000;
    return entry;
}

std::string way_of(const LegMeta& meta)
{
    return meta.to_owner ? meta.plan.label : std::string{"to others"};
}

void note_health(Context& context, const store::WorkItem& item, const LegMeta& meta,
                 const channel::Attempt& attempt)
{
    const auto served = served_by_box(context, item.ref.mailbox);
    const auto number = served ? std::optional{served->identity.number} : std::nullopt;
    const auto way = way_of(meta);
    const auto key = meta.to_owner && number ? Health::way(*number, way) : way;
    const auto alarm = "way " + way;
    const auto now = context.clock.now();
    if (attempt.outcome == channel::Outcome::accepted)
    {
        context.health.success(key, now);
        context.health.success(Health::channel(meta.channel), now);
        context.alarms.clear(alarm, number);
        return;
    }
    const auto failures = context.health.failure(key, attempt.detail, now);
    context.health.failure(Health::channel(meta.channel), attempt.detail, now);
    // A stranger's server that is down is no failure of ours; only the owner's own ways raise alarms.
    if (meta.to_owner && failures >= kDeadAfter)
        context.alarms.raise(
            alarm, "messages for " + way + " do not get through: " + std::string{name(attempt.code)}, now,
            AlarmScope{number, way});
}

std::string_view name_of(channel::Outcome outcome)
{
    switch (outcome)
    {
    case channel::Outcome::accepted:
        return "accepted";
    case channel::Outcome::refused:
        return "refused";
    case channel::Outcome::deferred:
        return "deferred";
    case channel::Outcome::unreachable:
        return "unreachable";
    case channel::Outcome::uncertain:
        return "uncertain";
    }
    return "other";
}

std::string describe(const store::WorkItem& item, const LegMeta& meta, const channel::Attempt& attempt)
{
    const bool done = attempt.outcome == channel::Outcome::accepted;
    return "leg=" + to_hex(item.entry.id.view()) + " envelope=" + to_hex(meta.message.view()) +
           " channel=" + meta.channel + " attempt=" + std::to_string(item.ref.attempt) +
           (done ? std::string{" accepted"} : " code=" + std::string{name(attempt.code)});
}

UnixMillis next_try(const Context& context, const channel::Attempt& attempt, std::uint32_t failures)
{
    const auto now = context.clock.now_ms();
    const auto random = keys::random_fixed<Hash32>();
    const auto wait = retry_delay(failures, (std::uint64_t{random.bytes[0]} << 8U) | random.bytes[1]);
    return std::max(now + wait, attempt.retry_at.value_or(0));
}
/// Tells the sender where this outcome is news to them: it arrived, or the last way failed.
void tell_sender(Context& context, const store::WorkItem& item, const LegMeta& meta, store::Append& what)
{
    if (!meta.to_owner || what.entries.empty())
        return;
    const auto outcome = decode_outcome(what.entries.front().meta);
    const auto served = served_by_box(context, item.ref.mailbox);
    const auto view = InboxView::open(context.mailbox);
    if (!outcome || !served || !view)
        return;
    const auto row = view->message(item.ref.mailbox, meta.message);
    if (!row || !*row)
        return;
    std::optional<model::ReceiptState> state;
    if (outcome->state == State::delivered && (*row)->state != State::delivered)
        state = model::ReceiptState::delivered;
    const bool open = (*row)->state == State::queued;
    if (outcome->state == State::failed && open && (*row)->failed + 1 >= (*row)->legs)
        state = model::ReceiptState::failed;
    if (!state)
        return;
    // A receipt that cannot be made delays no outcome.
    const auto made = add_receipt(context, *served, meta.message, *state, what);
    if (!made)
        context.alarms.raise("receipts",
                             "a receipt could not be made: " + std::string{name(made.error().code)},
                             context.clock.now());
}

/// What came of a digest came of each message in it.
void share_out(const Context& context, const store::WorkItem& item, const LegMeta& meta,
               const std::vector<Hash32>& together, State state, const std::string& detail, bool repeated,
               store::Append& what)
{
    for (const auto& id : together)
    {
        auto of = meta;
        of.message = id;
        auto entry = outcome_entry(item, of, state, detail, repeated, context.clock.now());
        if (const auto stored = context.mailbox.find(item.ref.mailbox, id); stored && *stored)
            entry.thread = (*stored)->entry.thread;
        what.entries.push_back(std::move(entry));
    }
}

/// Done; a digest of which more waits comes again at once, as if for the first time.
void end_leg(const Context& context, const store::WorkItem& item, const Prepared& prepared,
             store::Append& what)
{
    LegProgress fresh;
    fresh.finished = item.ref.attempt;
    if (prepared.more)
        what.later.push_back({item.ref, context.clock.now_ms(), encode(fresh)});
    else
        what.done.push_back(item.ref);
}

/// It went out: done, or kept while the key that it is sealed to is not final.
void note_accepted(const Context& context, const store::WorkItem& item, const LegMeta& meta,
                   const Prepared& prepared, LegProgress progress, UnixMillis next_look, store::Append& what)
{
    const auto& attempt = prepared.attempt;
    const bool arrived = attempt.reached != channel::Confirms::accepted;
    const auto detail = prepared.again ? std::string{kSentAgain} : attempt.detail;
    const auto now = (next_look - kHoldCheckMs) / 1000;
    const auto state = arrived ? State::delivered : State::accepted;
    if (meta.plan.digest)
    {
        share_out(context, item, meta, prepared.apart, State::accepted, std::string{kElsewhere}, false, what);
        share_out(context, item, meta, prepared.together, state, "in a digest", prepared.leg.repeated, what);
    }
    else
        what.entries.push_back(outcome_entry(item, meta, state, detail, prepared.leg.repeated, now,
                                             names_of(context, prepared)));
    progress.unsettled = prepared.unsettled;
    if (progress.unsettled)
        what.later.push_back({item.ref, next_look, encode(progress)});
    else
        end_leg(context, item, prepared, what);
}

/// Nothing more is tried.
void note_failed(const Context& context, const store::WorkItem& item, const LegMeta& meta,
                 const Prepared& prepared, bool uncertain, store::Append& what)
{
    const auto& attempt = prepared.attempt;
    const auto words = attempt.detail.empty() ? std::string{name(attempt.code)} : attempt.detail;
    if (meta.plan.digest)
        share_out(context, item, meta, prepared.together, State::failed, words, uncertain, what);
    else
        what.entries.push_back(
            outcome_entry(item, meta, State::failed, words, uncertain, context.clock.now()));
    end_leg(context, item, prepared, what);
}
} // namespace

Bytes encode(const LegProgress& progress)
{
    Bytes out;
    for (const auto value : {progress.finished, progress.failures})
        for (unsigned shift = 0; shift < 32; shift += 8)
            out.push_back(static_cast<std::uint8_t>(value >> shift));
    out.push_back(static_cast<std::uint8_t>((progress.uncertain ? 1U : 0U) | (progress.hold_told ? 2U : 0U)));
    if (progress.unsettled)
        dmid::append(out, progress.unsettled->view());
    return out;
}

LegProgress decode_progress(ByteView bytes) noexcept
{
    LegProgress progress;
    constexpr std::size_t kCounts = 9;
    constexpr std::size_t kWithKey = kCounts + 32;
    if (bytes.size() != kCounts && bytes.size() != kWithKey)
        return progress;
    for (unsigned i = 0; i < 4; ++i)
    {
        progress.finished |= std::uint32_t{bytes[i]} << (8 * i);
        progress.failures |= std::uint32_t{bytes[4 + i]} << (8 * i);
    }
    progress.uncertain = (bytes[8] & 1U) != 0;
    progress.hold_told = (bytes[8] & 2U) != 0;
    if (bytes.size() == kWithKey)
    {
        progress.unsettled.emplace();
        std::copy(bytes.begin() + kCounts, bytes.end(), progress.unsettled->bytes.begin());
    }
    return progress;
}

net::Task<> record_attempt(Context& context, const store::WorkItem& item, Prepared prepared)
{
    const auto decoded = decode_leg(item.entry.meta);
    if (!decoded)
    {
        co_await put_off(context, item, decoded.error());
        co_return;
    }
    const auto& meta = *decoded;
    const auto& attempt = prepared.attempt;
    const auto now = context.clock.now();
    auto progress = decode_progress(item.state);
    progress.finished = item.ref.attempt;

    store::Append what;
    what.mailbox = item.ref.mailbox;
    if (prepared.ready)
    {
        note_health(context, item, meta, attempt);
        note(context, describe(item, meta, attempt));
        context.meters->count(Meter::leg, meta.channel, name_of(attempt.outcome));
    }
    const auto next_look = context.clock.now_ms() + kHoldCheckMs;
    if (prepared.superseded || (prepared.watching && next_look > meta.give_up))
    {
        end_leg(context, item, prepared, what);
        share_out(context, item, meta, prepared.apart, State::accepted, std::string{kElsewhere}, false, what);
    }
    else if (prepared.watching)
        what.later.push_back({item.ref, next_look, encode(progress)});
    else if (prepared.on_hold)
    {
        if (!progress.hold_told && !meta.plan.digest)
            what.entries.push_back(outcome_entry(item, meta, State::queued, attempt.detail, false, now));
        progress.hold_told = true;
        what.later.push_back(
            {item.ref, prepared.look_at > 0 ? prepared.look_at : next_look, encode(progress)});
    }
    else if (attempt.outcome == channel::Outcome::accepted)
        note_accepted(context, item, meta, prepared, progress, next_look, what);
    else
    {
        ++progress.failures;
        progress.uncertain = progress.uncertain || attempt.outcome == channel::Outcome::uncertain;
        const auto when = next_try(context, attempt, progress.failures);
        if (attempt.outcome == channel::Outcome::refused || when > meta.give_up)
            note_failed(context, item, meta, prepared, progress.uncertain, what);
        else
            what.later.push_back({item.ref, when, encode(progress)});
    }
    tell_sender(context, item, meta, what);
    // Where this fails the lease lapses: the leg comes again and, if it went out, is marked as repeated.
    const auto recorded = co_await append(context, std::move(what));
    if (!recorded)
        context.alarms.raise(
            "store", "an outcome could not be written: " + std::string{name(recorded.error().code)}, now);
}
} // namespace dmid::gateway
