// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/receiving.hpp"

#include "channels/xmpp/compose.hpp"
#include "channels/xmpp/namespaces.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::xmpp
{
namespace
{
constexpr net::Millis kSlice{100};
constexpr net::Millis kIdle{60'000};  // the bell wakes it before
constexpr net::Millis kEnding{2'000}; // for what is under way when run() ends
constexpr std::size_t kMaxReason = 300;

Element presence_of(const Approached& approached, std::string type)
{
    Element out;
    out.name = "presence";
    out.ns = kComponentNs;
    if (!type.empty())
        out.set("type", std::move(type));
    out.set("from", approached.number).set("to", approached.from);
    return out;
}

channel::Report report_of(const Incoming& item)
{
    channel::Report report;
    report.channel = "xmpp";
    if (const auto* confirmed = std::get_if<Confirmed>(&item))
    {
        report.account = confirmed->account;
        report.known_as = confirmed->id;
        report.fate = confirmed->fate;
    }
    else if (const auto* bounced = std::get_if<Bounced>(&item))
    {
        report.account = bounced->account;
        report.known_as = bounced->id;
        report.fate = channel::Report::Fate::failed;
        report.address_gone = meaning_of(bounced->error).address_gone;
        report.detail = detail_of(bounced->error);
    }
    return report;
}
} // namespace

/// Nothing of the inbox is used behind the end of run(), however it comes.
struct Receiving::Running
{
    Running(Receiving& of, channel::Inbox& inbox)
        : receiving{of}
    {
        receiving.inbox_ = &inbox;
    }
    ~Running() { receiving.inbox_ = nullptr; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    Receiving& receiving;
};

Receiving::Receiving(ReceivingOptions options, std::function<void(Element)> say)
    : options_{std::move(options)}
    , say_{std::move(say)}
{
}

void Receiving::stop()
{
    stopping_ = true;
    inlet_->sleeper()->ring();
}

net::Task<bool> Receiving::pause(net::Millis duration) const
{
    const auto until = net::deadline_in(duration);
    while (!stopping_ && std::chrono::steady_clock::now() < until)
        co_await net::sleep_for(std::min(duration, kSlice));
    co_return !stopping_;
}

net::Task<> Receiving::run(std::shared_ptr<Receiving> self, channel::Inbox& inbox)
{
    const Running running{*self, inbox};
    const auto inlet = self->inlet_;
    const auto executor = co_await net::current_executor();
    while (!self->stopping_)
    {
        auto item = inlet->take();
        if (std::holds_alternative<Ignored>(item))
            co_await Sleeper::sleep(inlet->sleeper(), net::deadline_in(kIdle));
        else if (auto* said = std::get_if<Said>(&item))
        {
            const auto account = said->line.account;
            const bool first = !self->lanes_.contains(account);
            self->line_up(std::move(*said));
            if (first)
                net::spawn(executor, serve_lane(self, account));
        }
        else if (auto* approached = std::get_if<Approached>(&item))
            net::spawn(executor, serve_approach(self, std::move(*approached)));
        else
            net::spawn(executor, serve_report(self, std::move(item)));
    }
    const auto end = net::deadline_in(kEnding);
    while (self->active_ > 0 && std::chrono::steady_clock::now() < end)
        co_await net::sleep_for(kSlice / 5);
    for (auto item = inlet->take(); !std::holds_alternative<Ignored>(item); item = inlet->take())
    {
        if (const auto* said = std::get_if<Said>(&item))
            self->refuse_for_now(*said);
        inlet->done(item);
    }
}

void Receiving::line_up(Said said)
{
    auto& lane = lanes_[said.line.account];
    if (lane.size() >= kMaxOfOne)
    {
        refuse_for_now(said);
        inlet_->done(std::move(said));
        return;
    }
    lane.push_back(std::move(said));
}

net::Task<> Receiving::serve_lane(std::shared_ptr<Receiving> self, std::string account)
{
    ++self->active_;
    auto& lane = self->lanes_[account];
    while (!lane.empty())
    {
        co_await self->hand_in(lane.front());
        self->inlet_->done(std::move(lane.front()));
        lane.pop_front();
    }
    self->lanes_.erase(account);
    --self->active_;
}

net::Task<> Receiving::hand_in(Said& said)
{
    auto wait = options_.again;
    for (unsigned i = 0; i < options_.tries && inbox_ != nullptr; ++i, wait *= 2)
    {
        auto line = said.line;
        const auto heard = co_await inbox_->hear(std::move(line));
        if (heard.answer.yes != channel::Yes::later)
            co_return answer(said, heard);
        if (i + 1 == options_.tries || !co_await pause(wait))
            break;
    }
    refuse_for_now(said);
}

void Receiving::answer(const Said& said, const channel::Heard& heard)
{
    const std::string number{said.head.attribute("to")};
    const std::string person{said.head.attribute("from")};
    if (heard.answer.yes == channel::Yes::no)
    {
        auto reason = one_line(heard.answer.reason, kMaxReason);
        if (reason.empty())
            reason = advice(heard.answer.code);
        say_(error_reply(said.head, "cancel", "service-unavailable", std::move(reason)));
    }
    else if (said.wants_receipt)
    {
        Element receipt;
        receipt.name = "message";
        receipt.ns = kComponentNs;
        receipt.set("type", "chat").set("from", number).set("to", person);
        receipt.add("received", kReceiptsNs).set("id", std::string{said.head.attribute("id")});
        receipt.add("store", kHintsNs);
        say_(std::move(receipt));
    }
    if (!heard.say.empty())
        say_(compose_words(number, person, heard.say));
}

void Receiving::refuse_for_now(const Said& said)
{
    say_(error_reply(said.head, "wait", "resource-constraint", "Try again later."));
}

net::Task<> Receiving::serve_approach(std::shared_ptr<Receiving> self, Approached approached)
{
    if (self->inbox_ == nullptr)
        co_return;
    ++self->active_;
    const auto answer = co_await self->inbox_->expects(approached.to);
    // `later`: no answer, and the person's server asks again by itself.
    if (answer.yes == channel::Yes::yes)
    {
        if (!approached.probe)
            self->say_(presence_of(approached, "subscribed"));
        self->say_(presence_of(approached, ""));
    }
    else if (answer.yes == channel::Yes::no)
        self->say_(presence_of(approached, "unsubscribed"));
    self->inlet_->done(std::move(approached));
    --self->active_;
}

net::Task<> Receiving::serve_report(std::shared_ptr<Receiving> self, Incoming item)
{
    // A receipt can be faster than the attempt that it is for is written down.
    constexpr unsigned kTries = 4;
    ++self->active_;
    auto wait = self->options_.again;
    for (unsigned i = 0; i < kTries && self->inbox_ != nullptr; ++i, wait *= 2)
    {
        auto report = report_of(item);
        const auto answer = co_await self->inbox_->report(std::move(report));
        if (answer.yes == channel::Yes::yes || i + 1 == kTries || !co_await self->pause(wait))
            break;
    }
    self->inlet_->done(item);
    --self->active_;
}
} // namespace dmid::channels::xmpp
