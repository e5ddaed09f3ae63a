// SPDX-License-Identifier: Apache-2.0
#include "node/watch.hpp"

#include "gateway/records.hpp"
#include "node/process_facts.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>

namespace dmid::node
{
namespace
{
constexpr net::Millis kEvery{5'000};
constexpr net::Millis kTick{250};
/// Less free room than this is trouble: a store that grows by its next doubling needs more.
constexpr std::uint64_t kLeastFree = std::uint64_t{256} << 20U;
constexpr unsigned kMostFilled = 95;      ///< percent of the mailbox's limit
constexpr std::uint64_t kMostBehind = 64; ///< blocks; the follower reads them in one call
constexpr UnixTime kClockBehind = 30;     ///< seconds that a block may be ahead of the clock
constexpr double kClockJump = 5;          ///< seconds between wall clock and steady clock from look to look
} // namespace

struct Watch::Impl
{
    Impl(gateway::Context& c, const chain::Endpoints& e, const store::Index& i, std::filesystem::path s)
        : context{c}
        , endpoints{e}
        , index{i}
        , state{std::move(s)}
    {
        for (std::size_t at = 0; at < e.size(); ++at)
            seen.push_back({e.at(at).label(), false, false, 0});
    }

    gateway::Context& context;
    const chain::Endpoints& endpoints;
    const store::Index& index;
    std::filesystem::path state;
    std::atomic<bool> stopping = false;
    api::HealthBoard board;
    mutable std::mutex mutex;
    std::optional<api::ChainFacts> chain;
    std::vector<api::EndpointFacts> seen;
    std::uint64_t indexed_before = 0;
    std::map<std::string, bool> troubled; ///< by channel, at the last look
    std::optional<std::pair<UnixMillis, std::chrono::steady_clock::time_point>> clocks;

    void set(const char* name, bool ok, std::string words)
    {
        board.set(name, ok, std::move(words), context.clock.now());
    }

    void look_at_disk()
    {
        const auto free = free_bytes(state);
        const auto stats = context.mailbox.stats();
        const auto filled = stats && stats->max_map > 0 ? 100 * stats->used / stats->max_map : 0;
        set("disk", free >= kLeastFree, std::to_string(free >> 20U) + " MiB free");
        set("store", stats && filled <= kMostFilled,
            stats ? std::to_string(filled) + " % of its limit used" : "it cannot be read");
    }

    /// One look may fall between two attempts to connect: the second in a row counts.
    void look_at_channels()
    {
        for (const auto& [name, channel] : context.channels)
        {
            const auto trouble = channel->trouble();
            auto& before = troubled[name];
            if (trouble.empty())
                context.alarms.clear("channel " + name);
            else if (before)
                context.alarms.raise("channel " + name, name + " does not work: " + trouble,
                                     context.clock.now());
            before = !trouble.empty();
        }
    }

    void look_at_clock()
    {
        const auto now = std::pair{context.clock.now_ms(), std::chrono::steady_clock::now()};
        if (clocks)
        {
            const std::chrono::duration<double> passed = now.second - clocks->second;
            const auto shown = static_cast<double>(now.first - clocks->first) / 1000;
            const bool jumped = std::abs(shown - passed.count()) > kClockJump;
            const auto behind = chain ? -chain->age : 0;
            if (jumped)
                set("clock", false, "it jumped");
            else if (behind > kClockBehind)
                set("clock", false,
                    "it is behind the chain's newest block by " + std::to_string(behind) + " s");
            else
                set("clock", true, "it agrees with the chain, and runs evenly");
        }
        clocks = now;
    }

    void look_at_index(std::uint64_t height)
    {
        const auto position = index.position();
        if (!position)
        {
            set("index", false, "it cannot be read");
            return;
        }
        const auto at = *position ? (*position)->block : 0;
        const bool near = at + kMostBehind >= height;
        set("index", near || at > indexed_before,
            near ? "it follows the chain" : std::to_string(height - at) + " blocks behind");
        indexed_before = at;
    }

