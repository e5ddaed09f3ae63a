// SPDX-License-Identifier: Apache-2.0
#include "channels/email/smtp_pool.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::email
{
namespace
{
/// Ends it where the sweep does not come (its context is stuck).
constexpr std::chrono::seconds kGrace{2};
/// As many as legs that are under way at once.
constexpr std::size_t kMaxKept = 8;
constexpr std::chrono::milliseconds kFarewells{1'000};
} // namespace

std::unique_ptr<SmtpDialogue> SmtpPool::take(const net::Executor& executor)
{
    const std::lock_guard lock{mutex_};
    const auto found = shelves_.find(&executor.context());
    if (found == shelves_.end())
        return nullptr;
    auto& kept = found->second.kept;
    while (!kept.empty())
    {
        auto dialogue = std::move(kept.back().dialogue);
        kept.pop_back();
        if (dialogue->reusable())
            return dialogue;
    }
    return nullptr;
}

std::unique_ptr<SmtpDialogue> SmtpPool::keep(std::unique_ptr<SmtpDialogue> dialogue)
{
    if (!dialogue->reusable())
        return dialogue;
    const auto executor = dialogue->executor();
    auto* context = &executor.context();
    bool sweeps = false;
    bool watch = false;
    {
        const std::lock_guard lock{mutex_};
        auto& shelf = shelves_[context];
        if (stopped_ || shelf.kept.size() >= kMaxKept)
            return dialogue;
        dialogue->expires_at(net::deadline_in(kept_for_ + kGrace));
        shelf.kept.push_back(Kept{std::move(dialogue), net::deadline_in(kept_for_)});
        sweeps = !std::exchange(shelf.swept, true);
        watch = watched_.insert(context).second;
    }
    if (watch)
        net::watch_context(*context, weak_from_this());
    if (sweeps)
        net::spawn(executor, sweep(weak_from_this(), context, kept_for_));
    return nullptr;
}

std::vector<std::unique_ptr<SmtpDialogue>> SmtpPool::overdue(Context* context, net::Deadline now,
                                                             std::optional<net::Deadline>& next)
{
    std::vector<std::unique_ptr<SmtpDialogue>> out;
    const std::lock_guard lock{mutex_};
    const auto found = shelves_.find(context);
    if (found == shelves_.end())
        return out;
    auto& kept = found->second.kept;
    for (auto& one : kept)
    {
        if (one.until <= now)
            out.push_back(std::move(one.dialogue));
        else if (!next || one.until < *next)
            next = one.until;
    }
    std::erase_if(kept, [](const auto& one) { return one.dialogue == nullptr; });
    if (!next)
        shelves_.erase(found);
    return out;
}

net::Task<> SmtpPool::sweep(std::weak_ptr<SmtpPool> weak, Context* context, net::Millis first)
{
    auto wait = first;
    for (;;)
    {
        co_await net::sleep_for(wait);
        std::optional<net::Deadline> next;
        std::vector<std::unique_ptr<SmtpDialogue>> idle;
        const auto now = std::chrono::steady_clock::now();
        if (const auto self = weak.lock())
            idle = self->overdue(context, now, next);
        for (auto& dialogue : idle)
            co_await dialogue->quit(net::Deadline::max());
        if (!next)
            co_return;
        wait =
            std::max(std::chrono::duration_cast<net::Millis>(*next - now), net::Millis{0}) + net::Millis{1};
    }
}

net::Task<> SmtpPool::farewell(std::shared_ptr<SmtpPool> self, std::unique_ptr<SmtpDialogue> dialogue)
{
    co_await dialogue->quit(net::Deadline::max());
    dialogue.reset();
    const std::lock_guard lock{self->mutex_};
    --self->farewells_;
    self->said_.notify_all();
}

void SmtpPool::stop()
{
    std::vector<std::unique_ptr<SmtpDialogue>> all;
    {
        const std::lock_guard lock{mutex_};
        stopped_ = true;
        for (auto& [context, shelf] : shelves_)
            for (auto& one : shelf.kept)
                all.push_back(std::move(one.dialogue));
        shelves_.clear();
        farewells_ += all.size();
    }
    for (auto& dialogue : all)
    {
        const auto executor = dialogue->executor();
        net::spawn(executor, farewell(shared_from_this(), std::move(dialogue)));
    }
    std::unique_lock lock{mutex_};
    said_.wait_for(lock, kFarewells, [this] { return farewells_ == 0; });
}

void SmtpPool::forget(Context* context)
{
    const std::lock_guard lock{mutex_};
    shelves_.erase(context);
    watched_.erase(context);
}
} // namespace dmid::channels::email
