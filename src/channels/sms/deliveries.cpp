// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/deliveries.hpp"

#include "channels/sms/alphabets.hpp"
#include "channels/sms/delivered.hpp"
#include "model/envelope.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace dmid::channels::sms
{
namespace
{
constexpr net::Millis kMostTick{1'000};
constexpr net::Millis kLeastTick{20};

/// An address as a key that tells all addresses apart, and gives it back.
std::string key_of_address(const SmsAddress& address)
{
    return std::to_string(address.ton) + '/' + std::to_string(address.npi) + '/' + address.digits;
}
SmsAddress address_of_key(const std::string& key)
{
    const auto first = key.find('/');
    const auto second = key.find('/', first + 1);
    SmsAddress out;
    out.ton = static_cast<std::uint8_t>(std::strtoul(key.c_str(), nullptr, 10));
    out.npi = static_cast<std::uint8_t>(std::strtoul(key.c_str() + first + 1, nullptr, 10));
    out.digits = key.substr(second + 1);
    return out;
}
} // namespace

Deliveries::Deliveries(net::Executor io, DeliveryOptions options, const Clock& clock, const SentTo& sent)
    : io_{std::move(io)}
    , options_{std::move(options)}
    , clock_{clock}
    , sent_{sent}
    , assembly_{options_.hold.count(), options_.patience.count()}
{
}

void Deliveries::open(std::shared_ptr<Arrivals> to)
{
    to_ = std::move(to);
    net::spawn(io_, look_after(weak_from_this(), to_));
}

void Deliveries::close()
{
    to_.reset();
    for (const auto& [ticket, owed] : std::exchange(owed_, {}))
        if (const auto session = owed.session.lock())
            session->answer(owed.command, owed.sequence, Status::temporary_error);
}

net::Task<> Deliveries::look_after(std::weak_ptr<Deliveries> weak, std::shared_ptr<Arrivals> to)
{
    auto tick = kLeastTick;
    for (;;)
    {
        co_await net::sleep_for(tick);
        const auto self = weak.lock();
        if (!self || self->to_ != to)
            co_return;
        self->take_step(self->assembly_.due(self->clock_.now_ms()));
        tick = std::clamp(std::min(self->options_.hold, self->options_.patience) / 4, kLeastTick, kMostTick);
    }
}

bool Deliveries::answer(Ticket ticket, Status status)
{
    const auto at = owed_.find(ticket);
    if (at == owed_.end())
        return false;
    const auto session = at->second.session.lock();
    if (session)
        session->answer(at->second.command, at->second.sequence, status);
    owed_.erase(at);
    return session != nullptr;
}

void Deliveries::take(SmppSession& session, const Pdu& pdu)
{
    if (!to_ || owed_.size() >= kMostOwed)
        return session.answer(pdu.command, pdu.sequence, to_ ? Status::queue_full : Status::temporary_error);
    const auto message = pdu.is(Command::data_sm) ? decode_data_sm(pdu.body) : decode_short_message(pdu.body);
    if (!message)
        return session.answer(pdu.command, pdu.sequence, Status::permanent_error);
    const auto ticket = ++last_ticket_;
    owed_.emplace(ticket, Owed{session.weak_from_this(), pdu.command, pdu.sequence});
    const auto kind = kind_of(*message);
    if (kind == DeliveredKind::receipt)
        take_receipt(session.label(), *message, ticket);
    else if (kind == DeliveredKind::message)
        take_message(*message, ticket);
    else
        (void)answer(ticket, Status::ok);
}

void Deliveries::take_receipt(const std::string& label, const ShortMessage& message, Ticket ticket)
{
    const auto receipt = read_receipt(message);
    const auto fate = receipt ? fate_of(receipt->state) : std::nullopt;
    if (!fate)
    {
        (void)answer(ticket, Status::ok);
        return;
    }
    Arrival arrival;
    arrival.tickets = {ticket};
    for (const auto& form : message_id_forms(receipt->message_id))
    {
        channel::Report report;
        report.channel = "sms";
        report.known_as = message_name(label, form);
        // The number that it was sent to, where that is still known: some services turn the addresses of a
        // receipt.
        report.account =
            sent_.phone_of(report.known_as).value_or(caller_of(message.source, options_.plan).account);
        report.fate = *fate;
        report.detail = words_of(*receipt);
        arrival.reports.push_back(std::move(report));
    }
    to_->push(std::move(arrival));
}

void Deliveries::take_message(const ShortMessage& message, Ticket ticket)
{
    auto read = read_delivered(message, options_.alphabet);
    if (read.part)
    {
        const Joiner::Key key{key_of_address(message.source), key_of_address(message.destination),
                              read.part->reference, read.part->wide, read.part->total};
        return take_step(
            assembly_.take(key, read.part->sequence, std::move(read.text), ticket, clock_.now_ms()));
    }
    Arrival arrival;
    arrival.tickets = {ticket};
    arrival.ours = message.destination;
    channel::ChatLine line;
    line.text = std::move(read.text);
    line.lost = std::move(read.lost);
    line.account = key_of_address(message.source);
    hand_in(std::move(line), key_of_address(message.destination), std::nullopt, std::move(arrival));
}

void Deliveries::take_step(Assembly::Step step)
{
    for (const auto& [ticket, status] : step.answers)
        (void)answer(ticket, status);
    for (auto& whole : step.wholes)
    {
        Arrival arrival;
        arrival.tickets = whole.tickets;
        arrival.ours = address_of_key(whole.key.destination);
        channel::ChatLine line;
        line.text = join_halves(whole.text);
        if (whole.cut)
            line.lost = "parts of this message never arrived";
        line.account = whole.key.source;
        const Part part{whole.key.reference, whole.key.wide, whole.key.total, 1};
        const auto to = whole.key.destination;
        arrival.whole = std::move(whole);
        hand_in(std::move(line), to, part, std::move(arrival));
    }
}

void Deliveries::hand_in(channel::ChatLine line, const std::string& to, const std::optional<Part>& part,
                         Arrival arrival)
{
    if (!to_)
        return;
    line.native_id = ids_.id_of(line.account, to, part, line.text + line.lost, clock_.now_ms());
    const auto from = address_of_key(line.account);
    const auto caller = caller_of(from, options_.plan);
    line.channel = "sms";
    line.account = caller.account;
    line.proven = false;
    line.automatic = !caller.answerable;
    line.sent_at = clock_.now();
    line.source = "sms:" + caller.account;
    if (line.text.size() > model::kMaxText)
    {
        line.text.resize(model::kMaxText);
        while (!is_utf8(line.text))
            line.text.pop_back();
        line.lost = "the end of a text that is longer than this program carries";
    }
    arrival.line = std::move(line);
    to_->push(std::move(arrival));
}

void Deliveries::finish(Arrival arrival, channel::Yes yes)
{
    boost::asio::post(io_, [self = shared_from_this(), done = std::move(arrival), yes]()
                      { self->finished(done, yes); });
}

void Deliveries::finished(const Arrival& arrival, channel::Yes yes)
{
    if (!arrival.line && yes != channel::Yes::yes && arrival.tries + 1 < kReportTries && to_)
    {
        net::spawn(io_, again(shared_from_this(), to_, arrival));
        return;
    }
    // A report that nobody knows is nobody's: the service is not asked to bring it for ever.
    const bool good = !arrival.line || yes != channel::Yes::later;
    bool told = false;
    for (const auto ticket : arrival.tickets)
        told = answer(ticket, good ? Status::ok : Status::temporary_error) || told;
    if (!good || !arrival.line)
        return;
    if (told)
        ids_.acknowledged(arrival.line->native_id);
    if (arrival.whole)
        assembly_.finished(*arrival.whole, clock_.now_ms());
}

net::Task<> Deliveries::again(std::shared_ptr<Deliveries> self, std::shared_ptr<Arrivals> to, Arrival arrival)
{
    co_await net::sleep_for(self->options_.report_again * (1U << arrival.tries));
    ++arrival.tries;
    to->push(std::move(arrival));
}
} // namespace dmid::channels::sms
