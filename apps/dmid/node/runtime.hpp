// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "node/home.hpp"

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
    /// Takes over what may change while running (SIGHUP).
    Result<> reload(const config::Config& config);
    /// Stops taking in, lets what runs end within five seconds. Not from one of the node's own threads.
    void stop();

    struct Impl;

private:
    explicit Runtime(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};
} // namespace dmid::node
