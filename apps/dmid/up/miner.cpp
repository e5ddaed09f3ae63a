// SPDX-License-Identifier: Apache-2.0
#include "up/miner.hpp"

namespace dmid::up
{
Miner::Miner(LocalChain& chain, std::function<void()> interrupted)
    : chain_{chain}
    , interrupted_{std::move(interrupted)}
    , thread_{[this] { run(); }}
{
}

Miner::~Miner()
{
    stopping_ = true;
    thread_.join();
}

std::string Miner::trouble() const
{
    const std::lock_guard lock{mutex_};
    return trouble_;
}

void Miner::run()
{
    while (!stopping_)
    {
        interrupted_();
        {
            const std::lock_guard lock{mutex_};
            const auto done = chain_.tick();
            trouble_ = done ? std::string{} : to_string(done.error());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
}
} // namespace dmid::up
