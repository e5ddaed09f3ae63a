// SPDX-License-Identifier: Apache-2.0
// Messages outside the 24 hours: what goes then is a template, and what a template did not say was not said.
#include "channels/whatsapp/sending.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
using channel::Outcome;

/// Until it is looked whether the person answered: a minute at first, half an hour later on. That costs no
/// call.
constexpr UnixMillis kFirstLook = 60'000;
constexpr unsigned kMostDoublings = 5;
constexpr UnixMillis kSlowestLook = 1'800'000;
} // namespace

Delivered Sending::waits(const channel::Leg& leg, std::string detail) const
{
    const auto wait = std::min(kFirstLook << std::min(leg.attempt, kMostDoublings), kSlowestLook);
    return {Outcome::deferred, Errc::channel_deferred, std::move(detail), clock_.now_ms() + wait,
            std::nullopt};
}

net::Task<Delivered> Sending::invite(Way way, const channel::Leg& leg, const channel::Outgoing& message)
{
    const auto account = way.account;
    const bool now =
        memory_.change([&](People& people) { return people.begin_invitation(account, clock_.now()); });
    if (!now)
        co_return waits(leg, "it waits until this person writes: they were asked to");
    // Before it costs anything: a node that starts again must not ask again.
    if (const auto kept = memory_.flush(); !kept)
    {
        memory_.change([&](People& people) { people.undo_invitation(account); });
        co_return waits(leg, kept.error().context);
    }
    std::vector<std::string> ids;
    auto call = send_template(addressing(way), options_.invitation, invitation(message));
    auto out = co_await deliver(way, std::move(call), SentIds::What::invitation, ids);
    // Where the answer was lost the person may have been asked; they are not asked twice.
    if (out.ok() || out.outcome == Outcome::uncertain)
        co_return waits(leg, "more than 24 hours since this person wrote: they were asked to write, and it "
                             "follows when they do");
    memory_.change([&](People& people) { people.undo_invitation(account); });
    co_return out;
}

net::Task<Delivered> Sending::send_outside(Way way, const channel::Leg& leg, const channel::Outgoing& message,
                                           Window window, std::vector<std::string>& ids)
{
    if (message.amends)
        co_return Delivered{Outcome::refused, Errc::channel_refused,
                            "more than 24 hours since this person wrote: no reaction goes to them",
                            std::nullopt, std::nullopt};
    const auto failure = sent_.take_failure(way.account);
    if (failure)
        co_return Delivered{Outcome::refused, Errc::channel_refused, *failure, std::nullopt, std::nullopt};
    if (options_.invitation.name.empty())
    {
        if (window == Window::closed)
            co_return waits(leg,
                            "more than 24 hours since this person wrote, and the node has no template: it "
                            "waits until they write");
        co_return Delivered{Outcome::refused, Errc::channel_refused,
                            "this person never wrote to the node's WhatsApp number, and the node has no "
                            "template to begin with",
                            std::nullopt, std::nullopt};
    }
    // Parts of it went out before the hours ended: the rest follows as text, and not all of it once more.
    const auto text = ids.empty() && options_.carries_text ? as_parameter(message) : std::nullopt;
    if (!text && !(message.notice && ids.empty()))
        co_return co_await invite(std::move(way), leg, message);
    // A notice says that a message is there, and that is what a template says.
    auto call = send_template(addressing(way), options_.invitation, text ? *text : invitation(message));
    co_return co_await deliver(std::move(way), std::move(call), SentIds::What::part, ids);
}
} // namespace dmid::channels::whatsapp
