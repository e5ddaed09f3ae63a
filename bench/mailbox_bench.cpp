// SPDX-License-Identifier: Apache-2.0
// P9: durable enqueue at 64 waiting producers, against a raw group-commit log of the same records.
//
//   mailbox   store::lmdb, one append of one sealed 1 KB entry each, 8 threads of one mailbox
//   log       the floor: one file, length and record, one write and one fdatasync per group
//
// Wall-clock: what counts is how long producers wait for the disk, so both sides run in the same minute on
// the same disk. Also `--producers N`, `--dir DIR`.
#include "frame.hpp"
#include "store/lmdb/lmdb_mailbox.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

namespace
{
using namespace dmid;
using Clock = std::chrono::steady_clock;
constexpr std::size_t kRecord = 1024;

struct Settings
{
    bench::Settings common;
    double seconds = 1.0;
    unsigned producers = 64;
    std::filesystem::path dir = std::filesystem::temp_directory_path();
};

/// What one round gave.
struct Sample
{
    double per_second = 0;
    double cpu_us = 0;
    double p99_ms = 0;
};

/// The floor: producers wait while one thread writes what has gathered and syncs once.
class RawLog
{
public:
    explicit RawLog(const std::filesystem::path& file)
        : fd_{::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)}
        , thread_{[this] { loop(); }}
    {
    }
    ~RawLog()
    {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        work_.notify_one();
        thread_.join();
        ::close(fd_);
    }
    void append(ByteView record)
    {
        Waiting one;
        bool was_empty = false;
        {
            const std::lock_guard lock{mutex_};
            was_empty = waiting_.empty();
            const auto size = static_cast<std::uint32_t>(record.size());
            const auto* length = reinterpret_cast<const std::uint8_t*>(&size);
            bytes_.insert(bytes_.end(), length, length + sizeof size);
            bytes_.insert(bytes_.end(), record.begin(), record.end());
            waiting_.push_back(&one);
        }
        if (was_empty)
            work_.notify_one();
        std::unique_lock lock{one.mutex};
        one.ready.wait(lock, [&one] { return one.done; });
    }

private:
    struct Waiting
    {
        std::mutex mutex;
        std::condition_variable ready;
        bool done = false;
    };

    void loop()
    {
        Bytes bytes;
        std::vector<Waiting*> waiting;
        for (;;)
        {
            {
                std::unique_lock lock{mutex_};
                work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
                if (waiting_.empty())
                    return;
                bytes.swap(bytes_);
                waiting.swap(waiting_);
            }
            if (::write(fd_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
                ::fdatasync(fd_) != 0)
                bench::die("the log does not write");
            for (auto* one : waiting)
            {
                const std::lock_guard lock{one->mutex};
                one->done = true;
                one->ready.notify_one();
            }
            bytes.clear();
            waiting.clear();
        }
    }

    int fd_;
    std::mutex mutex_;
    std::condition_variable work_;
    Bytes bytes_;
    std::vector<Waiting*> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

/// Runs `append(number)` from all producers for the time set.
template <class Work> Sample measure(const Settings& settings, Work append)
{
    std::atomic<bool> stop{false};
    std::vector<std::vector<double>> latencies(settings.producers);
    const double cpu = bench::process_cpu();
    const auto start = Clock::now();
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < settings.producers; ++t)
        threads.emplace_back(
            [&, t]
            {
                for (std::uint64_t n = t; !stop; n += settings.producers)
                {
                    const auto before = Clock::now();
                    append(n);
                    latencies[t].push_back(std::chrono::duration<double>(Clock::now() - before).count());
                }
            });
    std::this_thread::sleep_for(std::chrono::duration<double>(settings.seconds));
    stop = true;
    for (auto& thread : threads)
        thread.join();
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    std::vector<double> all;
    for (const auto& part : latencies)
        all.insert(all.end(), part.begin(), part.end());
    std::sort(all.begin(), all.end());
    const auto count = static_cast<double>(all.size());
    return {count / elapsed, (bench::process_cpu() - cpu) / count * 1e6, all[all.size() * 99 / 100] * 1e3};
}

Sample run_log(const Settings& settings, const std::filesystem::path& dir)
{
    RawLog log{dir / "raw.log"};
    return measure(settings,
                   [&](std::uint64_t n)
                   {
                       Bytes record(kRecord);
                       std::memcpy(record.data(), &n, sizeof n);
                       log.append(record);
                   });
}

store::Append make_append(std::uint64_t round, std::uint64_t n)
{
    store::Append what;
    what.mailbox.bytes[0] = 1;
    auto& entry = what.entries.emplace_back();
    // Ids are hashes: spread over the key space (splitmix64).
    std::uint64_t mixed = (round << 40U) + n;
    for (std::size_t i = 0; i < 32; i += 8)
    {
        std::uint64_t z = mixed += 0x9e3779b97f4a7c15ULL;
        z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ z >> 27U) * 0x94d049bb133111ebULL;
        z ^= z >> 31U;
        std::memcpy(entry.id.data() + i, &z, sizeof z);
    }
    entry.thread.bytes[0] = static_cast<std::uint8_t>(n % 8);
    entry.body.resize(kRecord);
    std::memcpy(entry.body.data(), &n, sizeof n);
    return what;
}

