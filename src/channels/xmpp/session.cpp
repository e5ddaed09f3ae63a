// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/session.hpp"

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "channels/xmpp/errors.hpp"
#include "channels/xmpp/namespaces.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dmid::channels::xmpp
{
namespace
{
constexpr std::string_view kEndOfStream = "</stream:stream>";
constexpr net::Millis kFarewell{1'000};
} // namespace

Session::Session(OpenStream open, std::string domain, SessionTimes times, Sink sink,
                 std::function<void()> confirmed)
    : stream_{std::move(open.stream)}
    , reader_{std::move(open.reader)}
    , domain_{std::move(domain)}
    , times_{times}
    , sink_{std::move(sink)}
    , confirmed_{std::move(confirmed)}
    , timer_{stream_.executor()}
{
}

bool Session::is_idle() const noexcept
{
    const auto waits = [](const DeliveryPtr& one) { return one && !one->is_over(); };
    return std::none_of(queue_.begin(), queue_.end(), [&](const Out& out) { return waits(out.delivery); }) &&
           std::none_of(pings_.begin(), pings_.end(),
                        [&](const auto& ping)
                        { return std::any_of(ping.second.behind.begin(), ping.second.behind.end(), waits); });
}

// --- out ---

void Session::submit(DeliveryPtr delivery)
{
    if (!queue(delivery->xml, delivery))
        delivery->lost({Errc::channel_deferred, "too much waits for the server"});
}

void Session::say(const Element& stanza)
{
    if (!stanza.name.empty())
        queue(to_xml(stanza, kComponentNs), nullptr);
}

bool Session::queue(std::string xml, DeliveryPtr delivery)
{
    if (leaving_ || queued_ + xml.size() > kMaxQueue)
        return false;
    queued_ += xml.size();
    queue_.push_back({std::move(xml), std::move(delivery)});
    if (!std::exchange(writing_, true))
        net::spawn(stream_.executor(), flush(shared_from_this()));
    return true;
}

void Session::leave()
{
    if (std::exchange(leaving_, true))
        return;
    stream_.expires_after(kFarewell);
    queue_.push_back({std::string{kEndOfStream}, nullptr});
    queued_ += kEndOfStream.size();
    if (!std::exchange(writing_, true))
        net::spawn(stream_.executor(), flush(shared_from_this()));
}

std::string Session::ping_for(std::vector<DeliveryPtr> behind)
{
    Element ping;
    ping.name = "iq";
    ping.ns = kComponentNs;
    auto id = "ping-" + std::to_string(++pinged_);
    ping.set("type", "get").set("id", id).set("from", domain_).set("to", domain_);
    ping.add("ping", kPingNs);
    pings_[std::move(id)] = {std::move(behind), net::deadline_in(times_.silence)};
    return to_xml(ping, kComponentNs);
}

std::string Session::next_batch()
{
    std::string batch;
    std::vector<DeliveryPtr> behind;
    while (!queue_.empty() && batch.size() < kMaxBatch)
    {
        auto out = std::move(queue_.front());
        queue_.pop_front();
        queued_ -= out.xml.size();
        if (out.delivery && !out.delivery->begin())
            continue;
        batch += out.xml;
        if (out.delivery)
            behind.push_back(std::move(out.delivery));
    }
    if (!behind.empty())
        batch += ping_for(std::move(behind));
    return batch;
}

net::Task<> Session::flush(std::shared_ptr<Session> self)
{
    while (!self->queue_.empty())
    {
        const auto batch = self->next_batch();
        if (batch.empty())
            continue;
        const auto written = co_await self->stream_.write(as_bytes(batch));
        if (!written)
            break;
        if (self->leaving_ && self->queue_.empty())
        {
            co_await self->stream_.shutdown();
            break;
        }
    }
    self->writing_ = false;
    // Whatever failed, the reader sees it as well.
    if (self->leaving_ || !self->queue_.empty())
        self->stream_.close();
}

// --- in ---

net::Task<Error> Session::read(std::shared_ptr<Session> self)
{
    constexpr std::size_t kReadAtOnce = 16U << 10U;
    std::array<std::uint8_t, kReadAtOnce> buffer{};
    self->watch();
    for (;;)
    {
        while (auto event = self->reader_->next())
            if (auto over = self->take(std::move(*event)))
                co_return std::move(*over);
        const auto got = co_await self->stream_.read_some(buffer);
        if (!got)
            co_return self->silent_ ? Error{Errc::channel_timeout, "the server was silent"}
                                    : channel_error(got.error());
        if (*got == 0)
            co_return Error{Errc::channel_unreachable, "the server closed the connection"};
        self->heard_ = std::chrono::steady_clock::now();
        const auto fed = self->reader_->feed(as_text({buffer.data(), *got}));
        if (fed)
            continue;
        // What was complete before the fault counts.
        while (auto event = self->reader_->next())
            if (auto over = self->take(std::move(*event)))
                co_return std::move(*over);
        co_return channel_error(fed.error());
    }
}

std::optional<Error> Session::take(StreamEvent event)
{
    const auto* arrived = std::get_if<Arrived>(&event);
    if (arrived == nullptr)
        return Error{Errc::channel_unreachable, "the server closed the stream"};
    const auto& element = arrived->element;
    if (element.ns == kStreamsNs && element.name == "error")
        return read_stream_error(element);
    if (element.ns == kComponentNs && element.name == "iq")
        take_query(element);
    else
        take_stanza(*arrived);
    return std::nullopt;
}

void Session::take_query(const Element& iq)
{
    // Only the server says what is from our domain. Its answer may be the ping itself, an answer, or an
    // error.
    if (iq.attribute("from") == domain_)
    {
        const auto found = pings_.find(iq.attribute("id"));
        if (found == pings_.end())
            return;
        channel::Attempt accepted;
        accepted.outcome = channel::Outcome::accepted;
        accepted.reached = channel::Confirms::accepted;
        for (const auto& delivery : found->second.behind)
            delivery->finish(accepted);
        pings_.erase(found);
        confirmed_();
        return;
    }
    say(answer_query(iq, domain_));
}

void Session::take_stanza(const Arrived& arrived)
{
    auto incoming = read_stanza(arrived, domain_, SystemClock{}.now());
    if (std::holds_alternative<Ignored>(incoming))
        return;
    if (const auto* back = std::get_if<SendBack>(&incoming))
        return say(back->stanza);
    if (const auto* bounced = std::get_if<Bounced>(&incoming); bounced && take_bounce(*bounced))
        return;
    const auto* said = std::get_if<Said>(&incoming);
    auto busy = said != nullptr ? error_reply(said->head, "wait", "resource-constraint", "Try again later.")
                                : Element{};
    if (!sink_(std::move(incoming)))
        say(busy);
}

bool Session::take_bounce(const Bounced& bounced)
{
    for (const auto& [id, ping] : pings_)
        for (const auto& delivery : ping.behind)
            if (delivery->id == bounced.id && delivery->account == bounced.account && !delivery->is_over())
            {
                const auto meaning = meaning_of(bounced.error);
                channel::Attempt attempt;
                attempt.outcome = meaning.outcome;
                attempt.code = meaning.code;
                attempt.detail = detail_of(bounced.error);
                delivery->finish(std::move(attempt));
                return true;
            }
    return false;
}

// --- time ---

void Session::watch()
{
    const auto now = std::chrono::steady_clock::now();
    const auto late = [now](const auto& one) { return one.second.until <= now; };
    if (std::any_of(pings_.begin(), pings_.end(), late))
    {
        silent_ = true;
        stream_.close();
        return;
    }
    if (pings_.empty() && now - heard_ >= times_.ping_every && !leaving_)
        queue(ping_for({}), nullptr);
    timer_.expires_after(std::max(std::min(times_.ping_every, times_.silence) / 4, net::Millis{10}));
    timer_.async_wait(
        [weak = weak_from_this()](const boost::system::error_code& error)
        {
            if (const auto self = weak.lock(); self && !error)
                self->watch();
        });
}

/// The server ended the stream over what we wrote: the same again would end the next one too.
void Session::refuse_largest()
{
    DeliveryPtr largest;
    for (const auto& [id, ping] : pings_)
        for (const auto& delivery : ping.behind)
            if (!largest || delivery->xml.size() > largest->xml.size())
                largest = delivery;
    if (!largest || largest->xml.size() <= kTakenByAll)
        return;
    channel::Attempt refused;
    refused.outcome = channel::Outcome::refused;
    refused.code = Errc::channel_too_large;
    refused.detail = "the server ended the connection over its size";
    largest->finish(std::move(refused));
}

void Session::end(const Error& why)
{
    if (why.code == Errc::channel_too_large)
        refuse_largest();
    timer_.cancel();
    stream_.close();
    leaving_ = true;
    for (auto& [id, ping] : std::exchange(pings_, {}))
        for (const auto& delivery : ping.behind)
            delivery->lost(why);
    for (auto& out : std::exchange(queue_, {}))
        if (out.delivery)
            out.delivery->lost(why);
    queued_ = 0;
}
} // namespace dmid::channels::xmpp
