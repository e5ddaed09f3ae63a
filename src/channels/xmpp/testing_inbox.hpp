// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests: an inbox that answers as told and keeps what it was given.
#include "channel/inbox.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace dmid::channels::xmpp::test
{
class ToldInbox final : public channel::Inbox
{
public:
    using Hears = std::function<channel::Heard(const channel::ChatLine&)>;
    explicit ToldInbox(Hears hears)
        : hears_{std::move(hears)}
    {
    }
    net::Task<channel::Answer> receive(channel::Inbound /*message*/) override { co_return channel::Answer{}; }
    net::Task<channel::Heard> hear(channel::ChatLine line) override
    {
        const std::lock_guard lock{mutex_};
        lines_.push_back(line);
        co_return hears_(line);
    }
    net::Task<channel::Answer> expects(channel::Destination destination) override
    {
        channel::Answer answer;
        answer.yes = destination.number.digits() == "8312345678901210" ? channel::Yes::yes : channel::Yes::no;
        co_return answer;
    }
    net::Task<channel::Answer> report(channel::Report what) override
    {
        const std::lock_guard lock{mutex_};
        reports_.push_back(std::move(what));
        channel::Answer answer;
        answer.yes = reports_.size() < 3 ? channel::Yes::no : channel::Yes::yes;
        co_return answer;
    }
    std::vector<channel::ChatLine> lines() const
    {
        const std::lock_guard lock{mutex_};
        return lines_;
    }
    std::vector<channel::Report> reports() const
    {
        const std::lock_guard lock{mutex_};
        return reports_;
    }

private:
    Hears hears_;
    mutable std::mutex mutex_;
    std::vector<channel::ChatLine> lines_;
    std::vector<channel::Report> reports_;
};

inline channel::Heard heard_as(channel::Yes yes, std::string reason = {}, std::string say = {})
{
    channel::Heard heard;
    heard.answer.yes = yes;
    heard.answer.reason = std::move(reason);
    heard.say = std::move(say);
    return heard;
}

/// Waits up to 5 s for it to become true.
template <class Probe> bool comes_true(Probe probe)
{
    for (int i = 0; i < 500 && !probe(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    return probe();
}
} // namespace dmid::channels::xmpp::test
