// SPDX-License-Identifier: Apache-2.0
// For tests only: an inbox that hears as told, and a channel that runs before it.
#pragma once

#include "channels/whatsapp/testing_api.hpp"
#include "crypto/hmac.hpp"
#include "net/io_pool.hpp"

#include <atomic>
#include <condition_variable>
#include <thread>

namespace dmid::channels::whatsapp::test
{
class HearingInbox final : public channel::Inbox
{
public:
    net::Task<channel::Answer> receive(channel::Inbound /*message*/) override { co_return channel::Answer{}; }
    net::Task<channel::Heard> hear(channel::ChatLine line) override { co_return heard_of(std::move(line)); }
    net::Task<channel::Answer> report(channel::Report what) override { co_return reported(std::move(what)); }
    net::Task<channel::Answer> changed_hands(channel::HandsChanged what) override
    {
        co_return moved(std::move(what));
    }

    /// How many reports are not known yet, before the others are.
    std::atomic<int> unknown_reports{0};
    std::atomic<channel::Yes> unknown{channel::Yes::no};
    std::vector<channel::Report> reports() const
    {
        const std::lock_guard lock{mutex_};
        return reports_;
    }
    std::vector<channel::HandsChanged> hands() const
    {
        const std::lock_guard lock{mutex_};
        return hands_;
    }

    /// How often to say `later` before the verdict.
    std::atomic<int> laters{0};
    std::atomic<channel::Yes> verdict{channel::Yes::yes};
    std::string say; ///< set before run()

    std::vector<channel::ChatLine> lines() const
    {
        const std::lock_guard lock{mutex_};
        return lines_;
    }
    bool wait_for(std::size_t count) const
    {
        std::unique_lock lock{mutex_};
        return more_.wait_for(lock, std::chrono::seconds{20}, [&] { return lines_.size() >= count; });
    }

private:
    channel::Heard heard_of(channel::ChatLine line)
    {
        channel::Heard heard;
        const std::lock_guard lock{mutex_};
        lines_.push_back(std::move(line));
        more_.notify_all();
        heard.answer.yes = laters-- > 0 ? channel::Yes::later : verdict.load();
        if (heard.answer.yes != channel::Yes::later)
            heard.say = say;
        return heard;
    }
    channel::Answer reported(channel::Report what)
    {
        channel::Answer answer;
        answer.yes = unknown_reports-- > 0 ? unknown.load() : channel::Yes::yes;
        const std::lock_guard lock{mutex_};
        reports_.push_back(std::move(what));
        return answer;
    }
    channel::Answer moved(channel::HandsChanged what)
    {
        channel::Answer answer;
        answer.yes = channel::Yes::yes;
        const std::lock_guard lock{mutex_};
        hands_.push_back(std::move(what));
        return answer;
    }
    mutable std::mutex mutex_;
    mutable std::condition_variable more_;
    std::vector<channel::Report> reports_;
    std::vector<channel::HandsChanged> hands_;
    std::vector<channel::ChatLine> lines_;
};

/// run() on a thread of its own, until this goes.
class Running
{
public:
    Running(WhatsAppChannel& channel, channel::Inbox& inbox)
        : channel_{channel}
    {
        pool_.start();
        net::spawn(pool_.executor(0), watched(channel, inbox, ended_));
    }
    ~Running()
    {
        stop();
        pool_.stop();
        pool_.join();
    }
    /// True when run() ended soon.
    bool stop()
    {
        channel_.stop();
        for (int i = 0; i < 500 && !ended_; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        return ended_;
    }

private:
    static net::Task<> watched(WhatsAppChannel& channel, channel::Inbox& inbox, std::atomic<bool>& ended)
    {
        co_await channel.run(inbox);
        ended = true;
    }
    WhatsAppChannel& channel_;
    net::IoPool pool_{1};
    std::atomic<bool> ended_{false};
};

template <class Probe> bool eventually(Probe probe)
{
    for (int i = 0; i < 2000; ++i)
    {
        if (probe())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
}
/// A request of Meta's, signed.
inline net::HttpResponse called_by_meta(WhatsAppChannel& channel, const std::string& body,
                                        std::string signature = {})
{
    if (signature.empty())
        signature =
            "sha256=" +
            to_hex(crypto::hmac_sha256(as_bytes(std::string_view{kAppSecret}), as_bytes(body)).view());
    net::HttpRequest request;
    request.method = "POST";
    request.path = "/v1/channels/whatsapp";
    request.headers.set("X-Hub-Signature-256", std::move(signature));
    request.body = body;
    auto calling = [](WhatsAppChannel& a_channel,
                      net::HttpRequest a_request) -> net::Task<Result<net::HttpResponse>>
    { co_return co_await a_channel.on_request(std::move(a_request)); };
    return net::run_blocking(calling(channel, std::move(request))).value();
}
} // namespace dmid::channels::whatsapp::test
