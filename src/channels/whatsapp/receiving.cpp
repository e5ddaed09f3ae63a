// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/receiving.hpp"

#include "chat/until_stopped.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
constexpr net::Millis kCheckPatience{10'000};
constexpr int kLongestBackoff = 64;
/// How often the memory is written down, where it changed.
constexpr net::Millis kFlushEvery{1'000};

net::Task<Result<ApiAnswer>> answer_of(const ApiClient& client, ApiCall call, net::Deadline deadline)
{
    auto called = co_await client.call(std::move(call), deadline);
    co_return std::move(called.answer);
}
} // namespace

Receiving::Receiving(const ApiClient& client, Sending& sending, Memory& memory, SentIds& sent, Health& health,
                     const chat::FileSpool& spool, const Clock& clock, keys::SecretText app_secret,
                     keys::SecretText verify_token, ReceivingOptions options)
    : client_{client}
    , sending_{sending}
    , memory_{memory}
    , sent_{sent}
    , health_{health}
    , spool_{spool}
    , clock_{clock}
    , app_secret_{std::move(app_secret)}
    , verify_token_{std::move(verify_token)}
    , options_{std::move(options)}
{
    // Somebody who wrote is the proof that it was called before.
    if (memory_.read([](const People& people) { return people.empty(); }))
        health_.set(Health::About::hook, "Meta has not called the webhook yet");
}

net::Task<bool> Receiving::pause(net::Millis duration) const
{
    const auto until = net::deadline_in(duration);
    while (!stopping_ && std::chrono::steady_clock::now() < until)
        co_await net::sleep_for(std::min(duration, chat::kStopSlice));
    co_return !stopping_;
}

net::Task<> Receiving::check_token()
{
    for (auto wait = options_.backoff; !stopping_;
         wait = std::min(wait * 2, options_.backoff * kLongestBackoff))
    {
        auto call = get_number(options_.number_id);
        auto asking = answer_of(client_, std::move(call), net::deadline_in(kCheckPatience));
        const auto answer = co_await chat::unless_stopped(std::move(asking), stopping_);
        if (stopping_)
            co_return;
        const auto words = !answer ? answer.error().context : answer->ok ? "" : meaning_of(*answer).detail;
        health_.set(Health::About::api, chat::masked(words, {client_.token()}));
        if (answer && answer->ok)
            co_return;
        co_await pause(wait);
    }
}

net::Task<> Receiving::keep_memory()
{
    bool going = true;
    while (going)
    {
        going = co_await pause(kFlushEvery);
        const auto kept = memory_.flush();
        health_.set(Health::About::node, kept ? std::string{} : kept.error().context);
    }
}

net::Task<> Receiving::run(channel::Inbox& inbox)
{
    {
        const std::lock_guard lock{mutex_};
        inbox_ = &inbox;
    }
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (check_token() && keep_memory());
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

net::Task<bool> Receiving::tell_of_new_hands(channel::Inbox& inbox, std::string account, std::string what)
{
    channel::HandsChanged changed;
    changed.channel = "whatsapp";
    changed.account = std::move(account);
    changed.what = std::move(what);
    const auto answer = co_await inbox.changed_hands(std::move(changed));
    co_return answer.yes != channel::Yes::later;
}

net::Task<bool> Receiving::serve_moved(channel::Inbox& inbox, Moved moved)
{
    const auto account = moved.account;
    const bool told = co_await tell_of_new_hands(inbox, account, std::move(moved.what));
    if (told)
        memory_.change([&](People& people) { people.forget(account); });
    co_return told;
}

net::Task<bool> Receiving::hand_in(channel::Inbox& inbox, Message message)
{
    const auto writer = message.writer;
    const auto account = memory_.read([&](const People& people) { return people.account_of(writer); });
    const bool other_key =
        memory_.read([&](const People& people) { return people.has_other_key(account, writer.key_hash); });
    if (other_key)
    {
        const bool told = co_await tell_of_new_hands(inbox, account, "its security code changed");
        if (!told)
            co_return false;
    }
    const bool fetched = co_await fetch_files(message);
    if (!fetched)
        co_return false;
    auto& line = message.line;
    line.account = account;
    line.source = "whatsapp:" + account;
    const auto sent_at = line.sent_at == 0 ? clock_.now() : line.sent_at;
    memory_.change(
        [&](People& people)
        {
            people.keep_key(account, writer.key_hash);
            // Before it is heard: what is said in return may go out at once.
            if (message.opens_window)
                people.wrote(account, writer.scoped, sent_at, clock_.now());
        });
    const auto answers = line.kind == channel::ChatLine::Kind::said ? line.native_id : line.of;
    auto heard = co_await inbox.hear(std::move(line));
    if (heard.answer.yes == channel::Yes::later)
        co_return false;
    if (!heard.say.empty())
    {
        auto saying = sending_.say(account, std::move(heard.say), answers);
        (void)co_await chat::unless_stopped(std::move(saying), stopping_);
    }
    co_return true;
}

net::Task<bool> Receiving::serve_message(channel::Inbox& inbox, Message message)
{
    const auto state = done_.begin(message.id);
    if (state != DoneIds::State::begun)
        co_return state == DoneIds::State::done;
    DoneIds::Work work{done_, message.id};
    const bool done = co_await hand_in(inbox, std::move(message));
    work.finish(done);
    co_return done;
}

net::Task<bool> Receiving::serve(channel::Inbox& inbox, Hook hook)
{
    std::vector<Status> statuses;
    for (auto& event : hook.events)
    {
        if (stopping_)
            co_return false;
        bool done = true;
        if (auto* message = std::get_if<Message>(&event))
            done = co_await serve_message(inbox, std::move(*message));
        else if (auto* moved = std::get_if<Moved>(&event))
            done = co_await serve_moved(inbox, std::move(*moved));
        else
            statuses.push_back(std::get<Status>(std::move(event)));
        // What follows is not to overtake it: Meta brings all of it again.
        if (!done)
            co_return false;
    }
    co_return co_await serve_statuses(inbox, std::move(statuses));
}
} // namespace dmid::channels::whatsapp
