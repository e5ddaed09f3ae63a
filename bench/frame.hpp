// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

// What every benchmark has in common (docs/performance.md): our side and its floor run in turn (A B A B …) in
// one process, each round gives one ratio, and the median counts. Time is CPU time: other work on the machine
// delays it, but is not part of it.
namespace dmid::bench
{
struct Settings
{
    unsigned rounds = 9;
    double seconds = 0.15; ///< of each side in each round
    bool quick = false;    ///< a smoke run: shows that it works, not how fast
    std::string json;      ///< where the result goes; empty: nowhere
};

/// `--rounds N`, `--seconds S`, `--json FILE`, `--quick`; anything else goes to `other(key, value)`, which
/// may be empty, or ends the program.
Settings parse(int argc, char** argv,
               const std::function<void(const std::string&, const std::string&)>& other = {});

/// The same with `--dir FOLDER`: makes a folder of its own for the run below it (or the system's temporary
/// one), hands it to `run` with the settings, and removes it.
void with_folder(int argc, char** argv,
                 const std::function<void(const Settings&, const std::filesystem::path&)>& run);

/// Ends the program: a benchmark that cannot show that its work was right has no time to report.
[[noreturn]] void die(const std::string& why);
inline void require(bool right, const char* what)
{
    if (!right)
        die(std::string{"wrong result: "} + what);
}

/// The compiler must take the value as used, and its bytes as changed.
template <class T> inline void do_not_optimize(T& value)
{
    asm volatile("" : "+m"(value) : : "memory");
}

/// CPU seconds of this thread, and of the whole process.
double thread_cpu() noexcept;
double process_cpu() noexcept;

/// One line of the table.
struct Row
{
    std::string goal{};  ///< "P3"
    std::string what{};  ///< what is measured, in words
    std::string floor{}; ///< what it is held against, in words
    std::string unit{};  ///< of the two values
    double ours = 0;
    double reference = 0; ///< 0: the goal is absolute
    double ratio = 0;     ///< ours / reference, the median of the rounds; for an absolute goal `ours`
    double wanted = 0;    ///< 0: no goal, for reading only
    bool at_least = false;
    std::string note{};

    bool met() const noexcept { return wanted == 0 || (at_least ? ratio >= wanted : ratio <= wanted); }
};

/// Microseconds of this thread's CPU per call of `work`, over about `seconds`.
double cpu_per_call(const std::function<void()>& work, double seconds);

/// Values of one side per round.
using Samples = std::vector<double>;
double median(Samples samples);
/// Fills ours, reference and ratio.
void fill(Row& row, const Samples& ours, const Samples& reference);
/// Runs the sides in turn, our side first, and fills the row.
void compare(Row& row, const Settings& settings, const std::function<double()>& ours,
             const std::function<double()>& reference);
/// The same for two pieces of work that one thread can repeat.
void compare_calls(Row& row, const Settings& settings, const std::function<void()>& ours,
                   const std::function<void()>& reference);

/// Prints the rows, and writes them with machine, compiler and commit where the settings name a file.
void report(const Settings& settings, const std::vector<Row>& rows);
} // namespace dmid::bench
