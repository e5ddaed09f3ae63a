// SPDX-License-Identifier: Apache-2.0
// P9: durable enqueue at 64 waiting producers, against a raw group-commit log of the same records.
//
//   mailbox   store::lmdb, one append of one sealed 1 KB entry each, 8 threads of one mailbox
//   log       the floor: one file, length and record, one write and one fdatasync per group
//
// Rounds interleave (A B A B …); medians, and their ratio, which is the goal. `--json FILE` writes them with
// the machine; `--seconds S`, `--producers N`, `--rounds R`, `--dir DIR`.
#include "store/lmdb/lmdb_mailbox.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>

namespace
{
using namespace dmid;
using Clock = std::chrono::steady_clock;
constexpr std::size_t kRecord = 1024;

struct Settings
{
    double seconds = 1.0;
    unsigned producers = 64;
    unsigned rounds = 5;
    std::filesystem::path dir = std::filesystem::temp_directory_path();
    std::string json;
};

/// What one round gave.
struct Sample
{
    double per_second = 0;
    double cpu_us = 0;
    double p99_ms = 0;
};

[[noreturn]] void die(const std::string& why)
{
    std::fprintf(stderr, "mailbox_bench: %s\n", why.c_str());
    std::exit(1);
}

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
        std::binary_semaphore ready{0};
        bool was_empty = false;
        {
            const std::lock_guard lock{mutex_};
            was_empty = waiting_.empty();
            const auto size = static_cast<std::uint32_t>(record.size());
            const auto* length = reinterpret_cast<const std::uint8_t*>(&size);
            bytes_.insert(bytes_.end(), length, length + sizeof size);
            bytes_.insert(bytes_.end(), record.begin(), record.end());
            waiting_.push_back(&ready);
        }
        if (was_empty)
            work_.notify_one();
        ready.acquire();
    }

private:
    void loop()
    {
        Bytes bytes;
        std::vector<std::binary_semaphore*> waiting;
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
                die("the log does not write");
            for (auto* one : waiting)
                one->release();
            bytes.clear();
            waiting.clear();
        }
    }

    int fd_;
    std::mutex mutex_;
    std::condition_variable work_;
    Bytes bytes_;
    std::vector<std::binary_semaphore*> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

double cpu_seconds()
{
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    const auto seconds = [](const timeval& t)
    { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}

/// Runs `append(number)` from all producers for the time set.
template <class Work> Sample measure(const Settings& settings, Work append)
{
    std::atomic<bool> stop{false};
    std::vector<std::vector<double>> latencies(settings.producers);
    const double cpu = cpu_seconds();
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
    return {count / elapsed, (cpu_seconds() - cpu) / count * 1e6, all[all.size() * 99 / 100] * 1e3};
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
                           die("the mailbox refuses");
                   });
}

Sample median(std::vector<Sample> samples)
{
    const auto middle = [&](auto member)
    {
        std::sort(samples.begin(), samples.end(),
                  [&](const Sample& a, const Sample& b) { return a.*member < b.*member; });
        return samples[samples.size() / 2].*member;
    };
    return {middle(&Sample::per_second), middle(&Sample::cpu_us), middle(&Sample::p99_ms)};
}

std::string cpu_name()
{
    std::ifstream in{"/proc/cpuinfo"};
    for (std::string line; std::getline(in, line);)
        if (line.rfind("model name", 0) == 0)
            return line.substr(line.find(':') + 2);
    return "unknown";
}

void write_json(const Settings& settings, const Sample& ours, const Sample& floor)
{
    const char* commit = std::getenv("DMID_COMMIT");
    std::ofstream out{settings.json};
    const auto side = [&](const char* name, const Sample& s)
    {
        out << "  \"" << name << "\": {\"per_second\": " << s.per_second << ", \"cpu_us\": " << s.cpu_us
            << ", \"p99_ms\": " << s.p99_ms << "},\n";
    };
    out << "{\n  \"goal\": \"P9\",\n  \"what\": \"durable enqueue of 1 KB / raw group-commit log\",\n";
    side("ours", ours);
    side("floor", floor);
    out << "  \"ratio\": " << ours.per_second / floor.per_second
        << ",\n  \"wanted\": 0.6,\n  \"producers\": " << settings.producers
        << ",\n  \"rounds\": " << settings.rounds << ",\n  \"cpu\": \"" << cpu_name()
        << "\",\n  \"cores\": " << std::thread::hardware_concurrency()
        << ",\n  \"compiler\": \"" __VERSION__ "\",\n  \"commit\": \""
        << (commit != nullptr ? commit : "unknown") << "\"\n}\n";
}

Settings parse(int argc, char** argv)
{
    Settings s;
    for (int i = 1; i + 1 < argc; i += 2)
    {
        const std::string key = argv[i];
        if (key == "--seconds")
            s.seconds = std::atof(argv[i + 1]);
        else if (key == "--producers")
            s.producers = static_cast<unsigned>(std::atoi(argv[i + 1]));
        else if (key == "--rounds")
            s.rounds = static_cast<unsigned>(std::atoi(argv[i + 1]));
        else if (key == "--dir")
            s.dir = argv[i + 1];
        else if (key == "--json")
            s.json = argv[i + 1];
        else
            die("unknown option " + key);
    }
    return s;
}
} // namespace

int main(int argc, char** argv)
{
    const Settings settings = parse(argc, argv);
    std::string pattern = (settings.dir / "dmid-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        die("no directory in " + settings.dir.string());
    const std::filesystem::path dir = pattern;
    std::vector<Sample> ours;
    std::vector<Sample> floor;
    {
        store::lmdb::Options options;
        options.directory = dir / "store";
        auto mailbox = store::lmdb::open_mailbox(options, Secret32{});
        if (!mailbox)
            die(to_string(mailbox.error()));
        for (unsigned round = 0; round < settings.rounds; ++round)
        {
            floor.push_back(run_log(settings, dir));
            ours.push_back(run_mailbox(settings, **mailbox, round + 1));
        }
    }
    std::filesystem::remove_all(dir);
    const Sample a = median(ours);
    const Sample b = median(floor);
    std::printf("P9  %u producers of 1 KB        per second   CPU us   p99 ms\n", settings.producers);
    std::printf("    store::lmdb mailbox       %10.0f %8.1f %8.2f\n", a.per_second, a.cpu_us, a.p99_ms);
    std::printf("    raw group-commit log      %10.0f %8.1f %8.2f\n", b.per_second, b.cpu_us, b.p99_ms);
    std::printf("    ratio                     %10.2f   (goal 0.6)\n", a.per_second / b.per_second);
    if (!settings.json.empty())
        write_json(settings, a, b);
}
