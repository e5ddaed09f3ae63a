// SPDX-License-Identifier: Apache-2.0
#include "frame.hpp"

#include <boost/json.hpp>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <thread>

namespace dmid::bench
{
namespace
{
double seconds_of(const timeval& time) noexcept
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::string cpu_name()
{
    std::ifstream in{"/proc/cpuinfo"};
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("model name"))
            return line.substr(line.find(':') + 2);
    return "unknown";
}

std::string kernel()
{
    utsname name{};
    ::uname(&name);
    return name.release;
}

double load()
{
    double now = 0;
    return ::getloadavg(&now, 1) == 1 ? now : -1;
}

boost::json::object to_json(const Row& row)
{
    boost::json::object out{{"goal", row.goal},   {"what", row.what},     {"floor", row.floor},
                            {"unit", row.unit},   {"ours", row.ours},     {"reference", row.reference},
                            {"ratio", row.ratio}, {"wanted", row.wanted}, {"at_least", row.at_least},
                            {"met", row.met()}};
    if (!row.note.empty())
        out["note"] = row.note;
    return out;
}

void write_json(const Settings& settings, const std::vector<Row>& rows)
{
    const char* commit = std::getenv("DMID_COMMIT");
    boost::json::array list;
    for (const auto& row : rows)
        list.push_back(to_json(row));
    const boost::json::object all{{"cpu", cpu_name()},
                                  {"cores", std::thread::hardware_concurrency()},
                                  {"kernel", kernel()},
                                  {"load", load()},
                                  {"compiler", "g++ " __VERSION__},
                                  {"commit", commit != nullptr ? commit : "unknown"},
                                  {"rounds", settings.rounds},
                                  {"quick", settings.quick},
                                  {"rows", std::move(list)}};
    std::ofstream out{settings.json};
    out << boost::json::serialize(all) << '\n';
    if (!out)
        die("cannot write " + settings.json);
}
} // namespace

Settings parse(int argc, char** argv,
               const std::function<void(const std::string&, const std::string&)>& other)
{
    Settings out;
    for (int i = 1; i < argc; ++i)
    {
        const std::string key = argv[i];
        if (key == "--quick")
        {
            out.quick = true;
            out.rounds = 2;
            out.seconds = 0.02;
            continue;
        }
        const std::string value = i + 1 < argc ? argv[++i] : "";
        if (value.empty())
            die(key + " expects a value");
        if (key == "--rounds")
            out.rounds = static_cast<unsigned>(std::max(1, std::atoi(value.c_str())));
        else if (key == "--seconds")
            out.seconds = std::atof(value.c_str());
        else if (key == "--json")
            out.json = value;
        else if (other)
            other(key, value);
        else
            die("unknown option " + key);
    }
    return out;
}

void with_folder(int argc, char** argv,
                 const std::function<void(const Settings&, const std::filesystem::path&)>& run)
{
    auto where = std::filesystem::temp_directory_path();
    const auto settings = parse(argc, argv,
                                [&](const std::string& key, const std::string& value)
                                {
                                    if (key != "--dir")
                                        die("unknown option " + key);
                                    where = value;
                                });
    auto pattern = (where / "dmid-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        die("no directory in " + where.string());
    run(settings, pattern);
    std::filesystem::remove_all(pattern);
}

void die(const std::string& why)
{
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
}

double thread_cpu() noexcept
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double process_cpu() noexcept
{
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    return seconds_of(use.ru_utime) + seconds_of(use.ru_stime);
}

double cpu_per_call(const std::function<void()>& work, double seconds)
{
    // The clock is asked once per batch, the batch grows until one takes a tenth of the time.
    std::size_t batch = 1;
    std::size_t calls = 0;
    const double start = thread_cpu();
    double spent = 0;
    do
    {
        const double before = spent;
        for (std::size_t i = 0; i < batch; ++i)
            work();
        calls += batch;
        spent = thread_cpu() - start;
        if (spent - before < seconds / 10)
            batch *= 2;
    } while (spent < seconds);
    return spent / static_cast<double>(calls) * 1e6;
}

double median(Samples samples)
{
    if (samples.empty())
        return 0;
    std::sort(samples.begin(), samples.end());
    const auto middle = samples.size() / 2;
    return samples.size() % 2 != 0 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2;
}

void fill(Row& row, const Samples& ours, const Samples& reference)
{
    row.ours = median(ours);
    row.reference = median(reference);
    Samples ratios;
    for (std::size_t i = 0; i < ours.size() && i < reference.size(); ++i)
        ratios.push_back(ours[i] / reference[i]);
    row.ratio = ratios.empty() ? row.ours : median(ratios);
}

void compare(Row& row, const Settings& settings, const std::function<double()>& ours,
             const std::function<double()>& reference)
{
    Samples a;
    Samples b;
    for (unsigned round = 0; round < settings.rounds; ++round)
    {
        a.push_back(ours());
        b.push_back(reference());
    }
    fill(row, a, b);
}

void compare_calls(Row& row, const Settings& settings, const std::function<void()>& ours,
                   const std::function<void()>& reference)
{
    compare(
        row, settings, [&] { return cpu_per_call(ours, settings.seconds); },
        [&] { return cpu_per_call(reference, settings.seconds); });
}

void report(const Settings& settings, const std::vector<Row>& rows)
{
    for (const auto& row : rows)
    {
        std::printf("%-4s %-58s %10.3f %s\n", row.goal.c_str(), row.what.c_str(), row.ours, row.unit.c_str());
        if (row.reference != 0)
            std::printf("     / %-56s %10.3f %s   ratio %.3f\n", row.floor.c_str(), row.reference,
                        row.unit.c_str(), row.ratio);
        if (row.wanted != 0)
            std::printf("     goal %s %g: %s\n", row.at_least ? "at least" : "at most", row.wanted,
                        row.met() ? "met" : "missed");
    }
    if (!settings.json.empty())
        write_json(settings, rows);
}
} // namespace dmid::bench
