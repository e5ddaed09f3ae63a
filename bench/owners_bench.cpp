// SPDX-License-Identifier: Apache-2.0
// P16: what 10,000 owners on one node cost while nothing happens: each with a key, a document, a policy and a
// bound mailbox. A node in this process without doors and channels; nobody answers for the chain, so that its
// four readings a second fail at once.
#include "bench_node.hpp"
#include "crypto/sha256.hpp"
#include "gateway/files.hpp"
#include "gateway/grant.hpp"
#include "gateway/old_proofs.hpp"
#include "gateway/upkeep.hpp"

#include <fstream>
#include <thread>

namespace
{
using namespace dmid;
using bench::need;
using bench::Row;

/// Megabytes that no file stands behind.
double anonymous_memory()
{
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:"))
            return std::stod(line.substr(8)) / 1024;
    bench::die("no RssAnon in /proc/self/status");
}

gateway::InboxKey key_number(std::size_t i)
{
    Bytes bytes(32, 9);
    for (unsigned shift = 0; shift < 32; shift += 8)
        bytes.push_back(static_cast<std::uint8_t>(i >> shift));
    const Secret32 secret{crypto::sha256(bytes).bytes};
    return {crypto::xonly_of(secret).value(), secret};
}

std::vector<model::Number> numbers_of(std::size_t count)
{
    std::vector<model::Number> out;
    for (std::uint64_t value = 8300000000000000; out.size() < count; ++value)
        if (const auto number = model::Number::from_value(value))
            out.push_back(*number);
    return out;
}

void settle(bench::Node& node, model::Number number, std::size_t i)
{
    gateway::Served owner;
    owner.identity = {bench::bench_identity().network, number, 1};
    owner.keys.push_back(key_number(i));
    owner.document.inbox_key = owner.keys.front().key;
    auto compiled = need(policy::Compiled::make(need(policy::parse_toml(bench::kPolicy)), owner.identity));
    owner.policy = gateway::InForce{{}, std::make_shared<const policy::Compiled>(std::move(compiled))};
    const auto box = owner.box();
    const auto now = node.clock.now();
    need(node.bindings.begin(box, "mail", "email", "owner" + std::to_string(i) + "@example.org", "aaaa-bbbb",
                             now));
    need(node.bindings.confirm(box, "mail", "aaaa-bbbb", now));
    if (const auto loaded = gateway::load_tickets(node.context, owner); !loaded)
        bench::die(to_string(loaded.error()));
    node.served.put(std::move(owner));
}

/// Seconds of CPU that one round of looking after every mailbox takes.
double sweep(bench::Node& node)
{
    const double before = bench::process_cpu();
    for (const auto& owner : node.served.all())
    {
        need(gateway::expire_requests(node.context, *owner));
        if (const auto looked = gateway::look_at_old_proofs(node.context, *owner); !looked)
            bench::die(to_string(looked.error()));
        need(gateway::sweep_files(node.context, owner->box(), node.clock.now()));
    }
    return bench::process_cpu() - before;
}

void measure(const bench::Settings& settings, const std::filesystem::path& directory)
{
    const std::size_t count = settings.quick ? 200 : 10'000;
    const auto seconds = settings.quick ? 1 : 20;
    bench::Node node{directory, 1};
    const double before = anonymous_memory();
    std::vector<gateway::Serving> serving;
    for (const auto number : numbers_of(count))
    {
        settle(node, number, serving.size());
        serving.push_back({number, {key_number(serving.size())}});
    }
    const double memory = anonymous_memory() - before;
    const double round = sweep(node);
    net::IoPool work{1};
    work.start();
    gateway::Upkeep upkeep{node.context, serving, work.executor(0),
                           [](model::Number number) { return number.value(); }};
    upkeep.start();
    // Its first look at everything is no part of being idle.
    std::this_thread::sleep_for(std::chrono::seconds{settings.quick ? 1 : 5});
    const double began = bench::process_cpu();
    std::this_thread::sleep_for(std::chrono::seconds{seconds});
    const double idle = (bench::process_cpu() - began) / seconds * 60;
    upkeep.stop();
    work.stop();
    work.join();

    const auto words = std::to_string(count) + " owners on one idle node: ";
    const auto row = [&](const std::string& what, const std::string& unit, double value)
    {
        Row out{.goal = "P16", .what = words + what, .unit = unit};
        bench::fill(out, {value}, {});
        return out;
    };
    bench::report(settings,
                  {row("anonymous memory", "MB", memory),
                   row("of it, each", "kB", memory * 1024 / static_cast<double>(count)),
                   row("CPU of a minute", "ms CPU", idle * 1000),
                   row("of looking after every mailbox, every five minutes", "ms CPU", round * 1000)});
}
} // namespace

int main(int argc, char** argv)
{
    bench::with_folder(argc, argv, measure);
}
