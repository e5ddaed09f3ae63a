// SPDX-License-Identifier: Apache-2.0
#include "gateway/key_wait.hpp"

#include "gateway/release.hpp"
#include "gateway/views.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
/// Entries for what was held for a key that the document names now.
Result<std::size_t> release_for(Context& context, const Served& served, const model::Identity& of,
                                const model::Document& document, store::Append& what)
{
    const model::Counterparty party{of};
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    DMID_TRY(const auto held, view.held(served.box(), party_key(party), kMostReleased));
    DMID_TRY(const auto contact, view.contact(served.box(), party));
    std::size_t released = 0;
    for (const auto& id : held)
    {
        DMID_TRY(const auto stored, context.mailbox.find(served.box(), id));
        if (!stored || stored->forgotten || stored->entry.kind != static_cast<std::uint16_t>(Kind::arrived))
            continue;
        DMID_TRY(const auto arrived, decode_arrived(stored->entry.meta));
        if (!arrived.held_key || !speaks_for(document, *arrived.held_key))
            continue;
        DMID_TRY(const bool gone, add_release(context, served, *stored, contact, {}, what));
        released += gone ? 1 : 0;
    }
    return released;
}

net::Task<Result<std::size_t>> release_number(Context& context, ServedPtr served, model::Number number)
{
    auto resolution = co_await context.resolver.resolve(number);
    if (!resolution)
        co_return tl::unexpected<Error>(std::move(resolution).error());
    if (resolution->stale || !resolution->document)
        co_return std::size_t{0};
    const auto standing = co_await judge_keys(context, served->box(), *resolution);
    if (!standing)
        co_return tl::unexpected<Error>(standing.error());
    // Trusted before it is final, by a handover: what waits goes on waiting until the pin has moved.
    const auto pin = context.pins.find(served->box(), resolution->identity.network, number);
    if (!pin)
        co_return tl::unexpected<Error>(pin.error());
    if (*standing != Standing::trusted || *pin != model::pin_of(resolution->identity, *resolution->document))
        co_return std::size_t{0};
    store::Append what;
    what.mailbox = served->box();
    DMID_CO_TRY(const auto released,
                release_for(context, *served, resolution->identity, *resolution->document, what));
    if (!what.entries.empty())
    {
        auto appended = co_await append(context, std::move(what));
        if (!appended)
            co_return tl::unexpected<Error>(std::move(appended).error());
    }
    DMID_CO_TRY(context.pins.note_released(served->box(), resolution->identity.network, number));
    co_return released;
}
} // namespace

bool speaks_for(const model::Document& document, const XOnlyKey& key)
{
    if (document.inbox_key == key)
        return true;
    const auto& listed = document.listed_keys;
    return std::any_of(listed.begin(), listed.end(), [&](const auto& entry) { return entry.key == key; });
}

net::Task<Result<Standing>> judge_keys(Context& context, store::MailboxId box,
                                       const resolve::Resolution& resolution)
{
    const auto& record = resolution.record;
    KeyFacts facts;
    facts.disputed = disputed(record);
    facts.final = co_await context.resolver.is_final(record);
    auto standing =
        context.pins.judge(box, resolution.identity, *resolution.document, facts, context.clock.now());
    // Only keys that changed without a handover have to wait: only then is the block's time asked for.
    if (!standing || *standing != Standing::held || facts.disputed || !facts.final)
        co_return standing;
    const auto published_for = co_await context.resolver.published_for(record);
    if (published_for)
        facts.published_for = *published_for;
    else
        facts.from_first_sight = true;
    co_return context.pins.judge(box, resolution.identity, *resolution.document, facts, context.clock.now());
}

net::Task<Result<std::size_t>> release_waiting(Context& context, ServedPtr served)
{
    if (context.policy_hold->holds(served->identity.number))
        co_return std::size_t{0};
    DMID_CO_TRY(const auto numbers, context.pins.changed(served->box(), served->identity.network));
    std::size_t released = 0;
    std::optional<Error> first;
    for (const auto& number : numbers)
    {
        if (number == served->identity.number)
            continue; // its own pin: nothing is held for it
        const auto done = co_await release_number(context, served, number);
        if (done)
            released += *done;
        else if (!first)
            first = done.error();
    }
    if (first)
        co_return tl::unexpected<Error>(*std::move(first));
    co_return released;
}
} // namespace dmid::gateway
