// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "gateway/flow.hpp"
#include "gateway/known_as.hpp"
#include "gateway/stages.hpp"
#include "gateway/tokens.hpp"
#include "gateway/view_rows.hpp"
#include "gateway/words.hpp"

// What other servers say about messages of ours. It is written down and nothing else: no report ever causes a
// message to anybody but, by an alarm, to the owner.
namespace dmid::gateway
{
namespace
{
using channel::Report;

Hash32 report_id(const Hash32& leg, Report::Fate fate)
{
    auto bytes = to_bytes(as_bytes("dmid/report"));
    dmid::append(bytes, leg.view());
    bytes.push_back(static_cast<std::uint8_t>(fate));
    return crypto::sha256(bytes);
}

/// Never more than the channel's service can confirm.
State state_of(const Context& context, const LegMeta& leg, Report::Fate fate)
{
    if (fate == Report::Fate::failed)
        return State::failed;
    if (fate == Report::Fate::delayed)
        return State::queued;
    const auto channel = context.channels.find(leg.channel);
    const bool confirms = channel != context.channels.end() &&
                          channel->second->traits().confirms >= channel::Confirms::delivered;
    return confirms ? State::delivered : State::accepted;
}

/// The leg failed already, or so much was said about the message that nothing more is written down.
Result<bool> settled(const Context& context, const store::MailboxId& box, const MessageRow& row,
                     const Hash32& leg)
{
    if (row.outcomes.size() >= rows::kMaxOutcomes)
        return true;
    for (const auto& id : row.outcomes)
    {
        DMID_TRY(const auto stored, context.mailbox.find(box, id));
        if (!stored || stored->forgotten || stored->entry.kind != static_cast<std::uint16_t>(Kind::outcome))
            continue;
        DMID_TRY(const auto outcome, decode_outcome(stored->entry.meta));
        if (outcome.leg == leg && outcome.state == State::failed)
            return true;
    }
    return false;
}

/// An address that is gone gets nothing more until it is proven again.
Result<> quarantine(Context& context, const Named& named, const store::Entry& entry, const LegMeta& leg)
{
    const auto box = named.served->box();
    const auto& label = leg.plan.label;
    DMID_TRY(const auto binding, context.bindings.find(box, label));
    // Another address may have been bound under the label since.
    if (!binding || binding->state != BindingState::bound || binding->channel != leg.channel ||
        binding->since * 1000 > entry.time)
        return {};
    DMID_TRY(context.bindings.set_state(box, label, BindingState::quarantined, context.clock.now()));
    context.alarms.raise("way " + label,
                         "the address of " + label +
                             " does not exist any more, says its server: nothing more goes there until you "
                             "bind it again",
                         context.clock.now(), AlarmScope{named.served->identity.number, label});
    return {};
}

/// The leg that the platform means.
Result<std::optional<Named>> find_known_leg(const Context& context, const Report& what)
{
    DMID_TRY(auto known, find_known(context, what.channel, what.account, what.known_as));
    if (!known || !known->leg)
        return std::optional<Named>{};
    return std::optional{Named{std::move(known->served), *known->leg}};
}

net::Task<Result<>> write_report(Context& context, Named named, Report what)
{
    const auto box = named.served->box();
    DMID_CO_TRY(const auto stored, context.mailbox.find(box, named.id));
    if (!stored || stored->forgotten)
        co_return Result<>{};
    const auto& entry = stored->entry;
    DMID_CO_TRY(const auto leg, decode_leg(entry.meta));
    DMID_CO_TRY(const auto view, InboxView::open(context.mailbox));
    DMID_CO_TRY(const auto row, view.message(box, leg.message));
    if (!row)
        co_return Result<>{};
    DMID_CO_TRY(const bool done, settled(context, box, *row, named.id));
    if (done)
        co_return Result<>{};
    OutcomeMeta outcome;
    outcome.message = leg.message;
    outcome.leg = named.id;
    outcome.state = state_of(context, leg, what.fate);
    outcome.label = leg.plan.label;
    outcome.channel = leg.channel;
    outcome.detail = shortened(what.detail, kMaxDetail);
    if (what.fate == Report::Fate::read && outcome.detail.empty())
        outcome.detail = "opened";
    outcome.reported = true;
    outcome.at = context.clock.now();
    store::Append append_what;
    append_what.mailbox = box;
    store::Entry said;
    said.id = report_id(named.id, what.fate);
    said.kind = static_cast<std::uint16_t>(Kind::outcome);
    said.thread = entry.thread;
    said.meta = encode(outcome);
    said.content = said.id;
    said.time = context.clock.now_ms();
    append_what.entries.push_back(std::move(said));
    // First what keeps further messages from the address: a cut in between is mended by the next report.
    if (what.fate == Report::Fate::failed && what.address_gone && leg.to_owner)
    {
        DMID_CO_TRY(quarantine(context, named, entry, leg));
    }
    auto appended = co_await append(context, std::move(append_what));
    if (!appended)
        co_return tl::unexpected<Error>(std::move(appended).error());
    co_return Result<>{};
}
} // namespace

net::Task<channel::Answer> Flow::report(channel::Report what)
{
    auto found = what.token.empty() ? find_known_leg(context_, what) : find_report(context_, what.token);
    if (!found)
        co_return refuse(found.error());
    if (!*found)
        co_return refuse(Errc::gateway_not_served);
    const auto leg = (*found)->id;
    auto named = *std::move(*found);
    const auto written = co_await write_report(context_, std::move(named), std::move(what));
    note(context_, "report leg=" + to_hex(leg.view()) +
                       (written ? std::string{} : " code=" + std::string{name(written.error().code)}));
    if (!written)
        co_return refuse(written.error());
    channel::Answer answer;
    answer.yes = channel::Yes::yes;
    answer.id = leg;
    co_return answer;
}
} // namespace dmid::gateway
