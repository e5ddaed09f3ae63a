// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/on_completion.hpp"

#include <functional>
#include <memory>

namespace dmid::gateway
{
/// Two threads for work that waits for the disk: no door's. Thread-safe. Its end waits for what runs.
class Aside
{
public:
    Aside();
    ~Aside();
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;

    void post(std::function<void()> work);

    /// Runs `work`, which must not throw, and resumes on the caller's executor. Name it before the co_await
    /// (g++ 12).
    template <class T> net::Task<T> run(std::function<T()> work)
    {
        auto start = [this, job = std::move(work)](std::function<void(T)> done) mutable
        { post([job = std::move(job), done = std::move(done)] { done(job()); }); };
        co_return co_await net::on_completion<T>(std::move(start));
    }

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};
} // namespace dmid::gateway
