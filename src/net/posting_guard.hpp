// SPDX-License-Identifier: Apache-2.0
// Private to net: contexts must outlive the threads that are posting to them.
#pragma once

#include <atomic>
#include <thread>

namespace dmid::net
{
/// Held by a foreign thread while it posts a completion. The coroutine may resume, end, and take its context
/// with it before post() has returned; whoever destroys a context waits for these first.
class PostingGuard
{
public:
    PostingGuard() noexcept { under_way.fetch_add(1); }
    ~PostingGuard() { under_way.fetch_sub(1); }
    PostingGuard(const PostingGuard&) = delete;
    PostingGuard& operator=(const PostingGuard&) = delete;

    /// Nanoseconds, if anything.
    static void wait_for_all() noexcept
    {
        while (under_way.load() != 0)
            std::this_thread::yield();
    }

private:
    static inline std::atomic<int> under_way{0};
};
} // namespace dmid::net
