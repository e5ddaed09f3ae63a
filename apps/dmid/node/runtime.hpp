// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/differences.hpp"
#include "node/home.hpp"

#include <chrono>
#include <memory>

namespace dmid::node
{
/// A running node: doors, flow, workers, channels. Built bottom up, taken down in the opposite order.
class Runtime
{
public:
    /// Opens keys and store, prepares everything; nothing listens yet. Blocks for as long as the keys take.
    static Result<std::unique_ptr<Runtime>> make(Setup setup);
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    /// Starts the workers, listens, writes the ready file. Gives the address of the door. net.bind.
    Result<std::string> start();
    /// Takes over what may change while running (SIGHUP); the log says what changed and what waits for a
    /// restart, and so does the answer. On an error nothing changes and the alarm `config` is raised.
    Result<std::vector<config::Difference>> reload(const Result<config::Config>& config);
    /// Whether every thread that does the node's work takes something up within the time. Blocks for as long.
    /// Not from one of them.
    bool responds(std::chrono::microseconds within) const;
    /// Stops taking in, lets what runs end, all within five seconds: doors close, WebSockets are told 1001,
    /// a leg that is under way then goes out again after the next start. Not from one of the node's threads.
    void stop();
    /// Everything about a configuration that can be known without opening keys, stores and doors: the
    /// registry, endpoints, numbers, addresses, and that the files it names can be read.
    static Result<> check(const Setup& setup);

    struct Impl;

private:
    explicit Runtime(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};
} // namespace dmid::node
