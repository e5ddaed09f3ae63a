// SPDX-License-Identifier: Apache-2.0
// P15: what a second core brings. Signed messages are handed to the flow in this process, 64 at a time, their
// requests made and signed before; all threads of the process are held on core 0, then on cores 0 and 1, in
// turn. Values are messages per second by the wall clock: a machine that does other work shows in the load.
#include "bench_node.hpp"
#include "net/task.hpp"
#include "prepared_requests.hpp"

#include <sched.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <thread>

namespace
{
using namespace dmid;
using bench::bench_identity;
using bench::need;
using bench::Node;
using bench::Row;

constexpr std::size_t kParallel = 64;

/// Puts every thread of this process on these cores.
void hold_on(const std::vector<int>& cores)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int core : cores)
        CPU_SET(core, &set);
    for (const auto& thread : std::filesystem::directory_iterator{"/proc/self/task"})
    {
        const auto id = std::atoi(thread.path().filename().c_str());
        // A thread may have ended since it was listed.
        (void)::sched_setaffinity(id, sizeof set, &set);
    }
}

/// One of the senders that wait for their answers at once: takes the next message until there is none.
struct Batch
{
    std::vector<std::string> bodies;
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> accepted{0};
    std::atomic<std::size_t> running{0};
    std::mutex mutex;
    std::condition_variable ended;
};

net::Task<> send_all(Node& node, Batch& batch)
{
    for (;;)
    {
        const auto mine = batch.next.fetch_add(1);
        if (mine >= batch.bodies.size())
            break;
        channel::Inbound message;
        message.door = "http";
        message.source = "bench";
        message.shape = channel::Shape::signed_text;
        message.body = batch.bodies[mine];
        const auto answer = co_await node.flow.receive(std::move(message));
        if (answer.yes == channel::Yes::yes)
            batch.accepted.fetch_add(1);
    }
    const std::lock_guard lock{batch.mutex};
    if (batch.running.fetch_sub(1) == 1)
        batch.ended.notify_all();
}

/// Messages per second.
double accept(Node& node, std::vector<std::string> bodies)
{
    Batch batch;
    batch.bodies = std::move(bodies);
    batch.running = kParallel;
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < kParallel; ++i)
        net::spawn(node.doors.next(), send_all(node, batch));
    {
        std::unique_lock lock{batch.mutex};
        batch.ended.wait(lock, [&batch] { return batch.running == 0; });
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    bench::require(batch.accepted == batch.bodies.size(), "every message was accepted");
    return static_cast<double>(batch.bodies.size()) / took.count();
}

void run(const bench::Settings& settings, const std::filesystem::path& folder)
{
    if (std::thread::hardware_concurrency() < 2)
        bench::die("this machine has one core; P15 needs two");
    bench::Samples two;
    bench::Samples one;
    Node node{folder, 2};
    bench::PreparedRequests prepared{bench_identity(), kParallel, 200};
    const std::size_t count = kParallel * (settings.quick ? 2 : 64);
    (void)accept(node, prepared.bodies(kParallel, node.clock.now()));
    for (unsigned round = 0; round < settings.rounds; ++round)
    {
        auto for_two = prepared.bodies(count, node.clock.now());
        auto for_one = prepared.bodies(count, node.clock.now());
        hold_on({0, 1});
        two.push_back(accept(node, std::move(for_two)));
        hold_on({0});
        one.push_back(accept(node, std::move(for_one)));
        hold_on({0, 1});
    }
    Row row{.goal = "P15",
            .what = "accept signed messages on two cores, in process",
            .floor = "the same on one core",
            .unit = "per second",
            .wanted = 1.7,
            .at_least = true,
            .note = "all appends go through one writer, which waits for the disk"};
    bench::fill(row, two, one);
    bench::report(settings, {row});
}
} // namespace

int main(int argc, char** argv)
{
    bench::with_folder(argc, argv, run);
}
