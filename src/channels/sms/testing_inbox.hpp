// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: a channel that receives into an inbox which answers as told.
#include "channels/sms/sms_channel.hpp"
#include "channels/sms/testing_smsc.hpp"
#include "net/io_pool.hpp"
#include "net/run_blocking.hpp"
#include "net/with_deadline.hpp"

#include <future>

namespace dmid::channels::sms::test
{
class InboxDouble final : public channel::Inbox
{
public:
    using Hear = std::function<channel::Heard(const channel::ChatLine&)>;
    using Judge = std::function<channel::Yes(const channel::Report&)>;

    net::Task<channel::Answer> receive(channel::Inbound /*message*/) override { co_return channel::Answer{}; }
    net::Task<channel::Heard> hear(channel::ChatLine line) override
    {
        const std::lock_guard lock{mutex_};
        lines_.push_back(line);
        co_return hears ? hears(line) : said(channel::Yes::yes);
    }
    net::Task<channel::Answer> report(channel::Report what) override
    {
        const std::lock_guard lock{mutex_};
        reports_.push_back(what);
        co_return said(judges ? judges(what) : channel::Yes::yes).answer;
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
    static channel::Heard said(channel::Yes yes, std::string words = {})
    {
        channel::Heard out;
        out.answer.yes = yes;
        out.say = std::move(words);
        return out;
    }
    Hear hears;
    Judge judges;

private:
    mutable std::mutex mutex_;
    std::vector<channel::ChatLine> lines_;
    std::vector<channel::Report> reports_;
};

inline SmsOptions options_for(const Smsc& smsc)
{
    SmsOptions out;
    out.services = {service_at(smsc.port())};
    out.sources = {{"", sender_address("DMID").value()}};
    out.timing = quick_timing();
    out.report_again = std::chrono::milliseconds{20};
    return out;
}

/// run() on a thread of its own until the end.
class Running
{
public:
    Running(channel::Channel& channel, channel::Inbox& inbox)
        : channel_{channel}
    {
        pool_.start();
        net::spawn(pool_.executor(0), running(channel_, inbox, ended_));
    }
    ~Running() { stop(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    /// Stops it and waits; false when it does not end.
    bool stop()
    {
        if (!future_.valid())
            return true;
        channel_.stop();
        const bool good = future_.wait_for(std::chrono::seconds{10}) == std::future_status::ready;
        future_ = {};
        return good;
    }

private:
    static net::Task<> running(channel::Channel& channel, channel::Inbox& inbox, std::promise<void>& ended)
    {
        co_await channel.run(inbox);
        ended.set_value();
    }
    channel::Channel& channel_;
    std::promise<void> ended_;
    std::future<void> future_{ended_.get_future()};
    net::IoPool pool_{1};
};

inline channel::Leg leg_to(const std::string& phone, unsigned id = 1, std::int64_t within_ms = 5000)
{
    channel::Leg out;
    out.id.bytes[0] = static_cast<std::uint8_t>(id & 0xffU);
    out.id.bytes[1] = static_cast<std::uint8_t>(id >> 8U);
    out.address = phone;
    out.deadline = SystemClock{}.now_ms() + within_ms;
    return out;
}
inline channel::Outgoing words(const std::string& text)
{
    channel::Outgoing out;
    out.to_owner = false;
    out.text = text;
    return out;
}
inline net::Task<Result<channel::Attempt>> sending(channel::Channel& channel, channel::Leg leg,
                                                   channel::Outgoing message)
{
    co_return co_await channel.send(std::move(leg), std::move(message));
}
inline channel::Attempt send(channel::Channel& channel, channel::Leg leg, const std::string& text)
{
    return net::run_blocking(sending(channel, std::move(leg), words(text))).value();
}
/// A deliver_sm from a phone.
inline ShortMessage from_phone(std::string_view text)
{
    ShortMessage out;
    out.source = {1, 1, "491701234567"};
    out.destination = {3, 0, "12345"};
    out.text = to_bytes(as_bytes(text));
    return out;
}
/// The parts of a long text, as a phone sends them.
inline std::vector<ShortMessage> parts_from_phone(std::string_view text, std::uint16_t reference,
                                                  bool wide = false)
{
    std::vector<ShortMessage> out;
    const auto segments = split_text(text, DefaultAlphabet::gsm7, reference, wide, 20).value();
    for (const auto& part : segments.parts)
    {
        auto message = from_phone("");
        message.text = part.user_data;
        message.esm_class = part.has_header ? kEsmHeader : 0;
        message.data_coding = static_cast<std::uint8_t>(segments.coding);
        out.push_back(std::move(message));
    }
    return out;
}
} // namespace dmid::channels::sms::test
