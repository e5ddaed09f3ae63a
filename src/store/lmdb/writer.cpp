// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/writer.hpp"

#include <exception>

namespace dmid::store::lmdb
{
namespace
{
// A group's pages stay in memory until its commit, and its first job waits for its last.
constexpr std::size_t kMaxGroup = 512;

Result<void> run_guarded(Job& job, WriteTx& tx)
{
    try
    {
        return job.run(tx);
    }
    catch (const std::exception& e)
    {
        return fail(Errc::internal_bug, std::string{"a write threw: "} + e.what());
    }
}
} // namespace

Writer::Writer(Env& env, std::function<void()> rolled_back)
    : env_{env}
    , rolled_back_{std::move(rolled_back)}
    , thread_{[this] { loop(); }}
{
}

Writer::~Writer()
{
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    work_.notify_one();
    thread_.join();
}

void Writer::submit(std::unique_ptr<Job> job)
{
    bool was_empty = false;
    {
        const std::lock_guard lock{mutex_};
        was_empty = queue_.empty();
        queue_.push_back(std::move(job));
    }
    if (was_empty)
        work_.notify_one();
}

void Writer::loop()
{
    Group group;
    for (;;)
    {
        {
            std::unique_lock lock{mutex_};
            work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty())
                return;
            group.swap(queue_);
        }
        process(group);
        group.clear();
    }
}

void Writer::process(Group& group)
{
    for (std::size_t first = 0; first < group.size(); first += kMaxGroup)
    {
        const std::span jobs{group.data() + first, std::min(kMaxGroup, group.size() - first)};
        auto outcomes = together_with_room(jobs);
        if (outcomes)
        {
            for (std::size_t i = 0; i < jobs.size(); ++i)
                jobs[i]->finish(std::move((*outcomes)[i]));
            continue;
        }
        // One of them may be the reason: each on its own, so that it fails alone.
        for (const auto& job : jobs)
        {
            auto alone = together_with_room({&job, 1});
            if (alone)
                job->finish(std::move(alone->front()));
            else
                job->finish(tl::unexpected(std::move(alone).error()));
        }
    }
}

Result<Writer::Outcomes> Writer::together_with_room(std::span<const std::unique_ptr<Job>> jobs)
{
    for (;;)
    {
        auto outcomes = together(jobs);
        if (outcomes || outcomes.error().code != Errc::store_full || !env_.grow())
            return outcomes;
    }
}

Result<Writer::Outcomes> Writer::together(std::span<const std::unique_ptr<Job>> jobs)
{
    DMID_TRY(auto tx, env_.begin());
    const auto undo = [&](Error why) -> Result<Outcomes>
    {
        Env::abort(tx);
        rolled_back_();
        return tl::unexpected(std::move(why));
    };
    Outcomes outcomes;
    outcomes.reserve(jobs.size());
    for (const auto& job : jobs)
    {
        const auto before = tx.writes();
        outcomes.push_back(run_guarded(*job, tx));
        // A job that failed before it wrote leaves no trace; one that failed later takes the group along.
        if (!outcomes.back() && tx.writes() != before)
            return undo(outcomes.back().error());
    }
    if (tx.writes() == 0)
    {
        Env::abort(tx);
        return outcomes;
    }
    if (auto committed = Env::commit(tx); !committed)
    {
        rolled_back_();
        return tl::unexpected(std::move(committed).error());
    }
    return outcomes;
}
} // namespace dmid::store::lmdb
