// SPDX-License-Identifier: Apache-2.0
#include "chain/follower.hpp"

#include "chain/event_fold.hpp"
#include "codec/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dmid::chain
{
namespace
{
constexpr std::size_t kCheckpoints = 256;

json::array log_params(const Address& registry, std::uint64_t from, std::uint64_t to)
{
    json::object filter{{"address", to_hex0x(registry.view())},
                        {"fromBlock", codec::to_quantity(from)},
                        {"toBlock", codec::to_quantity(to)}};
    return json::array{std::move(filter)};
}
} // namespace

Follower::Follower(const Endpoints& endpoints, proof::RegistryRef registry, store::Index& index,
                   FollowOptions options)
    : endpoints_{endpoints}
    , registry_{registry}
    , index_{index}
    , options_{options}
    , range_{std::max<std::uint64_t>(1, options.max_range)}
{
}

net::Task<Result<bool>> Follower::unwind_if_reorganised(const store::SyncPoint& position, Endpoint& endpoint)
{
    DMID_CO_TRY(const auto at, co_await fetch_header(endpoint, codec::to_quantity(position.block)));
    if (at.header.hash == position.hash)
        co_return false;
    DMID_CO_TRY(const auto checkpoints, index_.checkpoints(kCheckpoints));
    for (const auto& checkpoint : checkpoints)
    {
        if (checkpoint.block >= position.block)
            continue;
        DMID_CO_TRY(const auto then, co_await fetch_header(endpoint, codec::to_quantity(checkpoint.block)));
        if (then.header.hash != checkpoint.hash)
            continue;
        DMID_CO_TRY(index_.unwind(checkpoint.block));
        co_return true;
    }
    co_return fail(
        Errc::store_not_found,
        fmt::format("the chain was reorganised below every checkpoint under block {}: delete the index "
                    "and follow again",
                    position.block));
}

net::Task<Result<std::vector<Log>>> Follower::fetch_logs(Endpoint& endpoint, std::uint64_t from,
                                                         std::uint64_t& to)
{
    for (;;)
    {
        auto answer = co_await endpoint.call("eth_getLogs", log_params(registry_.registry, from, to));
        const bool narrower = !answer && (answer.error().code == Errc::chain_rpc_error ||
                                          answer.error().code == Errc::chain_answer_too_large);
        if (narrower && to > from)
        {
            // "query returned more than 10000 results", "block range too large", … in everybody's own words.
            to = from + (to - from) / 2;
            range_ = std::max<std::uint64_t>(1, to - from + 1);
            continue;
        }
        if (!answer)
            co_return tl::unexpected<Error>(std::move(answer).error());
        auto logs = parse_logs(codec::JsonItem{*answer, "logs"});
        if (!logs)
            co_return endpoint.blame(logs.error());
        if (logs->size() > options_.max_events && to > from)
        {
            to = from + (to - from) / 2;
            continue;
        }
        range_ = std::min(options_.max_range, range_ * 2);
        co_return *std::move(logs);
    }
}

net::Task<Result<FollowStep>> Follower::take_range(const Agreement& head,
                                                   std::optional<store::SyncPoint> position)
{
    auto& endpoint = endpoints_.at(head.vouched.front());
    const auto from = position ? position->block + 1 : options_.start_block;
    FollowStep done;
    if (from > head.block.number)
    {
        done.position = position.value_or(store::SyncPoint{});
        done.caught_up = true;
        co_return done;
    }
    auto to = std::min(head.block.number, from + range_ - 1);
    DMID_CO_TRY(const auto logs, co_await fetch_logs(endpoint, from, to));
    done.position = {to, head.block.hash};
    if (to != head.block.number)
    {
        DMID_CO_TRY(const auto end, co_await fetch_header(endpoint, codec::to_quantity(to)));
        done.position.hash = end.header.hash;
    }
    EventFold fold{index_, registry_.registry, from, to};
    for (const auto& log : logs)
    {
        if (log.block == to && log.block_hash != done.position.hash)
            co_return fail(Errc::chain_no_agreement,
                           "the logs are of another block than the header; a reorg?");
        DMID_CO_TRY(fold.take(log));
    }
    DMID_CO_TRY(index_.apply(position, done.position, fold.events()));
    done.events = fold.events().size();
    done.caught_up = to == head.block.number;
    co_return done;
}

net::Task<Result<FollowStep>> Follower::step()
{
    DMID_CO_TRY(const auto head, co_await agree_block(endpoints_, Finality::latest));
    DMID_CO_TRY(auto position, index_.position());
    bool unwound = false;
    // A head below the position is an endpoint that lags, or a reorg that the next block will show.
    if (position && position->block <= head.block.number)
    {
        auto& endpoint = endpoints_.at(head.vouched.front());
        DMID_CO_TRY(unwound, co_await unwind_if_reorganised(*position, endpoint));
        if (unwound)
        {
            DMID_CO_TRY(position, index_.position());
        }
    }
    DMID_CO_TRY(auto done, co_await take_range(head, position));
    done.unwound = unwound;
    co_return done;
}

net::Task<Result<FollowStep>> Follower::catch_up()
{
    FollowStep all;
    for (;;)
    {
        DMID_CO_TRY(const auto one, co_await step());
        all.position = one.position;
        all.events += one.events;
        all.unwound = all.unwound || one.unwound;
        all.caught_up = one.caught_up;
        if (one.caught_up)
            co_return all;
    }
}

net::Task<Result<>> Follower::run()
{
    for (;;)
    {
        auto done = co_await catch_up();
        if (!done && !retryable(done.error().code))
            co_return tl::unexpected<Error>(std::move(done).error());
        co_await net::sleep_for(options_.poll);
    }
}
} // namespace dmid::chain
