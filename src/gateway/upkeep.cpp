// SPDX-License-Identifier: Apache-2.0
#include "gateway/upkeep.hpp"

#include "gateway/alarm_sender.hpp"
#include "gateway/files.hpp"
#include "gateway/grant.hpp"
#include "gateway/holders.hpp"
#include "gateway/key_wait.hpp"
#include "gateway/letters.hpp"
#include "gateway/links.hpp"
#include "gateway/name_book.hpp"
#include "gateway/old_proofs.hpp"
#include "gateway/receipts_out.hpp"
#include "gateway/views.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>

namespace dmid::gateway
{
namespace
{
constexpr std::size_t kSweepBatch = 500;
/// Counters are kept for two of the longest windows, a week each (seconds).
constexpr UnixTime kKeepCounters = 2 * 7 * 24 * 3600;
/// A number that is not known yet is looked up this often (milliseconds).
constexpr UnixMillis kFirstLookMs = 1'000;
/// Between the readings of two numbers, where there are many, and how often it is looked whose turn it is
/// (milliseconds).
constexpr UnixMillis kApartMs = 250;
constexpr UnixMillis kTurnsMs = 1'000;
constexpr UnixMillis kTickMs = 250;
constexpr UnixTime kSweepEvery = 300;
/// How often it is looked whether a question about an address' holder is due (seconds).
constexpr UnixTime kHoldersEvery = 15;
/// How often it is looked whether keys that changed are trusted by now (milliseconds).
constexpr UnixMillis kKeysMs = 60'000;
/// How often alarms are looked at for the owner's other ways (milliseconds).
constexpr UnixMillis kAlarmsMs = 15'000;

/// Requests that arrived before, with their threads.
Result<std::vector<std::pair<Hash32, Hash32>>> held_since(const Context& context, const Served& served,
                                                          UnixTime before)
{
    std::vector<std::pair<Hash32, Hash32>> out;
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    DMID_TRY(auto held, view.held(served.box(), std::nullopt, kMostRequests));
    for (const auto& id : held)
    {
        DMID_TRY(auto row, view.message(served.box(), id));
        if (row && row->at <= before)
            out.emplace_back(id, row->thread);
    }
    return out;
}
} // namespace

Result<std::size_t> expire_requests(Context& context, const Served& served)
{
    const auto now = context.clock.now();
    std::size_t expired = 0;
    DMID_TRY(auto held, held_since(context, served, now - kHoldFor));
    for (const auto& [id, thread] : held)
    {
        store::Append what;
        what.mailbox = served.box();
        RevisedMeta meta;
        meta.state = State::expired;
        meta.at = now;
        what.entries.push_back(revised_entry(id, thread, Kind::discarded, std::move(meta)));
        DMID_TRY(add_receipt(context, served, id, model::ReceiptState::expired, what));
        what.forget.push_back(id);
        DMID_TRY(context.mailbox.append(std::move(what)));
        ++expired;
    }
    return expired;
}

struct Upkeep::Impl
{
    Impl(Context& c, std::vector<Serving> n, net::Executor e, LastChange l)
        : context{c}
        , numbers{std::move(n)}
        , turns{numbers.size()}
        , executor{e}
        , last_change{std::move(l)}
    {
    }

    /// When a number is read from the chain again, and what was known to have happened to it when it was.
    struct ReadingTurn
    {
        UnixMillis next = 0;
        std::uint64_t change = 0;
    };

    Context& context;
    std::vector<Serving> numbers;
    std::vector<ReadingTurn> turns; ///< of `numbers`, in their order
    net::Executor executor;
    LastChange last_change;
    std::atomic<bool> stopping = false;

    /// One number after the other has its turn, so that many of them do not crowd the endpoints.
    UnixMillis between_turns() const
    {
        return std::max(kRefreshMs, static_cast<UnixMillis>(numbers.size()) * kApartMs);
    }

    /// Those that were proven once wait for their turn from the start; the others are read at once.
    void spread_turns(UnixMillis now)
    {
        const auto count = static_cast<UnixMillis>(numbers.size());
        for (std::size_t i = 0; i < numbers.size(); ++i)
            if (count * kApartMs > kRefreshMs && context.served.by_number(numbers[i].number))
                turns[i].next = now + between_turns() * static_cast<UnixMillis>(i) / count;
    }

    static net::Task<> refresh(std::shared_ptr<Impl> self, std::size_t i)
    {
        const auto number = self->numbers[i];
        const auto done = co_await refresh_number(self->context, number);
        const auto alarm = "chain " + number.number.digits();
        if (done)
            self->context.alarms.clear(alarm, number.number);
        else
            self->context.alarms.raise(alarm,
                                       number.number.in_fours() + " cannot be read from the chain: " +
                                           std::string{name(done.error().code)},
                                       self->context.clock.now(), AlarmScope{number.number});
        const bool known = self->context.served.by_number(number.number) != nullptr;
        self->turns[i].next = self->context.clock.now_ms() + (known ? self->between_turns() : kFirstLookMs);
    }

    /// Those whose turn it is, those that events tell of, and those that are not known yet.
    static net::Task<> refresh_due(std::shared_ptr<Impl> self)
    {
        for (std::size_t i = 0; i < self->numbers.size() && !self->stopping; ++i)
        {
            auto& turn = self->turns[i];
            const auto now = self->context.clock.now_ms();
            const auto change =
                self->last_change ? self->last_change(self->numbers[i].number) : std::uint64_t{0};
            // A clock that was set back must not put things off for a day.
            turn.next = std::min(turn.next, now + self->between_turns());
            if (now < turn.next && change == turn.change)
                continue;
            const bool told = change != turn.change;
            turn.change = change;
            co_await refresh(self, i);
            // What is told of may not be in the block yet that is read.
            if (told)
                turn.next = std::min(turn.next, now + kRefreshMs);
        }
    }

