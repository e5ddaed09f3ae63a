// SPDX-License-Identifier: Apache-2.0
#include "commands/table.hpp"
#include "tool/run.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN); // a closed peer or pipe is an error value, not the end
    try
    {
        return dmid::tool::run(dmid::commands::table(), {argv + (argc > 0 ? 1 : 0), argv + argc});
    }
    catch (const std::exception& error)
    {
        std::fprintf(stderr, "error: internal.bug: %s\n", error.what());
        return 3;
    }
}
