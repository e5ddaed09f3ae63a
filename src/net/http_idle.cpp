// SPDX-License-Identifier: Apache-2.0
#include "net/http_idle.hpp"

#include <utility>

namespace dmid::net
{
namespace
{
constexpr std::size_t kMaxIdle = 8;
constexpr std::size_t kMaxPlaces = 256;
constexpr std::chrono::seconds kIdleFor{20};
} // namespace

std::optional<Stream> IdleConnections::take(const Key& key)
{
    const std::lock_guard lock{mutex_};
    const auto found = idle_.find(key);
    if (found == idle_.end())
        return std::nullopt;
    std::optional<Stream> stream;
    auto& kept = found->second;
    while (!kept.empty() && !stream)
    {
        if (kept.back().until > std::chrono::steady_clock::now() && kept.back().stream.is_quiet())
            stream = std::move(kept.back().stream);
        kept.pop_back();
    }
    if (kept.empty())
        idle_.erase(found);
    return stream;
}

void IdleConnections::keep(const Key& key, Stream stream)
{
    stream.expires_after(kIdleFor);
    auto* context = std::get<Context*>(key);
    bool watch = false;
    {
        const std::lock_guard lock{mutex_};
        if (idle_.size() >= kMaxPlaces && !idle_.contains(key))
            return;
        auto& kept = idle_[key];
        if (kept.size() < kMaxIdle)
            kept.push_back(Idle{std::move(stream), deadline_in(kIdleFor)});
        watch = watched_.insert(context).second;
    }
    if (watch)
        watch_context(*context, weak_from_this());
}

void IdleConnections::forget(Context* context)
{
    const std::lock_guard lock{mutex_};
    std::erase_if(idle_, [&](const auto& entry) { return std::get<Context*>(entry.first) == context; });
    watched_.erase(context);
}

void IdleConnections::clear()
{
    const std::lock_guard lock{mutex_};
    idle_.clear();
}
} // namespace dmid::net
