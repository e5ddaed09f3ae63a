// SPDX-License-Identifier: Apache-2.0
// For tests only: an inbox that hears as told, and a channel that runs before it.
#pragma once

#include "channel/channel.hpp"
#include "net/io_pool.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace dmid::chat::test
{
class HearingInbox final : public channel::Inbox
{
public:
    net::Task<channel::Answer> receive(channel::Inbound /*message*/) override { co_return channel::Answer{}; }
    net::Task<channel::Heard> hear(channel::ChatLine line) override { co_return heard_of(std::move(line)); }
    net::Task<channel::Answer> report(channel::Report what) override { co_return reported(std::move(what)); }
    net::Task<channel::Answer> changed_hands(channel::HandsChanged what) override
    {
        co_return changed(std::move(what));
    }

    /// How often to say `later` before the verdict.
    std::atomic<int> laters{0};
    std::atomic<channel::Yes> verdict{channel::Yes::yes};
    std::string say; ///< set before run()
    /// How many reports are not known yet, before the others are, and what they are told.
    std::atomic<int> unknown_reports{0};
    std::atomic<channel::Yes> unknown{channel::Yes::no};
    /// How many changes of hands are put off before they are taken.
    std::atomic<int> change_laters{0};

    std::vector<channel::ChatLine> lines() const { return copy_of(lines_); }
    /// Those that were taken, and all that came.
    std::vector<channel::Report> reports() const { return copy_of(reports_); }
    std::vector<channel::Report> asked_reports() const { return copy_of(asked_reports_); }
    std::vector<channel::HandsChanged> changes() const { return copy_of(changes_); }
    bool wait_for(std::size_t count) const
    {
        std::unique_lock lock{mutex_};
        return more_.wait_for(lock, std::chrono::seconds{20}, [&] { return lines_.size() >= count; });
    }

private:
    template <class List> List copy_of(const List& list) const
    {
        const std::lock_guard lock{mutex_};
        return list;
    }
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
        asked_reports_.push_back(what);
        if (answer.yes == channel::Yes::yes)
            reports_.push_back(std::move(what));
        return answer;
    }
    channel::Answer changed(channel::HandsChanged what)
    {
        channel::Answer answer;
        answer.yes = change_laters-- > 0 ? channel::Yes::later : channel::Yes::yes;
        const std::lock_guard lock{mutex_};
        if (answer.yes == channel::Yes::yes)
            changes_.push_back(std::move(what));
        return answer;
    }
    mutable std::mutex mutex_;
    mutable std::condition_variable more_;
    std::vector<channel::ChatLine> lines_;
    std::vector<channel::Report> reports_;
    std::vector<channel::Report> asked_reports_;
    std::vector<channel::HandsChanged> changes_;
};

/// run() on a thread of its own, until this goes.
class Running
{
public:
    Running(channel::Channel& channel, channel::Inbox& inbox)
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
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    /// True when run() ended soon.
    bool stop()
    {
        channel_.stop();
        for (int i = 0; i < 500 && !ended_; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        return ended_;
    }

private:
    static net::Task<> watched(channel::Channel& channel, channel::Inbox& inbox, std::atomic<bool>& ended)
    {
        co_await channel.run(inbox);
        ended = true;
    }
    channel::Channel& channel_;
    net::IoPool pool_{1};
    std::atomic<bool> ended_{false};
};

/// Waits up to 20 s for it to become true.
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
} // namespace dmid::chat::test
