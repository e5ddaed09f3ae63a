// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/receiving.hpp"

#include "chat/until_stopped.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

namespace dmid::channels::signal
{
namespace
{
constexpr net::Millis kGreeting{10'000};
constexpr int kLongest = 64;
/// For what is under way when run() ends.
constexpr net::Millis kLastWords{2'000};
/// A connection that lasted so long was a good one: the next pause is the first again.
constexpr net::Millis kGood{30'000};
/// Older ones lack what is used here; those older than three months are turned away by Signal's servers.
constexpr std::array<unsigned, 3> kLeastVersion{0, 13, 0};

std::string in_words(const std::array<unsigned, 3>& version)
{
    return std::to_string(version[0]) + '.' + std::to_string(version[1]) + '.' + std::to_string(version[2]);
}

net::Task<Result<RpcAnswer>> answer_of(const Daemon& daemon, RpcCall call, net::Deadline deadline,
                                       std::size_t max_answer)
{
    auto called = co_await daemon.call(std::move(call), deadline, max_answer);
    co_return std::move(called.answer);
}
} // namespace

net::Task<Result<RpcAnswer>> Receiving::ask(RpcCall call, net::Millis limit, std::size_t max_answer) const
{
    call.params["account"] = options_.account;
    // What came before the end is still done with, if the daemon is quick.
    if (stopping_)
        co_return co_await answer_of(daemon_, std::move(call), net::deadline_in(std::min(limit, kLastWords)),
                                     max_answer);
    auto answer = answer_of(daemon_, std::move(call), net::deadline_in(limit), max_answer);
    co_return co_await chat::unless_stopped(std::move(answer), stopping_);
}

net::Task<bool> Receiving::pause(net::Millis duration) const
{
    const auto until = net::deadline_in(duration);
    while (!stopping_ && std::chrono::steady_clock::now() < until)
        co_await net::sleep_for(std::min(duration, chat::kStopSlice));
    co_return !stopping_;
}

net::Task<> Receiving::run(channel::Inbox& inbox)
{
    using namespace boost::asio::experimental::awaitable_operators;
    set_trouble("signal-cli's daemon was not reached yet");
    auto listening = listen(inbox);
    auto watching = watch(inbox);
    co_await (std::move(listening) && std::move(watching));
}

net::Task<Result<>> Receiving::greet()
{
    RpcCall version{"version", {}, {}};
    DMID_CO_TRY(const auto answer, co_await ask(std::move(version), kGreeting));
    const auto read =
        answer.ok ? parse_version({answer.result, "result"}) : fail(Errc::channel_peer_protocol);
    {
        const std::lock_guard lock{mutex_};
        remark_.clear();
        if (!read)
            remark_ = "signal-cli does not say its version";
        else if (*read < kLeastVersion)
            remark_ = "signal-cli " + in_words(*read) + " is too old: at least " + in_words(kLeastVersion) +
                      " is needed";
    }
    // Only a daemon of several accounts knows this call.
    RpcCall accounts{"listAccounts", {}, {}};
    DMID_CO_TRY(const auto list, co_await ask(std::move(accounts), kGreeting));
    if (list.ok && !names_account({list.result, "result"}, options_.account))
        co_return fail(Errc::channel_auth_failed, "the node's account is not registered at signal-cli");
    if (!list.ok && list.code == kInvalidParams)
        co_return fail(Errc::channel_auth_failed, list.message);
    co_return Result<>{};
}

net::Task<> Receiving::listen(channel::Inbox& inbox)
{
    using namespace boost::asio::experimental::awaitable_operators;
    for (auto wait = options_.backoff; !stopping_; wait = std::min(wait * 2, options_.backoff * kLongest))
    {
        const auto began = std::chrono::steady_clock::now();
        const auto greeted = co_await greet();
        Result<std::unique_ptr<Feed>> feed = fail(Errc::channel_unreachable);
        if (greeted)
        {
            auto opening = open_feed(daemon_, options_.account, last_event_, net::deadline_in(kGreeting));
            feed = co_await chat::unless_stopped(std::move(opening), stopping_);
        }
        else
            feed = tl::unexpected{greeted.error()};
        if (feed)
        {
            set_trouble({});
            auto serving = serve(inbox, **feed);
            auto leaving = leave_when_stopped(**feed);
            const auto ended = co_await (std::move(serving) || std::move(leaving));
            if (!stopping_ && ended.index() == 0)
                set_trouble(std::get<0>(ended).context);
        }
        else if (!stopping_)
            set_trouble(feed.error().context);
        if (std::chrono::steady_clock::now() - began > kGood)
            wait = options_.backoff;
        co_await pause(wait);
    }
}

net::Task<> Receiving::leave_when_stopped(Feed& feed)
{
    co_await chat::until_set(stopping_);
    co_await feed.leave();
    // serve() ends by that, and this with it.
    co_await net::sleep_for(kLastWords);
}

net::Task<Error> Receiving::serve(channel::Inbox& inbox, Feed& feed)
{
    for (;;)
    {
        // Never cut off: what the daemon has written is ours, and nobody brings it again.
        auto item = co_await feed.next();
        if (!item)
            co_return std::move(item).error();
        const bool done = co_await hand_in(inbox, *item);
        if (!done)
            co_return Error{Errc::channel_unreachable, "the node stops"};
        if (!item->event_id.empty())
            last_event_ = std::move(item->event_id);
    }
}

net::Task<bool> Receiving::hand_in(channel::Inbox& inbox, const FeedItem& item)
{
    if (item.params.is_null())
        co_return true;
    auto arrived = parse_arrived({item.params, "params"});
    // Another account of a daemon of several.
    if (!arrived || (!arrived->account.empty() && arrived->account != options_.account))
        co_return true;
    if (arrived->key_changed)
        suspects_.add(arrived->sender);
    for (auto& report : arrived->reports)
        report.known_as = revisions_.first_of(report.account, report.known_as);
    keep_reports(std::move(arrived->reports));
    if (!arrived->line)
        co_return true;
    auto& line = *arrived->line;
    line.of = line.of.empty() ? line.of : revisions_.first_of(line.account, line.of);
    line.answers = line.answers.empty() ? line.answers : revisions_.first_of(line.account, line.answers);
    if (line.kind == channel::ChatLine::Kind::edited)
        revisions_.keep(line.account, line.native_id, line.of);
    co_return co_await hear(inbox, std::move(*arrived));
}

net::Task<bool> Receiving::hear(channel::Inbox& inbox, Arrived arrived)
{
    auto& line = *arrived.line;
    const auto lost = line.lost;
    const auto text = line.text;
    for (auto wait = options_.backoff;; wait = std::min(wait * 2, options_.backoff * kLongest))
    {
        line.files.clear();
        line.lost = lost;
        line.text = text;
        const auto fetched = co_await fetch_files(arrived);
        channel::Heard heard;
        heard.answer.yes = channel::Yes::later;
        if (fetched)
        {
            auto copy = line;
            heard = co_await inbox.hear(std::move(copy));
        }
        if (heard.answer.yes != channel::Yes::later)
        {
            set_trouble({});
            if (!heard.say.empty() && !line.automatic)
            {
                const auto answers = line.kind == channel::ChatLine::Kind::said ? line.native_id : line.of;
                auto saying = sending_.say(line.account, std::move(heard.say), answers);
                (void)co_await chat::unless_stopped(std::move(saying), stopping_);
            }
            co_return true;
        }
        // Nothing is read meanwhile: the daemon waits with what comes behind it.
        set_trouble(fetched ? "the node cannot take messages at present"
                            : "no room for files on their way in");
        const bool goes_on = co_await pause(wait);
        if (!goes_on)
            co_return false;
    }
}

void Receiving::set_trouble(std::string words)
{
    auto shown = chat::masked(words, {options_.account});
    const std::lock_guard lock{mutex_};
    trouble_ = std::move(shown);
}

std::string Receiving::trouble() const
{
    const std::lock_guard lock{mutex_};
    if (!trouble_.empty())
        return trouble_;
    if (sending_.wants_captcha())
        return "Signal wants a captcha before more is sent: signal-cli submitRateLimitChallenge";
    return remark_;
}
} // namespace dmid::channels::signal
