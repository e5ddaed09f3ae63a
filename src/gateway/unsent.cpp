// SPDX-License-Identifier: Apache-2.0
#include "gateway/files.hpp"
#include "gateway/letters.hpp"
#include "gateway/links.hpp"
#include "gateway/steps.hpp"
#include "gateway/views.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
/// As in letter_in.cpp: the window of what counts for good.
constexpr UnixTime kSentForGood = 253'402'300'799;
} // namespace

Result<bool> is_unsent(const Context& context, const Served& served, const Reference& reference)
{
    if (!reference.message)
        return false;
    DMID_TRY(const auto stored, context.mailbox.find(served.box(), *reference.message));
    return stored && !stored->forgotten && stored->entry.kind == static_cast<std::uint16_t>(Kind::unsent);
}

net::Task<Result<Decided>> send_unsent(Context& context, ServedPtr served, Hash32 id)
{
    DMID_CO_TRY(const auto stored, context.mailbox.find(served->box(), id));
    if (!stored || stored->forgotten)
        co_return fail(Errc::gateway_no_such_entry, "the message is gone");
    DMID_CO_TRY(auto meta, decode_outgoing(stored->entry.meta));
    DMID_CO_TRY(auto letter, decode_letter(stored->entry.body));
    Draft draft;
    draft.text = std::move(letter.text);
    Reference to;
    to.thread = meta.thread;
    auto addressed = co_await address(context, served, std::move(to), std::move(draft));
    if (!addressed)
        co_return tl::unexpected<Error>(std::move(addressed).error());
    addressed->draft.thread = meta.thread;
    const auto takes_them = [&](const auto& channel)
    { return channel.second->address_of(meta.to) && carries(*channel.second, letter.files); };
    if (links_to(context, letter.files) ||
        std::any_of(context.channels.begin(), context.channels.end(), takes_them))
        addressed->draft.files = std::move(letter.files);
    else if (addressed->draft.text.empty())
        co_return fail(Errc::message_kind, "without its files nothing is left of it");
    DMID_CO_TRY(auto what, write_letter(context, *served, addressed->to.party, addressed->to.key,
                                        std::move(addressed->draft)));
    const auto sent = what.entries.front().id;
    DMID_CO_TRY(move_files(context, id, sent, what));
    // The charge allows it once: sent twice at the same moment, nothing goes out a second time.
    RevisedMeta revised;
    revised.state = State::discarded;
    revised.reason = "you sent it";
    revised.at = context.clock.now();
    what.entries.push_back(revised_entry(id, meta.thread, Kind::discarded, std::move(revised)));
    what.charges.push_back({what.entries.back().id, kSentForGood, 1, 1});
    what.forget.push_back(id);
    auto appended = co_await append(context, std::move(what));
    if (!appended)
    {
        if (appended.error().code == Errc::store_limit)
            co_return fail(Errc::gateway_no_such_entry, "it was sent already");
        co_return tl::unexpected<Error>(std::move(appended).error());
    }
    step(steps::kOwnerAppended);
    DMID_CO_TRY(const auto view, InboxView::open(context.mailbox));
    Decided decided;
    decided.messages = 1;
    decided.party = describe(view, served->box(), {meta.to});
    co_return decided;
}
} // namespace dmid::gateway
