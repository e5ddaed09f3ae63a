// SPDX-License-Identifier: Apache-2.0
#include "node/process_facts.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <fstream>

namespace dmid::node
{
api::ProcessFacts process_facts()
{
    static const auto started = static_cast<std::int64_t>(std::time(nullptr));
    api::ProcessFacts out;
    out.started = started;
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0)
        out.cpu_seconds = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                          static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    if (std::ifstream statm{"/proc/self/statm"}; statm >> size >> resident)
        out.resident_bytes = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::error_code error;
    for (std::filesystem::directory_iterator it{"/proc/self/fd", error}, end; !error && it != end;
         it.increment(error))
        ++out.open_fds;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
        out.max_fds = limit.rlim_cur;
    return out;
}

std::uint64_t free_bytes(const std::filesystem::path& folder)
{
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    return error ? 0 : space.available;
}

void guard_memory()
{
    const rlimit none{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &none);
    // A core that a pipe would take knows no limit; a process that is not dumpable has none at all.
    (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
} // namespace dmid::node
