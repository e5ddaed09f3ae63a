// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "up/local_chain.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace dmid::up
{
/// Has blocks mined in a thread of its own, while the main one waits for them.
class Miner
{
public:
    /// `interrupted` is asked ten times a second on the miner's thread.
    Miner(LocalChain& chain, std::function<void()> interrupted);
    ~Miner();
    Miner(const Miner&) = delete;
    Miner& operator=(const Miner&) = delete;

    /// The chain, for as long as the miner is kept from it.
    template <class F> auto with_chain(F&& use)
    {
        const std::lock_guard lock{mutex_};
        return use(chain_);
    }
    /// What the last try said; empty where it went well.
    std::string trouble() const;

private:
    void run();

    LocalChain& chain_;
    std::function<void()> interrupted_;
    mutable std::mutex mutex_;
    std::string trouble_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};
} // namespace dmid::up