    void note_chain(const Result<chain::Agreement>& agreed)
    {
        if (!agreed)
        {
            set("chain", false, "no block is agreed on: " + std::string{name(agreed.error().code)});
            return;
        }
        const auto& block = agreed->block;
        api::ChainFacts facts;
        facts.height = block.number;
        facts.age = context.clock.now() - block.timestamp;
        facts.tier = std::string{proof::to_text(block.tier)};
        if (const auto position = index.position(); position && *position)
            facts.indexed = (*position)->block;
        {
            const std::lock_guard lock{mutex};
            chain = facts;
            for (auto& endpoint : seen)
                endpoint.set_aside =
                    std::any_of(agreed->set_aside.begin(), agreed->set_aside.end(),
                                [&](const auto& one) { return one.label == endpoint.label; });
        }
        set("chain", !proof::is_stale(block, context.clock.now()),
            "the newest agreed block is " + std::to_string(std::max<std::int64_t>(facts.age, 0)) + " s old");
        look_at_index(block.number);
    }

    static net::Task<> ask_endpoints(std::shared_ptr<Impl> self)
    {
        std::vector<std::optional<std::uint64_t>> heights(self->endpoints.size());
        for (std::size_t i = 0; i < heights.size() && !self->stopping; ++i)
        {
            auto& endpoint = self->endpoints.at(i);
            auto answer = co_await endpoint.call("eth_blockNumber", codec_array());
            if (!answer)
                continue;
            const auto height = codec::JsonItem{*answer, "eth_blockNumber"}.quantity();
            if (height)
                heights[i] = *height;
        }
        std::uint64_t highest = 0;
        for (const auto& height : heights)
            highest = std::max(highest, height.value_or(0));
        const std::lock_guard lock{self->mutex};
        for (std::size_t i = 0; i < heights.size(); ++i)
        {
            self->seen[i].up = heights[i].has_value();
            self->seen[i].lag = heights[i] ? highest - *heights[i] : 0;
        }
    }

    static boost::json::array codec_array() { return {}; }

    static net::Task<> run(std::shared_ptr<Impl> self)
    {
        while (!self->stopping)
        {
            auto agreed = co_await self->context.resolver.agreement(chain::Finality::latest);
            self->note_chain(agreed);
            self->look_at_clock();
            self->look_at_disk();
            self->look_at_channels();
            co_await ask_endpoints(self);
            for (auto slept = net::Millis{0}; slept < kEvery && !self->stopping; slept += kTick)
                co_await net::sleep_for(kTick);
        }
    }
};

Watch::Watch(gateway::Context& context, const chain::Endpoints& endpoints, const store::Index& index,
             std::filesystem::path state)
    : impl_{std::make_shared<Impl>(context, endpoints, index, std::move(state))}
{
}

Watch::~Watch()
{
    stop();
}

void Watch::start(net::Executor executor)
{
    net::spawn(executor, Impl::run(impl_));
}

void Watch::stop()
{
    impl_->stopping = true;
}

std::vector<api::Check> Watch::checks() const
{
    return impl_->board.all();
}

api::NodeFacts Watch::facts() const
{
    const auto& context = impl_->context;
    api::NodeFacts out;
    {
        const std::lock_guard lock{impl_->mutex};
        out.chain = impl_->chain;
        out.endpoints = impl_->seen;
    }
    if (auto stats = context.mailbox.stats())
        out.store = std::move(*stats);
    out.queues.emplace(gateway::kFanOutQueue, "fan-out");
    out.queues.emplace(gateway::queue_of(""), "unbound");
    for (const auto& [name, channel] : context.channels)
        out.queues.emplace(gateway::queue_of(name), name);
    out.now = context.clock.now();
    out.budget_percent = context.budget.percent_used(out.now);
    out.alarms = context.alarms.all().size();
    for (const auto& served : context.served.all())
    {
        out.policies_held += served->policy_counts ? 0 : 1;
        if (const auto kept = context.heads->find(served->identity, served->policy_key))
            out.head_age = std::max(out.head_age.value_or(0), out.now - kept->head.time);
    }
    out.disk_free = free_bytes(impl_->state);
    out.process = process_facts();
    return out;
}
} // namespace dmid::node
