// SPDX-License-Identifier: Apache-2.0
#include "chain/heads.hpp"
#include "chain/testing_anvil.hpp"
#include "net/run_blocking.hpp"

#include <gtest/gtest.h>

namespace dmid::chain
{
namespace
{
using testing::Anvil;
using Clock = std::chrono::steady_clock;

HeadWatchOptions quick()
{
    HeadWatchOptions options;
    options.first_retry = net::Millis{100};
    options.last_retry = net::Millis{400};
    options.least_pause = net::Millis{10};
    return options;
}

// Starts the watch, and waits `times` times; gives how often it was woken before `slow` was over.
net::Task<Result<int>> count_wakes(HeadWatch& watch, int times, net::Millis slow)
{
    watch.start(co_await net::current_executor());
    for (int i = 0; i < 100 && watch.live() == 0; ++i)
        co_await net::sleep_for(net::Millis{50});
    int woken = 0;
    for (int i = 0; i < times; ++i)
    {
        const auto began = Clock::now();
        co_await watch.wait(net::Millis{100}, slow);
        woken += Clock::now() - began < slow ? 1 : 0;
    }
    watch.stop();
    co_return woken;
}

TEST(HeadWatch, WakesWithEveryBlockThatARealNodeAnnounces)
{
    if (!std::filesystem::exists(testing::anvil_binary()))
        GTEST_SKIP() << "no anvil: run npm ci in contracts/";
    const Anvil anvil; // a block every second
    const net::Dialer dialer;
    EndpointConfig endpoint{"anvil", anvil.url(), false};
    endpoint.ws_url = "ws://127.0.0.1:" + std::to_string(anvil.port());
    HeadWatch watch{dialer, {endpoint}, quick()};
    EXPECT_EQ(net::run_blocking(count_wakes(watch, 3, net::Millis{60'000})).value(), 3);
}

TEST(HeadWatch, WaitsTheShortTimeWhileNobodyAnnounces)
{
    const net::Dialer dialer;
    EndpointConfig endpoint{"gone", "http://127.0.0.1:1", false};
    endpoint.ws_url = "ws://127.0.0.1:" + std::to_string(testing::free_port());
    HeadWatch watch{dialer, {endpoint}, quick()};
    std::atomic<int> losses = 0;
    std::string words;
    watch.on_loss = [&](const std::string&, const std::string& why)
    {
        ++losses;
        words = why;
    };
    EXPECT_EQ(net::run_blocking(count_wakes(watch, 2, net::Millis{600'000})).value(), 2);
    EXPECT_GE(losses, 2) << "it tries again";
    EXPECT_LE(losses, 40) << "ever more slowly";
    EXPECT_EQ(words.find("127.0.0.1"), std::string::npos) << words;
}

TEST(HeadWatch, GivesUpAServerThatTalksNonsense)
{
    // An HTTP endpoint that upgrades nothing.
    testing::FakeEndpoint fake{[](const std::string&) { return testing::ok("{}"); }};
    const net::Dialer dialer;
    EndpointConfig endpoint{"nonsense", fake.url(), false};
    endpoint.ws_url = "ws" + fake.url().substr(4);
    HeadWatch watch{dialer, {endpoint}, quick()};
    EXPECT_EQ(net::run_blocking(count_wakes(watch, 2, net::Millis{600'000})).value(), 2);
    EXPECT_EQ(watch.live(), 0U);
}
} // namespace
} // namespace dmid::chain
