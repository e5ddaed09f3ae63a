// SPDX-License-Identifier: Apache-2.0
#include "chain/log_reader.hpp"
#include "chain/testing_http.hpp"
#include "codec/json.hpp"
#include "codec/rlp.hpp"
#include "crypto/keccak.hpp"
#include "net/run_blocking.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace dmid::chain
{
namespace
{
using testing::FakeEndpoint;
using testing::ok;

const std::string kContract = "0x00000000000000000000000000000000000000aa";

std::string hash_of(std::uint64_t block)
{
    return fmt::format("0x{:064x}", block + 1);
}

// A chain with one log in every block, and a provider's limit on eth_getLogs by height.
struct Provider
{
    std::uint64_t max_range = UINT64_MAX; ///< 0: by hash alone
    std::string refusal = R"("error":{"code":-32005,"message":"query returned more than 10000 results"})";
    std::string whole_refusal; ///< a whole response in the place of the refusal
    bool leaves_out_one = false;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> asked;

    std::string operator()(const std::string& body)
    {
        const auto call = boost::json::parse(body);
        const auto id = call.at("id").as_int64();
        const auto say = [id](const std::string& what)
        { return ok(fmt::format(R"({{"jsonrpc":"2.0","id":{},{}}})", id, what)); };
        if (call.at("method").as_string() == "eth_chainId")
            return say(R"("result":"0x7a69")");
        const auto& filter = call.at("params").at(0).as_object();
        if (filter.contains("blockHash"))
            return say("\"result\":" + logs(7, 7));
        const auto height = [&filter](const char* name)
        { return std::stoull(std::string{filter.at(name).as_string()}, nullptr, 16); };
        const auto from = height("fromBlock");
        const auto to = height("toBlock");
        asked.emplace_back(from, to);
        if (to - from >= max_range)
            return whole_refusal.empty() ? say(refusal) : whole_refusal;
        return say("\"result\":" + logs(from, to));
    }

    std::string logs(std::uint64_t from, std::uint64_t to) const
    {
        std::string all;
        for (auto block = from; block <= to; ++block)
            if (!leaves_out_one || block != 5)
                all += fmt::format(R"({}{{"address":"{}","topics":[],"data":"0x","blockNumber":"{:#x}",)"
                                   R"("blockHash":"{}","transactionHash":"{}","logIndex":"0x0"}})",
                                   all.empty() ? "" : ",", kContract, block, hash_of(block), hash_of(block));
        return "[" + all + "]";
    }
};

class LogReaderTest : public ::testing::Test
{
protected:
    // Reads everything from `first` to `last`, as often as it takes.
    Result<std::vector<Log>> read_all(std::uint64_t first, std::uint64_t last, LogLimits limits = {},
                                      unsigned needed = 1)
    {
        ChainConfig config;
        config.chain_id = 31337;
        config.rpc.attempts = 1;
        for (const auto& fake : fakes_)
            config.endpoints.push_back({"e" + std::to_string(config.endpoints.size()), fake->url(), false});
        const auto endpoints = Endpoints::make(http_, config).value();
        LogReader reader{*endpoints, fixed_from_hex<Address>(kContract).value(), limits};
        LogSources sources;
        sources.needed = needed;
        for (std::size_t i = 0; i < fakes_.size(); ++i)
            sources.order.push_back(i);
        std::vector<Log> all;
        while (first <= last)
        {
            auto page = net::run_blocking(reader.read(sources, first, last));
            if (!page)
                return tl::unexpected<Error>(page.error());
            EXPECT_GE(page->to, first);
            EXPECT_LE(page->to, last);
            all.insert(all.end(), page->logs.begin(), page->logs.end());
            first = page->to + 1;
        }
        return all;
    }
    void serve(Provider& provider)
    {
        fakes_.push_back(
            std::make_unique<FakeEndpoint>([&provider](const std::string& body) { return provider(body); }));
    }
    static bool is_whole(const std::vector<Log>& logs, std::uint64_t first, std::uint64_t last)
    {
        if (logs.size() != last - first + 1)
            return false;
        for (const auto& log : logs)
            if (log.block != first++)
                return false;
        return true;
    }

    net::HttpClient http_;
    std::vector<std::unique_ptr<FakeEndpoint>> fakes_;
};

TEST_F(LogReaderTest, HalvesTheRangeUntilTheProviderAnswersAndLetsItGrowAgain)
{
    for (const auto* words : {R"("error":{"code":-32005,"message":"query returned more than 10000 results"})",
                              R"("error":{"code":-32602,"message":"block range too large"})",
                              R"("error":{"code":-32600,"message":"up to a 10 block range is free"})"})
    {
        Provider provider;
        provider.max_range = 10;
        provider.refusal = words;
        serve(provider);
        const auto logs = read_all(0, 199);
        ASSERT_TRUE(logs) << words << to_string(logs.error());
        EXPECT_TRUE(is_whole(*logs, 0, 199)) << words;
        EXPECT_LT(provider.asked.size(), 80U) << "twenty pages are needed at least";
        fakes_.clear();
    }
}

TEST_F(LogReaderTest, TakesTooLargeARequestForTooLargeARange)
{
    Provider provider;
    provider.max_range = 33;
    provider.whole_refusal =
        "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 4\r\n\r\nlong";
    serve(provider);
    const auto logs = read_all(0, 99);
    ASSERT_TRUE(logs) << to_string(logs.error());
    EXPECT_TRUE(is_whole(*logs, 0, 99));
}

TEST_F(LogReaderTest, EndsAPageBeforeTheBlockThatMakesItTooLong)
{
    Provider provider;
    serve(provider);
    LogLimits limits;
    limits.max_events = 7;
    const auto logs = read_all(0, 49, limits);
    ASSERT_TRUE(logs) << to_string(logs.error());
    EXPECT_TRUE(is_whole(*logs, 0, 49));
}

TEST_F(LogReaderTest, NeedsTheSameFromAsManyAsAreNeeded)
{
    Provider honest;
    Provider liar;
    liar.leaves_out_one = true;
    Provider other;
    other.max_range = 3; // its own limit does not hinder the comparison
    serve(liar);
    serve(honest);
    serve(other);
    const auto logs = read_all(0, 19, {}, 2);
    ASSERT_TRUE(logs) << to_string(logs.error());
    EXPECT_TRUE(is_whole(*logs, 0, 19));
}

TEST_F(LogReaderTest, NamesWhoSaysSomethingElse)
{
    Provider honest;
    Provider liar;
    liar.leaves_out_one = true;
    serve(liar);
    serve(honest);
    const auto logs = read_all(0, 19, {}, 2);
    ASSERT_FALSE(logs);
    EXPECT_EQ(logs.error().code, Errc::chain_no_agreement);
    EXPECT_NE(logs.error().context.find("e0: 19 logs, e1: 20 logs"), std::string::npos)
        << logs.error().context;
}

TEST_F(LogReaderTest, RefusesLogsOfAnotherBlockThanTheHashThatWasAskedFor)
{
    Provider provider;
    serve(provider);
    ChainConfig config;
    config.chain_id = 31337;
    config.endpoints.push_back({"e0", fakes_[0]->url(), false});
    const auto endpoints = Endpoints::make(http_, config).value();
    LogReader reader{*endpoints, fixed_from_hex<Address>(kContract).value()};
    const LogSources sources{{0}, 1};
    const auto right = fixed_from_hex<Hash32>(hash_of(7)).value();
    const auto wrong = fixed_from_hex<Hash32>(hash_of(8)).value();
    EXPECT_TRUE(net::run_blocking(reader.read_block(sources, right)));
    const auto refused = net::run_blocking(reader.read_block(sources, wrong));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::chain_bad_answer);
}

TEST(Bloom, ShowsThatABlockHasNoLogsOfAContract)
{
    // The bits of go-ethereum's bloom9 for the address: three of 2048, from the hash's first three pairs.
    const auto contract = fixed_from_hex<Address>(kContract).value();
    const auto hash = crypto::keccak256(contract.view());
    Bytes bloom(256, 0);
    for (std::size_t i = 0; i < 6; i += 2)
    {
        const auto bit = (std::size_t{hash.bytes[i]} * 256 + hash.bytes[i + 1]) % 2048;
        bloom[255 - bit / 8] = static_cast<std::uint8_t>(bloom[255 - bit / 8] | 1U << (bit % 8));
    }
    const auto header = [](const Bytes& filter)
    {
        Bytes fields(6, 0x80); // six empty strings before the filter
        append(fields, Bytes{0xb9, 0x01, 0x00});
        append(fields, filter);
        Bytes list{0xf9, static_cast<std::uint8_t>(fields.size() >> 8U),
                   static_cast<std::uint8_t>(fields.size())};
        append(list, fields);
        return list;
    };
    EXPECT_TRUE(may_have_logs(header(bloom), contract));
    EXPECT_FALSE(may_have_logs(header(Bytes(256, 0)), contract));
    EXPECT_TRUE(may_have_logs(header(Bytes(256, 0xff)), contract));
    EXPECT_TRUE(may_have_logs(Bytes{1, 2, 3}, contract)) << "what cannot be read excludes nothing";
}
} // namespace
} // namespace dmid::chain
