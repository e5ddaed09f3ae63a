// SPDX-License-Identifier: Apache-2.0
#include "gateway/steps.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace dmid::gateway
{
namespace
{
struct Watch
{
    std::string stop_at;
    long stop_after = 1;
    int trace = -1;
    bool active = false;

    Watch()
    {
        if (const char* where = std::getenv("DMID_STOP_AT"); where != nullptr)
        {
            stop_at = where;
            if (const auto colon = stop_at.find(':'); colon != std::string::npos)
            {
                stop_after = std::strtol(stop_at.c_str() + colon + 1, nullptr, 10);
                stop_at.resize(colon);
            }
        }
        if (const char* file = std::getenv("DMID_TRACE"); file != nullptr)
            trace = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        active = trace >= 0 || !stop_at.empty();
    }
};

const Watch& watch()
{
    static const Watch instance;
    return instance;
}

std::atomic<long> passes{0};
} // namespace

void step(std::string_view point) noexcept
{
    const auto& w = watch();
    if (!w.active)
        return;
    if (w.trace >= 0)
    {
        const auto line = std::string{point} + "\n";
        [[maybe_unused]] const auto written = ::write(w.trace, line.data(), line.size());
    }
    if (point == w.stop_at && ++passes == w.stop_after)
        ::kill(::getpid(), SIGKILL);
}
} // namespace dmid::gateway
