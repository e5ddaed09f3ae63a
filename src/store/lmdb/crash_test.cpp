// SPDX-License-Identifier: Apache-2.0
// A process that appends under load is killed at random moments, again and again on the same store: what it
// reported as durable is there, and nothing is there twice.
#include "store/lmdb/lmdb_testing.hpp"

#include <conformance/mailbox_helpers.hpp>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <random>
#include <thread>

namespace dmid::store::lmdb
{
namespace
{
using namespace dmid::conformance;
constexpr std::uint64_t kThreads = 4;
constexpr std::uint64_t kBoxes = 3;

Result<std::unique_ptr<Mailbox>> open_here(const testing::TempDir& dir)
{
    std::vector<std::unique_ptr<Fold>> folds;
    folds.push_back(std::make_unique<CountingFold>(1));
    return open_mailbox(testing::small_options(dir.path()), testing::test_key(), std::move(folds));
}

std::string body_of(std::uint64_t n)
{
    return std::string(n % 3000, static_cast<char>('a' + n % 26));
}

// Never returns: appends until killed, and reports every number whose append came back.
[[noreturn]] void append_until_killed(const testing::TempDir& dir, std::uint64_t first, int report)
{
    auto store = open_here(dir);
    if (!store)
        ::_exit(3);
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < kThreads; ++t)
        threads.emplace_back(
            [&, t]
            {
                for (std::uint64_t n = first + t;; n += kThreads)
                {
                    Append what = one(box(n % kBoxes), entry(n, body_of(n), n % 50));
                    what.entries[0].work_due = 0;
                    what.charges.push_back({id(1), 0, 1, UINT32_MAX});
                    if (!(*store)->append(what) || ::write(report, &n, sizeof n) != sizeof n)
                        ::_exit(4);
                }
            });
    for (auto& thread : threads)
        thread.join();
    ::_exit(0);
}

// Runs a child until it has reported `enough` and a little longer, kills it, and gives all that it had
// reported. By count and not by time: a slow machine must not make the test empty.
std::vector<std::uint64_t> run_and_kill(const testing::TempDir& dir, std::uint64_t first, std::size_t enough,
                                        std::chrono::microseconds longer)
{
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0)
    {
        ::close(ends[0]);
        append_until_killed(dir, first, ends[1]);
    }
    ::close(ends[1]);
    std::vector<std::uint64_t> reported;
    for (std::uint64_t n = 0; ::read(ends[0], &n, sizeof n) == sizeof n;)
    {
        reported.push_back(n);
        if (reported.size() != enough)
            continue;
        std::this_thread::sleep_for(longer);
        ::kill(child, SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
    ::close(ends[0]);
    return reported;
}

// Counts every entry of every box, and checks what each says.
std::map<Hash32, int> count_entries(Mailbox& store)
{
    std::map<Hash32, int> seen;
    for (std::uint64_t b = 0; b < kBoxes; ++b)
        for (Position from = 0;;)
        {
            const auto page = store.read(box(b), from, 1000);
            if (!page || page->empty())
            {
                EXPECT_TRUE(page);
                break;
            }
            for (const auto& read : *page)
                ++seen[read.entry.id];
            from = page->back().position + 1;
        }
    return seen;
}

TEST(Crash, LosesNothingReportedAndDoublesNothing)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    const testing::TempDir dir;
    std::vector<std::uint64_t> reported;
    for (std::uint64_t round = 0; round < 12; ++round)
    {
        const std::size_t enough = 10 + random() % 100;
        const std::chrono::microseconds longer{random() % 3000};
        const auto now = run_and_kill(dir, round * 1'000'000, enough, longer);
        reported.insert(reported.end(), now.begin(), now.end());
    }
    auto opened = open_here(dir);
    ASSERT_TRUE(opened) << to_string(opened.error());
    Mailbox& store = **opened;
    const auto seen = count_entries(store);
    for (const auto& [entry_id, times] : seen)
        ASSERT_EQ(times, 1);
    for (const auto n : reported)
    {
        const auto found = store.find(box(n % kBoxes), id(n));
        ASSERT_TRUE(found && *found) << n;
        ASSERT_EQ(as_text((*found)->entry.body), body_of(n));
    }
    // Whatever else an append did is there exactly as often as its entry.
    const auto folded = store.view("counting").value()->scan({{}, {}, SIZE_MAX, false}).value();
    EXPECT_EQ(folded.size(), seen.size());
    for (const auto& row : folded)
        ASSERT_EQ(row.second[0], 1);
    const Charge asked{id(1), 0, 0, 0};
    EXPECT_EQ(store.counters({&asked, 1})->front(), seen.size());
    std::size_t work_items = 0;
    for (auto items = store.claim(0, 1, 1000, 256); items && !items->empty();
         items = store.claim(0, 1, 1000, 256))
        work_items += items->size();
    EXPECT_EQ(work_items, seen.size());
    std::printf("[          ] %zu reported, %zu found\n", reported.size(), seen.size());
    EXPECT_GE(seen.size(), reported.size());
    EXPECT_GT(reported.size(), 100U);
}

TEST(Crash, MakesClaimsOfADeadProcessDueAgain)
{
    const testing::TempDir dir;
    const pid_t child = ::fork();
    if (child == 0)
    {
        auto store = open_here(dir);
        if (!store || !(*store)->append(one(box(1), work(1, 100))) ||
            (*store)->claim(0, 100, 1'000'000, 1)->size() != 1)
            ::_exit(3);
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    auto store = open_here(dir);
    ASSERT_TRUE(store);
    const auto items = (*store)->claim(0, 101, 1000, 1).value();
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].ref.attempt, 2U) << "the cut attempt is visible";
}
} // namespace
} // namespace dmid::store::lmdb
