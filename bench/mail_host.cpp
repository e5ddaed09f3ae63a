// SPDX-License-Identifier: Apache-2.0
// Our side of P13 (bench/mail_bench.mjs). A line in, a line out, one when it is ready:
//   size                bytes of one message as our channel composes it
//   send N PARALLEL     hands N messages to the email channel, PARALLEL at a time on one thread, as the node
//                       does; seconds, and microseconds of CPU for each
//   prepare N           makes and signs N requests for `relay`
//   relay               hands them in over HTTP and waits until the channel has handed the last one on;
//                       seconds until the last 202, seconds until the last delivery
// Arguments: the port of the mail server, a folder for the mailbox, and the file of a DKIM key or "-".
#include "bench_node.hpp"
#include "channels/email/compose.hpp"
#include "channels/email/email_channel.hpp"
#include "gateway/legs.hpp"
#include "gateway/worker.hpp"
#include "prepared_requests.hpp"

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <sstream>

namespace
{
using namespace dmid;
using bench::need;

constexpr std::size_t kText = 200;
constexpr std::size_t kConnections = 64;
/// As `dmid node` has them.
constexpr std::size_t kParallelLegs = 16;
constexpr std::size_t kParallelFanOuts = 32;
constexpr const char* kDomain = "dmid.example";
constexpr const char* kOwner = "owner@mail.example";

double since(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Counts down to the end of a piece of work.
class Countdown
{
public:
    void begin(std::size_t count)
    {
        const std::lock_guard lock{mutex_};
        left_ = count;
    }
    void one()
    {
        const std::lock_guard lock{mutex_};
        if (left_ > 0 && --left_ == 0)
            ended_.notify_all();
    }
    void wait()
    {
        std::unique_lock lock{mutex_};
        ended_.wait(lock, [this] { return left_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t left_ = 0;
};

/// The email channel, with its deliveries counted.
class Counted final : public channel::Channel
{
public:
    Counted(std::unique_ptr<channel::Channel> inner, Countdown& countdown)
        : inner_{std::move(inner)}
        , countdown_{countdown}
    {
    }
    std::string_view name() const override { return inner_->name(); }
    channel::Traits traits() const override { return inner_->traits(); }
    Result<std::string> parse_address(std::string_view text) const override
    {
        return inner_->parse_address(text);
    }
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override
    {
        auto attempt = co_await inner_->send(std::move(leg), std::move(message));
        if (attempt.outcome != channel::Outcome::accepted)
            bench::die("not accepted: " + attempt.detail);
        countdown_.one();
        co_return attempt;
    }
    void stop() override { inner_->stop(); }

private:
    std::unique_ptr<channel::Channel> inner_;
    Countdown& countdown_;
};

channel::Outgoing words()
{
    channel::Outgoing message;
    message.number = "8312 3456 7890 1210";
    message.sender = "0x5FbDB2315678afecb367f032d93F642f64180aa3 (wallet)";
    message.proofs = {"wallet"};
    message.text = std::string(kText, 'x');
    message.reply_token = "abcdefghijklmnopqrstuvwxyz";
    return message;
}

channel::Leg leg(std::uint64_t i, const Clock& clock)
{
    channel::Leg out;
    for (unsigned byte = 0; byte < 8; ++byte)
        out.id.bytes[byte] = static_cast<std::uint8_t>(i >> 8 * byte);
    out.address = kOwner;
    out.deadline = clock.now_ms() + 40'000;
    return out;
}

/// One of the parallel senders: takes the next message until there is none. One thread drives all of them.
net::Task<> keep_sending(channel::Channel& channel, const Clock& clock, std::shared_ptr<std::size_t> left)
{
    while (*left > 0)
    {
        auto next = leg((*left)--, clock);
        (void)co_await channel.send(std::move(next), words());
    }
}

class Host
{
public:
    Host(channel::Channel& channel, Countdown& countdown, const std::filesystem::path& directory)
        : channel_{channel}
        , countdown_{countdown}
        , node_{directory}
    {
        node_.channels.emplace("email", &channel_);
        const auto box = gateway::mailbox_of(bench::bench_identity());
        const auto now = node_.clock.now();
        need(node_.bindings.begin(box, "email", "email", kOwner, "aaaa-bbbb", now));
        need(node_.bindings.confirm(box, "email", "aaaa-bbbb", now));
        const auto on = work_.executor(0);
        auto* flow = &node_.flow;
        workers_.push_back(std::make_unique<gateway::Worker>(
            node_.context, on, gateway::kFanOutQueue, kParallelFanOuts,
            [flow](store::WorkItem item, const gateway::Turn&) { return flow->route(std::move(item)); }));
        workers_.push_back(
            std::make_unique<gateway::Worker>(node_.context, on, gateway::queue_of("email"), kParallelLegs,
                                              [flow](store::WorkItem item, gateway::Turn turn)
                                              { return flow->deliver(std::move(item), std::move(turn)); }));
        work_.start();
        for (auto& worker : workers_)
            worker->start();
    }
    ~Host()
    {
        channel_.stop();
        for (auto& worker : workers_)
            worker->stop();
        work_.stop();
        work_.join();
        workers_.clear();
    }

    std::string send(std::size_t count, std::size_t parallel)
    {
        auto left = std::make_shared<std::size_t>(count);
        countdown_.begin(count);
        const double cpu = bench::process_cpu();
        const auto begin = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < parallel; ++i)
            net::spawn(work_.executor(0), keep_sending(channel_, node_.clock, left));
        countdown_.wait();
        const auto took = since(begin);
        const auto each = (bench::process_cpu() - cpu) / static_cast<double>(count) * 1e6;
        return std::to_string(took) + " " + std::to_string(each);
    }
    void prepare(std::size_t count) { requests_ = prepared_.make(count, node_.clock.now()); }
    std::string relay()
    {
        // Anew for each run: the server ends what is idle for long.
        bench::Client client{node_.port, kConnections};
        countdown_.begin(requests_.size());
        const auto begin = std::chrono::steady_clock::now();
        client.exchange(requests_, "202");
        const auto accepted = since(begin);
        countdown_.wait();
        return std::to_string(accepted) + " " + std::to_string(since(begin));
    }

private:
    channel::Channel& channel_;
    Countdown& countdown_;
    bench::Node node_;
    net::IoPool work_{1};
    std::vector<std::unique_ptr<gateway::Worker>> workers_;
    bench::PreparedRequests prepared_{bench::bench_identity(), kConnections, kText};
    std::vector<std::string> requests_;
};

std::string answer(Host& host, const std::string& line)
{
    std::istringstream in{line};
    std::string op;
    std::size_t count = 0;
    std::size_t parallel = 0;
    in >> op >> count >> parallel;
    if (op == "size")
    {
        const auto to = need(channels::email::parse_mail_address(kOwner));
        const SystemClock clock;
        const auto text = need(channels::email::compose(leg(1, clock), words(), to, kDomain, clock.now()));
        return std::to_string(text.size());
    }
    if (op == "send")
        return host.send(count, parallel);
    if (op == "prepare")
    {
        host.prepare(count);
        return "done";
    }
    if (op == "relay")
        return host.relay();
    bench::die("what is " + op + "?");
}
} // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        bench::die("usage: mail_host PORT FOLDER DKIM-KEY|-");
    const SystemClock clock;
    channels::email::EmailOptions options;
    options.host = "127.0.0.1";
    options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    options.tls = channels::email::SmtpTls::none;
    options.domain = kDomain;
    if (std::string_view{argv[3]} != "-")
        options.dkim_key_file = argv[3];
    Countdown countdown;
    Counted channel{need(channels::email::make_email_channel(options, clock)), countdown};
    Host host{channel, countdown, argv[2]};
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << answer(host, line) << std::endl;
}
