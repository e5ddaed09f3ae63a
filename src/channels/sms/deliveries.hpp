// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channels/sms/arrivals.hpp"
#include "channels/sms/line_ids.hpp"
#include "channels/sms/phone.hpp"
#include "channels/sms/sent_parts.hpp"
#include "channels/sms/smpp_session.hpp"

#include <map>
#include <memory>

namespace dmid::channels::sms
{
struct DeliveryOptions
{
    Plan plan; ///< for senders who come without a country code
    DefaultAlphabet alphabet = DefaultAlphabet::gsm7;
    net::Millis hold{5'000};       ///< a part's answer, while the others are awaited
    net::Millis patience{600'000}; ///< then a message is handed in as far as it came
    net::Millis report_again{500}; ///< a report that nobody knows yet, doubling
};

/// What services deliver: receipts and messages, made into arrivals, and the answers that are owed for them.
/// On `io`, which one thread drives, but for finish(). Lives in a shared_ptr.
class Deliveries : public std::enable_shared_from_this<Deliveries>
{
public:
    /// Answers that are owed at once; a service that delivers more is told that the queue is full.
    static constexpr std::size_t kMostOwed = 1024;
    /// A report that nobody knows is tried so often.
    static constexpr unsigned kReportTries = 5;

    Deliveries(net::Executor io, DeliveryOptions options, const Clock& clock, const SentTo& sent);

    /// Hands arrivals to this queue until close().
    void open(std::shared_ptr<Arrivals> to);
    /// What is owed is put off: the services bring it again.
    void close();
    void take(SmppSession& session, const Pdu& pdu);
    /// What became of an arrival. Any thread.
    void finish(Arrival arrival, channel::Yes yes);

private:
    struct Owed
    {
        std::weak_ptr<SmppSession> session;
        std::uint32_t command = 0;
        std::uint32_t sequence = 0;
    };
    void take_receipt(const std::string& label, const ShortMessage& message, Ticket ticket);
    void take_message(const ShortMessage& message, Ticket ticket);
    void take_step(Assembly::Step step);
    void hand_in(channel::ChatLine line, const std::string& to, const std::optional<Part>& part,
                 Arrival arrival);
    void finished(const Arrival& arrival, channel::Yes yes);
    /// False where the connection that it came by has ended.
    bool answer(Ticket ticket, Status status);
    static net::Task<> look_after(std::weak_ptr<Deliveries> weak, std::shared_ptr<Arrivals> to);
    static net::Task<> again(std::shared_ptr<Deliveries> self, std::shared_ptr<Arrivals> to, Arrival arrival);

    net::Executor io_;
    DeliveryOptions options_;
    const Clock& clock_;
    const SentTo& sent_;
    std::shared_ptr<Arrivals> to_; ///< while open
    Assembly assembly_;
    LineIds ids_;
    Ticket last_ticket_ = 0;
    std::map<Ticket, Owed> owed_;
};
} // namespace dmid::channels::sms
