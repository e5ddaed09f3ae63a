// SPDX-License-Identifier: Apache-2.0
// Our side of the short messages (bench/sms_bench.mjs). A line in, a line out, one when it is ready:
//   send N WINDOW    hands N messages of 40 characters to the SMS channel, twice WINDOW at a time, on one
//                    connection that has WINDOW of them without an answer; seconds, and microseconds of CPU
//                    for each
//   floor N WINDOW   the same by the least that can submit; seconds, microseconds of CPU
// Argument: the port of the service.
#include "channels/sms/sms_channel.hpp"
#include "frame.hpp"
#include "net/io_pool.hpp"
#include "net/task.hpp"
#include "smpp_floor.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>

namespace
{
using namespace dmid;

template <class T> T need(Result<T> result)
{
    if (!result)
        bench::die(to_string(result.error()));
    return std::move(*result);
}

std::unique_ptr<channel::Channel> make(std::uint16_t port, unsigned window, const Clock& clock)
{
    channels::sms::SmppService service;
    service.host = "127.0.0.1";
    service.port = port;
    service.system_id = "node";
    service.password = "s3cret";
    service.binds = channels::sms::Binds::transmitter;
    service.window = window;
    channels::sms::SmsOptions options;
    options.services.push_back(std::move(service));
    options.sources.push_back({"", need(channels::sms::sender_address("+4930123456"))});
    return need(channels::sms::make_sms_channel(std::move(options), clock));
}

struct Work
{
    std::size_t left = 0;
    std::size_t running = 0;
    std::uint64_t next = 0;
    std::mutex mutex;
    std::condition_variable ended;
};

/// Takes the next message until there is none. One thread drives all of them, as in the node.
net::Task<> keep_sending(channel::Channel& channel, const Clock& clock, Work& work)
{
    while (work.left > 0)
    {
        --work.left;
        channel::Leg leg;
        const auto id = ++work.next;
        for (unsigned byte = 0; byte < 8; ++byte)
            leg.id.bytes[byte] = static_cast<std::uint8_t>(id >> 8 * byte);
        leg.address = "+4915112345678";
        leg.deadline = clock.now_ms() + 40'000;
        channel::Outgoing message;
        message.to_owner = false;
        message.text = std::string(40, 'x');
        const auto attempt = co_await channel.send(std::move(leg), std::move(message));
        if (attempt.outcome != channel::Outcome::accepted)
            bench::die("not accepted: " + attempt.detail);
    }
    const std::lock_guard lock{work.mutex};
    if (--work.running == 0)
        work.ended.notify_all();
}

double send(channel::Channel& channel, const Clock& clock, net::IoPool& pool, std::size_t count,
            std::size_t parallel)
{
    static std::uint64_t sent = 0; // ids go on: what was sent before is not sent again
    Work work;
    work.left = count;
    work.running = parallel;
    work.next = sent;
    sent += count;
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < parallel; ++i)
        net::spawn(pool.executor(0), keep_sending(channel, clock, work));
    std::unique_lock lock{work.mutex};
    work.ended.wait(lock, [&] { return work.running == 0; });
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}
} // namespace

int main(int argc, char** argv)
{
    if (argc != 2)
        bench::die("usage: sms_host PORT");
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const SystemClock clock;
    net::IoPool pool{1};
    pool.start();
    std::map<std::size_t, std::unique_ptr<channel::Channel>> channels;
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line);)
    {
        std::istringstream in{line};
        std::string op;
        std::size_t count = 0;
        std::size_t window = 0;
        in >> op >> count >> window;
        auto& channel = channels[window];
        if (!channel && op == "send")
        {
            channel = make(port, static_cast<unsigned>(window), clock);
            (void)send(*channel, clock, pool, 1, 1); // the bind is not counted
        }
        const double cpu = bench::process_cpu();
        const auto took = op == "send" ? send(*channel, clock, pool, count, 2 * window)
                                       : bench::submit_as_little(port, count, window);
        std::cout << took << ' ' << (bench::process_cpu() - cpu) / static_cast<double>(count) * 1e6
                  << std::endl;
    }
    for (auto& [window, channel] : channels)
        if (channel)
            channel->stop();
    channels.clear();
    pool.stop();
    pool.join();
}