Sample run_mailbox(const Settings& settings, store::Mailbox& mailbox, std::uint64_t round)
{
    return measure(settings,
                   [&](std::uint64_t n)
                   {
                       const auto done = mailbox.append(make_append(round, n));
                       if (!done || !done->fresh())
                           bench::die("the mailbox refuses");
                   });
}

bench::Row row_of(const char* what, const char* unit, const std::vector<Sample>& ours,
                  const std::vector<Sample>& floor, double Sample::*member)
{
    const auto pick = [&](const std::vector<Sample>& samples)
    {
        bench::Samples out;
        for (const auto& sample : samples)
            out.push_back(sample.*member);
        return out;
    };
    bench::Row row{.goal = "P9", .what = what, .floor = "raw group-commit log", .unit = unit};
    bench::fill(row, pick(ours), pick(floor));
    return row;
}

Settings parse(int argc, char** argv)
{
    Settings s;
    s.common = bench::parse(argc, argv,
                            [&](const std::string& key, const std::string& value)
                            {
                                if (key == "--producers")
                                    s.producers = static_cast<unsigned>(std::stoul(value));
                                else if (key == "--dir")
                                    s.dir = value;
                                else
                                    bench::die("unknown option " + key);
                            });
    s.seconds = s.common.quick ? 0.1 : 1.0;
    return s;
}

std::filesystem::path make_directory(const std::filesystem::path& parent)
{
    std::string pattern = (parent / "dmid-mailbox-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        bench::die("no directory in " + parent.string());
    return pattern;
}
} // namespace

int main(int argc, char** argv)
{
    const Settings settings = parse(argc, argv);
    const auto dir = make_directory(settings.dir);
    std::vector<Sample> ours;
    std::vector<Sample> floor;
    {
        store::lmdb::Options options;
        options.directory = dir / "store";
        auto mailbox = store::lmdb::open_mailbox(options, Secret32{});
        if (!mailbox)
            bench::die(to_string(mailbox.error()));
        for (unsigned round = 0; round < settings.common.rounds; ++round)
        {
            floor.push_back(run_log(settings, dir));
            ours.push_back(run_mailbox(settings, **mailbox, round + 1));
        }
    }
    std::filesystem::remove_all(dir);
    const auto what = "durable enqueue of 1 KB, " + std::to_string(settings.producers) + " waiting producers";
    auto rate = row_of(what.c_str(), "per second", ours, floor, &Sample::per_second);
    rate.wanted = 0.6;
    rate.at_least = true;
    rate.note = "a tree writes whole pages, where the log writes one run; and seals, checks and indexes";
    bench::report(settings.common,
                  {rate, row_of("of it: CPU", "us CPU", ours, floor, &Sample::cpu_us),
                   row_of("of it: longest wait of 99 in 100", "ms", ours, floor, &Sample::p99_ms)});
}
