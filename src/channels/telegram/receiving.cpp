// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/receiving.hpp"

#include "channels/telegram/address.hpp"
#include "chat/until_stopped.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::telegram
{
namespace
{
/// Updates in one answer: with the longest plain texts they stay below kMaxAnswer; where they do not, one is
/// asked for.
constexpr unsigned kPage = 50;
/// Beyond what the server waits by itself, for one getUpdates and for any other call.
constexpr net::Millis kGrace{10'000};
/// The least time between two polls: a server that does not wait by itself is not to be flooded.
constexpr net::Millis kLeastPoll{500};
constexpr int kLongestBackoff = 64;
/// After a conflict another program polls with our token: no race with it.
constexpr int kConflictBackoff = 8;

net::Task<Result<ApiAnswer>> answer_of(const ApiClient& client, ApiCall call, net::Deadline deadline)
{
    auto called = co_await client.call(std::move(call), deadline);
    co_return std::move(called.answer);
}

net::Millis since(net::Deadline then)
{
    return std::chrono::duration_cast<net::Millis>(std::chrono::steady_clock::now() - then);
}
} // namespace

net::Task<Result<ApiAnswer>> Receiving::ask(ApiCall call, net::Millis limit)
{
    auto answer = answer_of(client_, std::move(call), net::deadline_in(limit));
    co_return co_await chat::unless_stopped(std::move(answer), stopping_);
}

net::Task<bool> Receiving::pause(net::Millis duration) const
{
    const auto until = net::deadline_in(duration);
    while (!stopping_ && std::chrono::steady_clock::now() < until)
        co_await net::sleep_for(std::min(duration, chat::kStopSlice));
    co_return !stopping_;
}

net::Task<> Receiving::register_webhook()
{
    for (auto wait = options_.backoff; !stopping_;
         wait = std::min(wait * 2, options_.backoff * kLongestBackoff))
    {
        auto call = options_.webhook_url.empty() ? delete_webhook()
                                                 : set_webhook(options_.webhook_url, webhook_secret_.view(),
                                                               options_.webhook_connections);
        const auto answer = co_await ask(std::move(call), kGrace);
        if (answer && answer->ok)
            break;
        set_trouble(answer ? meaning_of(*answer).detail : answer.error().context);
        const auto longer = answer && answer->retry_after ? *answer->retry_after : std::chrono::seconds{0};
        co_await pause(std::max<net::Millis>(wait, longer));
    }
}

net::Task<> Receiving::run(channel::Inbox& inbox)
{
    co_await register_webhook();
    set_trouble({});
    if (options_.webhook_url.empty())
    {
        co_await poll(inbox);
        co_return;
    }
    {
        const std::lock_guard lock{mutex_};
        inbox_ = &inbox;
    }
    co_await chat::until_set(stopping_);
    for (bool busy = true; busy;)
    {
        {
            const std::lock_guard lock{mutex_};
            inbox_ = nullptr;
            busy = serving_ > 0;
        }
        if (busy)
            co_await net::sleep_for(net::Millis{20});
    }
}

net::Task<> Receiving::poll(channel::Inbox& inbox)
{
    std::optional<std::int64_t> offset;
    auto wait = options_.backoff;
    unsigned page = kPage;
    while (!stopping_)
    {
        const auto began = std::chrono::steady_clock::now();
        auto call = get_updates(offset, page, static_cast<unsigned>(options_.poll.count() / 1000));
        auto answer = co_await ask(std::move(call), options_.poll + kGrace);
        auto updates =
            answer && answer->ok ? parse_updates(answer->result) : fail(Errc::channel_peer_protocol);
        bool handed_in = false;
        if (updates)
            handed_in = co_await hand_in_all(inbox, std::move(*updates), offset);
        if (handed_in)
        {
            set_trouble({});
            wait = options_.backoff;
            page = kPage;
            const auto took = since(began);
            if (took < std::min(kLeastPoll, options_.backoff))
                co_await pause(std::min(kLeastPoll, options_.backoff) - took);
            continue;
        }
        // One answer that is too large, or cannot be read, is asked for in pieces.
        page = answer && answer->ok && !updates ? 1 : page;
        auto longer = net::Millis{0};
        if (answer && !answer->ok && answer->code == 409)
        {
            // A webhook that somebody set, or another program that polls.
            longer = options_.backoff * kConflictBackoff;
            co_await register_webhook();
            set_trouble("another program receives with this bot's token");
        }
        else if (answer && !answer->ok)
        {
            longer = answer->retry_after.value_or(std::chrono::seconds{0});
            set_trouble(meaning_of(*answer).detail);
        }
        else if (!answer)
        {
            page = answer.error().code == Errc::channel_peer_protocol ? 1 : page;
            set_trouble(answer.error().context);
        }
        co_await pause(std::max(wait, longer));
        wait = std::min(wait * 2, options_.backoff * kLongestBackoff);
    }
}

net::Task<bool> Receiving::hand_in_all(channel::Inbox& inbox, std::vector<Update> updates,
                                       std::optional<std::int64_t>& offset)
{
    for (auto& update : updates)
    {
        if (stopping_)
            co_return false;
        const auto id = update.id;
        const bool done = co_await hand_in(inbox, std::move(update));
        if (!done)
        {
            set_trouble("the node cannot take messages at present");
            co_return false;
        }
        offset = id + 1;
    }
    co_return true;
}

net::Task<bool> Receiving::hand_in(channel::Inbox& inbox, Update update)
{
    if (!update.line)
        co_return true;
    const bool fetched = co_await fetch_files(update);
    if (!fetched)
        co_return false;
    const auto chat = parse_user_id(update.line->account);
    const auto answers = update.line->kind == channel::ChatLine::Kind::said
                             ? parse_message_id(update.line->native_id)
                             : parse_message_id(update.line->of);
    auto heard = co_await inbox.hear(std::move(*update.line));
    if (heard.answer.yes == channel::Yes::later)
        co_return false;
    if (!heard.say.empty() && chat)
    {
        auto saying = sending_.say(*chat, std::move(heard.say), answers);
        (void)co_await chat::unless_stopped(std::move(saying), stopping_);
    }
    co_return true;
}

void Receiving::set_trouble(std::string words)
{
    auto shown = chat::masked(words, {client_.token()});
    const std::lock_guard lock{mutex_};
    trouble_ = std::move(shown);
}

std::string Receiving::trouble() const
{
    const std::lock_guard lock{mutex_};
    return trouble_;
}
} // namespace dmid::channels::telegram
