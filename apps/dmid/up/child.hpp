// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace dmid::up
{
/// A program that this one started. It gets a process group of its own, so that Ctrl-C reaches it only
/// through us and in order, and the kernel kills it when this process dies, however that happens. To be used
/// from the main thread alone: the kernel takes the death of the starting thread for that of the process.
class Child
{
public:
    Child() = default;
    ~Child() { stop(std::chrono::milliseconds{0}); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Starts argv[0] with its output in `log` (0600; the log of the run before is kept as `log`.1).
    /// input.file with the system's words.
    Result<> start(const std::vector<std::string>& argv, const std::filesystem::path& log);
    /// False once it has ended; collects it.
    bool running();
    /// Asks it to end (SIGTERM), waits, then kills it. Nothing where it does not run.
    void stop(std::chrono::milliseconds patience);
    pid_t pid() const noexcept { return pid_; }

private:
    pid_t pid_ = -1;
};

/// The last lines of a log, at most 2000 bytes: why a program ended.
std::string last_words(const std::filesystem::path& log);
} // namespace dmid::up
