// SPDX-License-Identifier: Apache-2.0
#include "gateway/head_rounds.hpp"

#include "crypto/secp256k1.hpp"
#include "gateway/head_door.hpp"
#include "gateway/own_policy.hpp"
#include "keys/random.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace dmid::gateway
{
namespace
{
constexpr net::Millis kTick{500};
/// After a first failure, and at most; while a policy waits, the most is the smaller one (milliseconds).
constexpr UnixMillis kFirstPauseMs = 5'000;
constexpr UnixMillis kMostPauseMs = 3'600'000;
constexpr UnixMillis kMostWaitingMs = 30'000;
/// After leaving one: relays say yes and lose it, or keep another of the same second (milliseconds).
constexpr UnixMillis kVerifyMs = 60'000;
/// Heads of one answer that are looked at.
constexpr std::size_t kMostAnswered = 8;

/// A place and when to turn to it again.
struct Visit
{
    HeadPlace place;
    UnixMillis next = 0;
    unsigned failures = 0;
};

std::string trimmed(std::string url)
{
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

/// http(s) and ws(s) of one authority are one node.
std::string authority(const std::string& url)
{
    const auto from = url.find("://");
    return from == std::string::npos ? std::string{} : trimmed(url.substr(from + 3));
}

std::vector<HeadPlace> places_of(const Context& context, const Served& served, const std::string& own_url)
{
    std::vector<HeadPlace> out;
    for (const auto& gateway : served.document.gateways)
    {
        HeadPlace place;
        place.url = trimmed(gateway.url);
        place.own = gateway.node_key == context.node_key.key;
        out.push_back(std::move(place));
    }
    for (const auto& relay : served.document.relays)
    {
        HeadPlace place;
        place.url = trimmed(relay);
        place.relay = true;
        place.own = !own_url.empty() && authority(relay) == authority(own_url);
        out.push_back(std::move(place));
    }
    return out;
}

channel::HeadsOf heads_of(const Served& served)
{
    channel::HeadsOf out{served.identity, served.document.inbox_key, {served.document.inbox_key}};
    for (const auto& handover : served.document.handovers)
        out.authors.push_back(handover.from);
    out.authors.push_back(served.policy_key);
    return out;
}

/// The highest of what a place answered that counts for this number.
std::optional<model::PolicyHead> best_of(const std::vector<Bytes>& answer, const Served& served, UnixTime now)
{
    std::optional<model::PolicyHead> best;
    for (std::size_t i = 0; i < std::min(answer.size(), kMostAnswered); ++i)
    {
        const auto head = model::decode_head(answer[i]);
        if (!head || head->time > now + kHeadAhead ||
            !model::verify_head(*head, served.identity, served.policy_key))
            continue;
        if (!best || model::ahead(*head, *best))
            best = *head;
    }
    return best;
}
} // namespace

struct HeadRounds::Impl
{
    Impl(Context& c, channel::HeadCarrier& k, std::vector<Serving> n, std::string u)
        : context{c}
        , carrier{k}
        , numbers{std::move(n)}
        , own_url{std::move(u)}
    {
    }

    Context& context;
    channel::HeadCarrier& carrier;
    const std::vector<Serving> numbers;
    const std::string own_url;
    std::atomic<bool> stopping = false;
    std::map<model::Number, std::vector<Visit>> visits; ///< each is touched by its number's loop alone

    const Serving* serving(model::Number number) const
    {
        for (const auto& one : numbers)
            if (one.number == number)
                return &one;
        return nullptr;
    }

    /// The document may have changed: what is known of a place that is still named stays.
    void take_places(const Served& served, std::vector<Visit>& known) const
    {
        std::vector<Visit> next;
        for (auto& place : places_of(context, served, own_url))
        {
            const auto found = std::find_if(known.begin(), known.end(),
                                            [&](const Visit& one) { return one.place.url == place.url; });
            if (found != known.end())
            {
                found->place.own = place.own;
                next.push_back(*found);
            }
            else
            {
                next.emplace_back();
                next.back().place = std::move(place);
            }
        }
        known = std::move(next);
        const auto of = served.policy_key;
        for (auto& visit : known)
            if (visit.place.held &&
                (visit.place.held->position.key != of || visit.place.held->identity != served.identity))
                visit = Visit{{visit.place.url, visit.place.relay, visit.place.own, false, {}, 0, {}}, 0, 0};
    }

    void note(const Served& served, const std::vector<Visit>& known) const
    {
        std::vector<HeadPlace> places;
        for (const auto& visit : known)
            places.push_back(visit.place);
        context.heads->note_places(served.identity.number, std::move(places));
    }

    bool waits(model::Number number) const
    {
        return context.policy_hold->holds(number) || context.policy_hold->silent(number);
    }

    void put_off(const Served& served, Visit& visit, const Error& error) const
    {
        visit.place.error = std::string{dmid::name(error.code)};
        if (error.code == Errc::channel_refused)
            visit.place.error += " (" + error.context + ")";
        const auto most = waits(served.identity.number) ? kMostWaitingMs : kMostPauseMs;
        const auto pause = kFirstPauseMs << std::min(visit.failures++, 16U);
        visit.next = context.clock.now_ms() + std::min(pause, most);
    }

    /// What the place holds.
    static net::Task<Result<>> ask(std::shared_ptr<Impl> self, ServedPtr served, Visit& visit)
    {
        auto of = heads_of(*served);
        const auto url = visit.place.url;
        auto answer = co_await self->carrier.ask(url, std::move(of));
        const auto now = self->context.clock.now();
        visit.place.asked_at = now;
        visit.place.answered = answer.has_value();
        if (!answer)
            co_return tl::unexpected<Error>(std::move(answer).error());
        visit.place.held = best_of(*answer, *served, now);
        visit.place.error.clear();
        if (visit.place.held)
            self->learn(*served, *visit.place.held);
        co_return Result<>{};
    }

    void learn(const Served& served, const model::PolicyHead& head) const
    {
        const auto taken = take_own_head(context, served, head);
        if (!taken && taken.error().code != Errc::policy_seq)
            context.alarms.raise("store",
                                 "a head cannot be kept: " + std::string{dmid::name(taken.error().code)},
                                 context.clock.now());
    }

    static net::Task<Result<>> leave(std::shared_ptr<Impl> self, ServedPtr served, Visit& visit,
                                     model::PolicyHead head)
    {
        auto of = heads_of(*served);
        const auto url = visit.place.url;
        DMID_CO_TRY(co_await self->carrier.leave(url, std::move(of), model::encode_head(head)));
        visit.place.held = head;
        visit.place.error.clear();
        co_return Result<>{};
    }

    /// The head that the place should have, where it has a lower one.
    std::optional<model::PolicyHead> missing_at(const Served& served, const Visit& visit) const
    {
        // What a restored node brings out of its backup must not come back to it as somebody's word.
        if (context.policy_hold->silent(served.identity.number))
            return std::nullopt;
        const auto kept = context.heads->find(served.identity, served.policy_key);
        if (!kept || (visit.place.held && !model::ahead(kept->head, *visit.place.held)))
            return std::nullopt;
        return kept->head;
    }

    static net::Task<> visit_one(std::shared_ptr<Impl> self, ServedPtr served, Visit& visit)
    {
        const auto now = self->context.clock.now_ms();
        // A clock that was set back must not put things off.
        visit.next = std::min(visit.next, now + kMostPauseMs);
        const bool behind =
            visit.place.answered && visit.failures == 0 && self->missing_at(*served, visit).has_value();
        if (now < visit.next && !behind)
            co_return;
        if (now >= visit.next)
        {
            const auto asked = co_await ask(self, served, visit);
            if (!asked)
            {
                self->put_off(*served, visit, asked.error());
                co_return;
            }
        }
        const auto head = self->missing_at(*served, visit);
        if (head)
        {
            const auto left = co_await leave(self, served, visit, *head);
            if (!left)
            {
                self->put_off(*served, visit, left.error());
                co_return;
            }
        }
        visit.failures = 0;
        if (head)
            visit.next = now + kVerifyMs;
        else if (now >= visit.next)
            visit.next = now + (self->waits(served->identity.number) ? kMostWaitingMs : kAskEveryMs);
    }

    /// A restored policy: what the places have shown of it.
    void weigh(const Served& served, const std::vector<Visit>& known) const
    {
        const auto number = served.identity.number;
        if (!waits(number) || !served.policy || served.policy->position.key != served.policy_key)
            return;
        std::optional<model::PolicyHead> highest;
        bool all = true;
        for (const auto& [place, next, failures] : known)
        {
            if (place.own)
                continue;
            all = all && place.answered;
            if (place.answered && place.held && (!highest || model::ahead(*place.held, *highest)))
                highest = place.held;
        }
        // Without any head nobody has shown anything: that is the owner's to say.
        if (!highest || newer(highest->position, served.policy->position))
            return;
        if (all)
            context.policy_hold->let_sign(number);
        if (context.clock.now() - highest->time < model::kMaxHeadAge)
            context.policy_hold->trust(number);
        settle_policy(context, number);
    }

    void sign(const Served& served, const Serving& serving) const
    {
        const auto number = served.identity.number;
        const auto& keys = serving.policy_keys;
        const auto mine = std::find_if(keys.begin(), keys.end(),
                                       [&](const InboxKey& one) { return one.key == served.policy_key; });
        context.heads->note_signer(number, mine != keys.end());
        if (mine == keys.end() || !served.policy || served.policy->position.key != served.policy_key ||
            context.policy_hold->silent(number))
            return;
        const auto now = context.clock.now();
        const auto kept = context.heads->find(served.identity, served.policy_key);
        const bool due =
            !kept || kept->head.position != served.policy->position || now - kept->head.time >= kSignEvery;
        if (!due || (kept && newer(kept->head.position, served.policy->position)))
            return;
        model::PolicyHead head{served.identity, served.policy->position, now, {}};
        const auto signature =
            crypto::sign_schnorr(model::head_message(head.identity, head.position, head.time), mine->secret,
                                 keys::random_fixed<Hash32>());
        if (!signature)
            return;
        head.signature = *signature;
        learn(served, head);
    }

    static net::Task<> round(std::shared_ptr<Impl> self, model::Number number)
    {
        auto served = self->context.served.by_number(number);
        const auto* serving = self->serving(number);
        if (!served || serving == nullptr || served->policy_key == XOnlyKey{})
            co_return;
        auto& known = self->visits.at(number);
        self->take_places(*served, known);
        self->sign(*served, *serving);
        for (auto& visit : known)
            if (!visit.place.own && !self->stopping)
                co_await visit_one(self, served, visit);
        // What was asked took its time.
        served = self->context.served.by_number(number);
        self->weigh(*served, known);
        self->note(*served, known);
    }

    static net::Task<> run(std::shared_ptr<Impl> self, model::Number number)
    {
        while (!self->stopping)
        {
            co_await round(self, number);
            co_await net::sleep_for(kTick);
        }
    }
};

HeadRounds::HeadRounds(Context& context, channel::HeadCarrier& carrier, std::vector<Serving> numbers,
                       std::string own_url)
    : impl_{std::make_shared<Impl>(context, carrier, std::move(numbers), std::move(own_url))}
{
    for (const auto& serving : impl_->numbers)
        impl_->visits[serving.number];
}

HeadRounds::~HeadRounds()
{
    stop();
}

void HeadRounds::start(net::Executor executor)
{
    for (const auto& serving : impl_->numbers)
        net::spawn(executor, Impl::run(impl_, serving.number));
}

void HeadRounds::stop()
{
    impl_->stopping = true;
}

net::Task<> HeadRounds::round(model::Number number)
{
    return Impl::round(impl_, number);
}
} // namespace dmid::gateway
