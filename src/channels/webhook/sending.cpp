// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/sending.hpp"

#include "channels/webhook/outgoing_body.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::webhook
{
using channel::Attempt;
using channel::Outcome;

namespace
{
constexpr unsigned kGone = 410;

/// What says no to one message alone: the program works.
bool is_about_message(unsigned status)
{
    return status == 400 || status == 413 || status == 422;
}

Attempt ended(Outcome outcome, const Error& error)
{
    Attempt out;
    out.outcome = outcome;
    out.code = error.code;
    out.detail = error.context;
    return out;
}
} // namespace

std::optional<SigningKey> Sending::key_of(const Account& account) const
{
    if (account.url)
        return SigningKey::of_url(node_secret_, to_string(account));
    const auto* program = programs_.find(account.program);
    if (program == nullptr || !program->key)
        return std::nullopt;
    return std::optional<SigningKey>{*program->key};
}

Result<Post> Sending::place_of(const Account& account) const
{
    Post out;
    if (account.url)
    {
        out.url = *account.url;
        return out;
    }
    const auto* program = programs_.find(account.program);
    if (program == nullptr || !program->url || !programs_.knows(account))
        return fail(Errc::channel_refused, "this program takes no messages");
    out.url = *program->url;
    out.guard = net::Guard::configured;
    return out;
}

void Sending::note(const Account& account, const Attempt& attempt, unsigned status)
{
    if (account.url)
    {
        // Somebody may have the name tomorrow who never asked for this.
        if (status == kGone)
            gone_.add(to_string(account));
        return;
    }
    if (attempt.outcome == Outcome::accepted || is_about_message(status))
        troubles_.clear(account.program);
    else
        troubles_.set(account.program, "its url does not take messages: " + attempt.detail);
}

net::Task<Attempt> Sending::send(channel::Leg leg, channel::Outgoing message)
{
    const auto account = parse_account(leg.address);
    if (!account)
        co_return ended(Outcome::refused, account.error());
    if (message.text.size() > kMaxText)
        co_return ended(Outcome::refused, Error{Errc::channel_too_large, {}});
    auto place = place_of(*account);
    if (!place)
        co_return ended(Outcome::refused, place.error());
    const auto key = key_of(*account);
    auto body = encode_body(leg, leg.address, message);
    if (!body || !key)
        co_return ended(Outcome::unreachable, Error{Errc::store_io, "a file of it cannot be read"});
    const auto now = clock_.now_ms();
    const auto id = message_id(leg.id);
    place->headers.set("Content-Type", "application/json");
    place->headers.set("webhook-id", id);
    place->headers.set("webhook-timestamp", std::to_string(now / 1000));
    place->headers.set("webhook-signature", key->sign(id, now / 1000, *body));
    place->body = *std::move(body);
    const net::Millis within{std::max<std::int64_t>(leg.deadline - now, 0)};
    const auto posted = co_await post(dialer_, tls_, *std::move(place), net::deadline_in(within));
    auto out = posted.answer ? judge(*posted.answer, clock_.now_ms())
                             : judge(posted.answer.error(), posted.handed_over);
    note(*account, out, posted.answer ? posted.answer->status : 0);
    if (out.outcome == Outcome::accepted)
    {
        out.remote_id = id;
        out.known_as = {id};
    }
    co_return out;
}
} // namespace dmid::channels::webhook
