// SPDX-License-Identifier: Apache-2.0
#include "gateway/node_for_test.hpp"
#include "gateway/worker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace dmid::gateway
{
namespace
{
constexpr std::uint16_t kQueue = 77;

class WorkerTest : public ::testing::Test
{
protected:
    WorkerTest()
        : worker{*node.context, io.get_executor(), kQueue, 3,
                 [this](const store::WorkItem&, Turn turn) { return work(this, std::move(turn)); }}
    {
    }

    void add(std::uint8_t items)
    {
        store::Append what;
        what.mailbox = node.box();
        for (std::uint8_t i = 0; i < items; ++i)
        {
            store::Entry entry;
            entry.id.bytes.fill(static_cast<std::uint8_t>(i + 1));
            entry.kind = 900;
            entry.work_due = node.clock.now_ms();
            entry.work_queue = kQueue;
            what.entries.push_back(std::move(entry));
        }
        ASSERT_TRUE(node.mailbox->append(std::move(what)));
    }

    /// The first item ends at once, and the stop follows while its end waits for others; the others go on.
    static net::Task<> work(WorkerTest* self, Turn turn)
    {
        const auto mine = ++self->begun;
        if (self->records_slowly)
        {
            turn.over();
            turn.over();
            co_await net::sleep_for(net::Millis{300});
            ++self->ended;
            co_return;
        }
        if (mine == 1 && self->stops)
            self->stop_in(5);
        else if (mine <= 3)
            co_await net::sleep_for(net::Millis{50});
        ++self->ended;
    }
    void stop_in(unsigned turns)
    {
        if (turns == 0)
            return worker.stop();
        boost::asio::post(io, [this, turns] { stop_in(turns - 1); });
    }

    testing::Node node;
    boost::asio::io_context io;
    unsigned begun = 0;
    unsigned ended = 0;
    bool stops = false;
    bool records_slowly = false;
    Worker worker;
};

TEST_F(WorkerTest, WorksOffMoreThanItTakesAtOnce)
{
    add(5);
    worker.start();
    while (ended < 5)
        ASSERT_GT(io.run_one_for(std::chrono::seconds{10}), 0U);
    EXPECT_EQ(begun, 5U);
}

TEST_F(WorkerTest, OthersBeginWhileTheOutcomesOfThoseBeforeAreWritten)
{
    add(15);
    records_slowly = true;
    worker.start();
    io.run_for(std::chrono::milliseconds{150});
    EXPECT_EQ(begun, 12U) << "three at a time, and nine whose outcome is not durable yet";
    EXPECT_EQ(ended, 0U);
    EXPECT_FALSE(worker.idle());
    while (ended < 15)
        ASSERT_GT(io.run_one_for(std::chrono::seconds{10}), 0U);
    EXPECT_EQ(begun, 15U);
}

TEST_F(WorkerTest, ClaimsNoMoreOnceItWasStopped)
{
    add(4);
    stops = true;
    worker.start();
    io.run_for(std::chrono::milliseconds{200});
    EXPECT_EQ(begun, 3U);
    EXPECT_EQ(ended, 3U);
    EXPECT_TRUE(worker.idle());
}
} // namespace
} // namespace dmid::gateway