    void sweep()
    {
        const auto now = context.clock.now_ms();
        for (const auto& served : context.served.all())
        {
            if (const auto done = expire_requests(context, *served); !done)
                context.alarms.raise(
                    "store", "requests cannot expire: " + std::string{name(done.error().code)}, now / 1000);
            if (const auto done = look_at_old_proofs(context, *served); !done)
                context.alarms.raise("store",
                                     "proofs of addresses cannot be looked at: " +
                                         std::string{name(done.error().code)},
                                     now / 1000);
            if (const auto done = sweep_files(context, served->box(), now / 1000); !done)
                context.alarms.raise(
                    "store", "files cannot be dropped: " + std::string{name(done.error().code)}, now / 1000);
            if (const auto done = sweep_links(context, served->box(), now / 1000); !done)
                context.alarms.raise(
                    "store", "links cannot be dropped: " + std::string{name(done.error().code)}, now / 1000);
        }
        if (const auto done = sweep_questions(context); !done)
            context.alarms.raise(
                "store", "messages to names cannot be dropped: " + std::string{name(done.error().code)},
                now / 1000);
        for (;;)
        {
            const auto swept = context.mailbox.sweep(now, now / 1000 - kKeepCounters, kSweepBatch);
            if (!swept || *swept < kSweepBatch)
                return;
        }
    }

    /// Failures that last are told by who reads the numbers or the store; this looks again in a minute.
    static net::Task<> look_at_keys(std::shared_ptr<Impl> self)
    {
        for (const auto& served : self->context.served.all())
        {
            const auto released = co_await release_waiting(self->context, served);
            if (released && *released > 0)
                note(self->context, "keys.trusted number=" + served->identity.number.digits() +
                                        " released=" + std::to_string(*released));
        }
    }

    void renew_tickets()
    {
        for (const auto& served : context.served.all())
            (void)load_tickets(context, *served);
    }

    /// Apart from the rest: an operator's register may be slow.
    static net::Task<> watch_holders(std::shared_ptr<Impl> self)
    {
        UnixTime next = 0;
        while (!self->stopping)
        {
            const auto now = self->context.clock.now();
            next = std::min(next, now + kHoldersEvery);
            if (now >= next)
            {
                unsigned left = kMostLooks;
                for (const auto& served : self->context.served.all())
                    if (const auto done = co_await look_at_holders(self->context, served, left); !done)
                        self->context.alarms.raise("store",
                                                   "holders of addresses cannot be looked at: " +
                                                       std::string{name(done.error().code)},
                                                   now);
                next = now + kHoldersEvery;
            }
            co_await net::sleep_for(net::Millis{kTickMs});
        }
    }

    static net::Task<> run(std::shared_ptr<Impl> self)
    {
        UnixMillis next_refresh = 0;
        UnixTime next_sweep = 0;
        UnixMillis next_alarms = 0;
        UnixMillis next_keys = 0;
        self->spread_turns(self->context.clock.now_ms());
        seal::UtcDay day = seal::utc_day(self->context.clock.now());
        while (!self->stopping)
        {
            const auto now = self->context.clock.now_ms();
            // A clock that was set back must not put things off for a day.
            next_refresh = std::min(next_refresh, now + kTurnsMs);
            next_sweep = std::min(next_sweep, now / 1000 + kSweepEvery);
            next_alarms = std::min(next_alarms, now + kAlarmsMs);
            next_keys = std::min(next_keys, now + kKeysMs);
            if (now >= next_refresh)
            {
                co_await refresh_due(self);
                next_refresh = now + kTurnsMs;
            }
            if (now >= next_keys)
            {
                co_await look_at_keys(self);
                next_keys = now + kKeysMs;
            }
            if (now / 1000 >= next_sweep)
            {
                self->sweep();
                next_sweep = now / 1000 + kSweepEvery;
            }
            if (const auto today = seal::utc_day(now / 1000); today != day)
            {
                self->renew_tickets();
                day = today;
            }
            if (now >= next_alarms)
            {
                self->context.alarms.lapse(now / 1000);
                co_await send_alarms(self->context);
                next_alarms = now + kAlarmsMs;
            }
            co_await net::sleep_for(net::Millis{kTickMs});
        }
    }
};

Upkeep::Upkeep(Context& context, std::vector<Serving> numbers, net::Executor executor, LastChange last_change)
    : impl_{std::make_shared<Impl>(context, std::move(numbers), executor, std::move(last_change))}
{
}

Upkeep::~Upkeep()
{
    stop();
}

void Upkeep::start()
{
    net::spawn(impl_->executor, Impl::run(impl_));
    const auto& channels = impl_->context.channels;
    if (std::any_of(channels.begin(), channels.end(),
                    [](const auto& channel) { return channel.second->traits().tells_holder; }))
        net::spawn(impl_->executor, Impl::watch_holders(impl_));
}

void Upkeep::set_receipts(model::Number number, bool receipts)
{
    // Whoever looks after the numbers runs on the executor; so does the change.
    boost::asio::post(impl_->executor,
                      [impl = impl_, number, receipts]
                      {
                          for (auto& serving : impl->numbers)
                              if (serving.number == number)
                                  serving.receipts = receipts;
                      });
    impl_->context.served.change(number, [&](Served& next) { next.receipts = receipts; });
}

void Upkeep::stop()
{
    impl_->stopping = true;
}
} // namespace dmid::gateway
