// SPDX-License-Identifier: Apache-2.0
#include "chat/connections.hpp"

#include <utility>

namespace dmid::chat
{
namespace
{
constexpr std::size_t kMostKept = 8;
/// Well below what servers wait for the next request: a connection that ends while a message is being written
/// makes its fate uncertain.
constexpr net::Millis kKeptFor{10'000};
} // namespace

std::optional<net::Stream> Connections::take(const net::Executor& executor)
{
    const std::lock_guard lock{mutex_};
    const auto found = kept_.find(&executor.context());
    if (found == kept_.end())
        return std::nullopt;
    std::optional<net::Stream> stream;
    auto& kept = found->second;
    while (!kept.empty() && !stream)
    {
        if (kept.back().until > std::chrono::steady_clock::now() && kept.back().stream.is_quiet())
            stream = std::move(kept.back().stream);
        kept.pop_back();
    }
    if (kept.empty())
        kept_.erase(found);
    return stream;
}

void Connections::keep(net::Stream stream)
{
    stream.expires_after(kKeptFor);
    const auto executor = stream.executor();
    auto* context = &executor.context();
    bool watch = false;
    {
        const std::lock_guard lock{mutex_};
        auto& kept = kept_[context];
        if (kept.size() < kMostKept)
            kept.push_back(Kept{std::move(stream), net::deadline_in(kKeptFor)});
        watch = watched_.insert(context).second;
    }
    if (watch)
        net::watch_context(*context, weak_from_this());
}

void Connections::forget(boost::asio::execution_context* context)
{
    const std::lock_guard lock{mutex_};
    kept_.erase(context);
    watched_.erase(context);
}
} // namespace dmid::chat
