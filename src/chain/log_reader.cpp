// SPDX-License-Identifier: Apache-2.0
#include "chain/log_reader.hpp"

#include "codec/json.hpp"
#include "codec/rlp.hpp"
#include "crypto/keccak.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dmid::chain
{
namespace
{
constexpr std::size_t kBloomField = 6; // of the header, and its size in bytes (Yellow Paper, 4.3)
constexpr std::size_t kBloomSize = 256;

json::array range_params(const Address& contract, std::uint64_t from, std::uint64_t to)
{
    json::object filter{{"address", to_hex0x(contract.view())},
                        {"fromBlock", codec::to_quantity(from)},
                        {"toBlock", codec::to_quantity(to)}};
    return json::array{std::move(filter)};
}

json::array hash_params(const Address& contract, const Hash32& block)
{
    json::object filter{{"address", to_hex0x(contract.view())}, {"blockHash", to_hex0x(block.view())}};
    return json::array{std::move(filter)};
}

// Everybody has words of their own for "too much", so any refusal may be one.
bool may_be_too_much(Errc code)
{
    return code == Errc::chain_rpc_error || code == Errc::chain_answer_too_large ||
           code == Errc::chain_timeout;
}

// Ends a page before the block in which it becomes too long. One block is never cut.
void shorten(LogPage& page, std::uint64_t from, std::size_t max)
{
    const auto before = [](const Log& a, const Log& b) { return a.block < b.block; };
    if (page.logs.size() <= max || !std::is_sorted(page.logs.begin(), page.logs.end(), before))
        return;
    const auto first_over = page.logs[max].block;
    page.to = std::min(page.to, first_over > from ? first_over - 1 : from);
    const auto beyond = [&page](const Log& log) { return log.block > page.to; };
    page.logs.erase(std::find_if(page.logs.begin(), page.logs.end(), beyond), page.logs.end());
}

// What the sources said, until enough of them say the same.
class Votes
{
public:
    explicit Votes(unsigned needed)
        : needed_{needed}
    {
    }

    // True where that settles it.
    bool add(const std::string& label, std::vector<Log> logs)
    {
        labels_ += fmt::format("{}{}: {} logs", labels_.empty() ? "" : ", ", label, logs.size());
        for (auto& [said, count] : said_)
            if (said == logs)
                return ++count >= needed_;
        said_.emplace_back(std::move(logs), 1U);
        return needed_ <= 1;
    }

    void fail(Error error)
    {
        if (!failure_)
            failure_ = std::move(error);
    }

    std::vector<Log> winner() const
    {
        const auto most = std::max_element(said_.begin(), said_.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        return most->first;
    }

    tl::unexpected<Error> verdict() const
    {
        if (said_.size() <= 1 && failure_)
            return tl::unexpected<Error>(*failure_);
        return dmid::fail(Errc::chain_no_agreement, "on logs; " + labels_);
    }

private:
    unsigned needed_;
    std::vector<std::pair<std::vector<Log>, unsigned>> said_;
    std::string labels_;
    std::optional<Error> failure_;
};
} // namespace

LogSources sources_of(const Endpoints& endpoints, const Agreement& head)
{
    return {head.vouched, head.block.tier == proof::Tier::t2 ? endpoints.quorum() : 1U};
}

LogReader::LogReader(const Endpoints& endpoints, const Address& contract, LogLimits limits)
    : endpoints_{endpoints}
    , contract_{contract}
    , limits_{limits}
    , ranges_(endpoints.size(), std::max<std::uint64_t>(1, limits.max_range))
{
}

net::Task<Result<std::vector<Log>>> LogReader::by_hash(std::size_t endpoint, Hash32 block)
{
    auto& from = endpoints_.at(endpoint);
    auto answer = co_await from.call("eth_getLogs", hash_params(contract_, block));
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    auto logs = parse_logs(codec::JsonItem{*answer, "logs"});
    if (!logs)
        co_return from.blame(logs.error());
    const auto elsewhere = [&block](const Log& log) { return log.block_hash != block; };
    if (std::any_of(logs->begin(), logs->end(), elsewhere))
        co_return from.failure(Errc::chain_bad_answer, "logs of another block than the one asked for");
    co_return *std::move(logs);
}

net::Task<Result<LogPage>> LogReader::one_block(std::size_t endpoint, std::uint64_t block)
{
    DMID_CO_TRY(const auto at, co_await fetch_header(endpoints_.at(endpoint), codec::to_quantity(block)));
    DMID_CO_TRY(auto logs, co_await by_hash(endpoint, at.header.hash));
    LogPage page;
    page.logs = std::move(logs);
    page.to = block;
    co_return page;
}

net::Task<Result<LogPage>> LogReader::page(std::size_t endpoint, std::uint64_t from, std::uint64_t to)
{
    auto& range = ranges_[endpoint];
    auto& source = endpoints_.at(endpoint);
    LogPage page;
    page.to = std::min(to, from + range - 1);
    for (;;)
    {
        auto answer = co_await source.call("eth_getLogs", range_params(contract_, from, page.to));
        if (!answer && may_be_too_much(answer.error().code) && page.to > from)
        {
            page.to = from + (page.to - from) / 2;
            range = page.to - from + 1;
            continue;
        }
        if (!answer && may_be_too_much(answer.error().code))
            co_return co_await one_block(endpoint, from);
        if (!answer)
            co_return tl::unexpected<Error>(std::move(answer).error());
        auto logs = parse_logs(codec::JsonItem{*answer, "logs"});
        if (!logs)
            co_return source.blame(logs.error());
        page.logs = *std::move(logs);
        // By a quarter: a limit is met again after a few pages, not at every second one.
        if (page.to - from + 1 >= range)
            range = std::min(std::max<std::uint64_t>(1, limits_.max_range), range + range / 4 + 1);
        shorten(page, from, limits_.max_events);
        co_return page;
    }
}

net::Task<Result<LogPage>> LogReader::whole(std::size_t endpoint, std::uint64_t from, std::uint64_t to)
{
    LogPage all;
    all.to = to;
    while (from <= to)
    {
        DMID_CO_TRY(auto next, co_await page(endpoint, from, to));
        std::move(next.logs.begin(), next.logs.end(), std::back_inserter(all.logs));
        from = next.to + 1;
    }
    co_return all;
}

net::Task<Result<LogPage>> LogReader::read(LogSources sources, std::uint64_t from, std::uint64_t to)
{
    Votes votes{sources.needed};
    bool first = true;
    for (const auto endpoint : sources.order)
    {
        // The first one to answer says how far it goes; the others are asked for the same blocks.
        auto asked = first ? page(endpoint, from, to) : whole(endpoint, from, to);
        auto got = co_await std::move(asked);
        if (!got)
        {
            votes.fail(std::move(got).error());
            continue;
        }
        to = got->to;
        first = false;
        if (votes.add(endpoints_.at(endpoint).label(), std::move(got->logs)))
        {
            LogPage agreed;
            agreed.logs = votes.winner();
            agreed.to = to;
            co_return agreed;
        }
    }
    co_return votes.verdict();
}

net::Task<Result<std::vector<Log>>> LogReader::read_block(LogSources sources, Hash32 block)
{
    Votes votes{sources.needed};
    for (const auto endpoint : sources.order)
    {
        auto got = co_await by_hash(endpoint, block);
        if (!got)
            votes.fail(std::move(got).error());
        else if (votes.add(endpoints_.at(endpoint).label(), *std::move(got)))
            co_return votes.winner();
    }
    co_return votes.verdict();
}

bool may_have_logs(ByteView header, const Address& contract)
{
    auto items = codec::RlpReader::list(header, proof::kMaxHeader);
    for (std::size_t i = 0; items && i < kBloomField; ++i)
        if (!items->next())
            return true;
    const auto bloom = items ? items->bytes() : Result<ByteView>{fail(Errc::codec_truncated)};
    if (!bloom || bloom->size() != kBloomSize)
        return true;
    // Three bits, each named by eleven bits of the hash; bit 0 is the last byte's lowest.
    const auto hash = crypto::keccak256(contract.view());
    for (std::size_t i = 0; i < 6; i += 2)
    {
        const auto bit = (std::size_t{hash.bytes[i]} << 8U | hash.bytes[i + 1]) & 2047U;
        if (((*bloom)[kBloomSize - 1 - bit / 8] >> (bit % 8) & 1U) == 0)
            return false;
    }
    return true;
}
} // namespace dmid::chain
