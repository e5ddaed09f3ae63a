// SPDX-License-Identifier: Apache-2.0
#include "chain/follower.hpp"

#include "chain/event_fold.hpp"
#include "chain/header_at.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dmid::chain
{
namespace
{
constexpr std::size_t kCheckpoints = 1U << 16U;
constexpr std::uint64_t kKeptWithoutFinality = 8192; // blocks: a day on mainnet, hours on its rollups
constexpr net::Millis kFinalFor{30'000};
constexpr int kMaxStalls = 20;
constexpr net::Millis kStall{100};

// Chain, genesis and registry: the rows of one are worth nothing for another. The genesis tells one local
// chain from the next, which has the same id.
Bytes identity_of(const proof::RegistryRef& registry, const Hash32& genesis)
{
    Bytes out;
    for (int shift = 56; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(registry.chain_id >> static_cast<unsigned>(shift)));
    append(out, registry.registry.view());
    append(out, genesis.view());
    return out;
}
} // namespace

Follower::Follower(const Endpoints& endpoints, proof::RegistryRef registry, store::Index& index,
                   FollowOptions options)
    : endpoints_{endpoints}
    , registry_{registry}
    , index_{index}
    , options_{std::move(options)}
    , logs_{endpoints, registry.registry, options_.logs}
{
}

Result<> Follower::start_afresh(const std::string& why)
{
    DMID_TRY(index_.clear());
    if (options_.on_trouble)
        options_.on_trouble(why);
    return {};
}

// The header of a hash: whoever has it, since nobody can lie about it.
net::Task<Result<HeaderAnswer>> Follower::header_of(const Agreement& head, Hash32 hash)
{
    std::optional<Error> first;
    for (const auto endpoint : head.vouched)
    {
        auto answer = co_await fetch_header(endpoints_.at(endpoint), hash);
        if (answer)
            co_return *std::move(answer);
        if (!first)
            first = std::move(answer).error();
    }
    co_return tl::unexpected<Error>(*std::move(first));
}

net::Task<Result<bool>> Follower::is_on_chain(const Agreement& head, store::SyncPoint point)
{
    if (point.block == head.block.number)
        co_return point.hash == head.block.hash;
    DMID_CO_TRY(const auto at, co_await chain::header_at(endpoints_, head, point.block));
    co_return at.header.hash == point.hash;
}

// Back to the newest checkpoint that is on the chain: those below it are too, so halving finds it.
net::Task<Result<>> Follower::unwind(const Agreement& head)
{
    DMID_CO_TRY(auto points, index_.checkpoints(kCheckpoints));
    const auto above = [&head](const auto& point) { return point.block > head.block.number; };
    std::size_t off =
        static_cast<std::size_t>(std::find_if_not(points.begin(), points.end(), above) - points.begin());
    std::size_t on = points.size();
    while (off < on)
    {
        const auto middle = off + (on - off) / 2;
        DMID_CO_TRY(const bool good, co_await is_on_chain(head, points[middle]));
        if (good)
            on = middle;
        else
            off = middle + 1;
    }
    if (on == points.size())
        co_return start_afresh(
            fmt::format("no position of the index is on the chain below block {}", head.block.number));
    DMID_CO_TRY(index_.unwind(points[on].block));
    co_return Result<>{};
}

net::Task<Result<>> Follower::bind(const Agreement& head)
{
    if (bound_)
        co_return Result<>{};
    DMID_CO_TRY(const auto genesis, co_await chain::header_at(endpoints_, head, 0));
    DMID_CO_TRY(const bool emptied, index_.bind(identity_of(registry_, genesis.header.hash)));
    if (emptied && options_.on_trouble)
        options_.on_trouble("the index was of another chain or registry");
    bound_ = true;
    co_return Result<>{};
}

net::Task<> Follower::refresh_final()
{
    if (std::chrono::steady_clock::now() < final_until_)
        co_return;
    const auto final_block = co_await agree_block(endpoints_, Finality::finalized);
    if (final_block)
        finalized_ = final_block->block.number;
    final_until_ = net::deadline_in(kFinalFor);
}

Result<std::size_t> Follower::apply(const Position& position, store::SyncPoint to,
                                    const std::vector<Log>& logs)
{
    EventFold fold{index_, registry_.registry, position ? position->block + 1 : options_.start_block,
                   to.block};
    for (const auto& log : logs)
    {
        if (log.block == to.block && log.block_hash != to.hash)
            return fail(Errc::chain_no_agreement, "the logs are of another block than the header; a reorg?");
        DMID_TRY(fold.take(log));
    }
    const auto oldest = to.block > kKeptWithoutFinality ? to.block - kKeptWithoutFinality : 0;
    DMID_TRY(index_.apply(position, to, fold.events(), std::max(finalized_, oldest)));
    return fold.events().size();
}

net::Task<Result<FollowStep>> Follower::take_range(const Agreement& head, Position position)
{
    const auto from = position ? position->block + 1 : options_.start_block;
    const auto last = head.block.number - kTip;
    FollowStep done;
    done.position = position.value_or(store::SyncPoint{});
    auto sources = sources_of(endpoints_, head);
    DMID_CO_TRY(auto page, co_await logs_.read(std::move(sources), from, last));
    DMID_CO_TRY(const auto end, co_await chain::header_at(endpoints_, head, page.to));
    // Agreed on before and still there after: what was read between the two is of this chain.
    bool same = true;
    if (position)
    {
        DMID_CO_TRY(same, co_await is_on_chain(head, *position));
    }
    DMID_CO_TRY(const auto still, co_await chain::header_at(endpoints_, head, head.block.number));
    if (!same || still.header.hash != head.block.hash)
        co_return done;
    const store::SyncPoint to{page.to, end.header.hash};
    DMID_CO_TRY(done.events, apply(position, to, page.logs));
    done.position = to;
    done.moved = true;
    co_return done;
}

net::Task<Result<FollowStep>> Follower::take_tip(const Agreement& head, Position position)
{
    const auto from = position ? position->block + 1 : options_.start_block;
    std::vector<HeaderAnswer> blocks(1);
    blocks[0].rlp = head.header;
    DMID_CO_TRY(blocks[0].header, proof::decode_header(head.header, head.block.hash));
    while (blocks.back().header.number > from)
    {
        DMID_CO_TRY(auto parent, co_await header_of(head, blocks.back().header.parent_hash));
        blocks.push_back(std::move(parent));
    }
    FollowStep done;
    done.position = position.value_or(store::SyncPoint{});
    if (position && blocks.back().header.parent_hash != position->hash)
    {
        DMID_CO_TRY(co_await unwind(head));
        done.unwound = true;
        done.moved = true;
        co_return done;
    }
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
    {
        std::vector<Log> logs;
        if (may_have_logs(block->rlp, registry_.registry))
        {
            auto sources = sources_of(endpoints_, head);
            DMID_CO_TRY(logs, co_await logs_.read_block(std::move(sources), block->header.hash));
        }
        const store::SyncPoint to{block->header.number, block->header.hash};
        DMID_CO_TRY(const auto events, apply(position, to, logs));
        position = to;
        done.events += events;
    }
    done.position = *position;
    done.moved = true;
    done.caught_up = true;
    co_return done;
}

net::Task<Result<FollowStep>> Follower::step()
{
    DMID_CO_TRY(const auto head, co_await agree_block(endpoints_, Finality::latest));
    if (options_.on_head)
        options_.on_head(head);
    DMID_CO_TRY(co_await bind(head));
    co_await refresh_final();
    DMID_CO_TRY(const auto position, index_.position());
    const auto number = head.block.number;
    FollowStep done;
    done.position = position.value_or(store::SyncPoint{});
    const auto next = position ? position->block + 1 : options_.start_block;
    if (next <= number && number - next < kTip)
        co_return co_await take_tip(head, position);
    // A head below the position is an endpoint that lags, or a chain that was cut: the newest position at or
    // below it tells.
    auto known = position;
    if (position && position->block > number)
    {
        DMID_CO_TRY(const auto points, index_.checkpoints(kCheckpoints));
        const auto found = std::find_if(points.begin(), points.end(),
                                        [number](const auto& point) { return point.block <= number; });
        known = found == points.end() ? std::nullopt : Position{*found};
    }
    bool good = true;
    if (known)
    {
        DMID_CO_TRY(good, co_await is_on_chain(head, *known));
    }
    if (!good)
    {
        DMID_CO_TRY(co_await unwind(head));
        done.unwound = true;
        done.moved = true;
        co_return done;
    }
    done.caught_up = next > number;
    if (done.caught_up)
        co_return done;
    co_return co_await take_range(head, position);
}

net::Task<Result<FollowStep>> Follower::catch_up()
{
    FollowStep all;
    for (int stalls = 0; stalls < kMaxStalls;)
    {
        DMID_CO_TRY(const auto one, co_await step());
        all.position = one.position;
        all.events += one.events;
        all.unwound = all.unwound || one.unwound;
        all.moved = all.moved || one.moved;
        all.caught_up = one.caught_up;
        if (one.caught_up)
            co_return all;
        if (one.moved)
        {
            stalls = 0;
            continue;
        }
        ++stalls;
        co_await net::sleep_for(kStall);
    }
    co_return fail(Errc::chain_no_agreement, "the chain changes faster than it can be read");
}

net::Task<Result<>> Follower::run()
{
    bool fresh = false; // since events last broke a promise
    for (;;)
    {
        auto done = co_await catch_up();
        if (!done && done.error().code == Errc::chain_event_invalid && !fresh)
        {
            // Either these events are wrong, or earlier ones were left out: the second try tells.
            DMID_CO_TRY(start_afresh(to_string(done.error())));
            fresh = true;
            continue;
        }
        if (!done && !retryable(done.error().code))
            co_return tl::unexpected<Error>(std::move(done).error());
        if (options_.heads == nullptr)
            co_await net::sleep_for(options_.poll);
        else
            co_await options_.heads->wait(options_.poll, options_.slow_poll);
    }
}
} // namespace dmid::chain
