// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/lmdb/env.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

namespace dmid::store::lmdb
{
/// Something to be done in the write transaction. `run` may be called again after its effects were undone,
/// so it starts afresh each time; `finish` is called once, after the commit or with the reason against it.
class Job
{
public:
    virtual ~Job() = default;
    virtual Result<void> run(WriteTx& tx) = 0;
    virtual void finish(Result<void> outcome) = 0;
};

/// The one thread that writes. All that waits when it looks goes into one transaction and one sync to disk;
/// under load groups grow by themselves, an idle store answers at once.
class Writer
{
public:
    /// `rolled_back` runs on the writer's thread whenever a transaction was undone: caches must be emptied.
    Writer(Env& env, std::function<void()> rolled_back);
    /// Finishes what was submitted, then ends.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Queues a job. Never blocks on the disk.
    void submit(std::unique_ptr<Job> job);

    /// Runs `work(tx)` → Result<T> as a job of its own and waits. Never from a job or a completion.
    template <class T, class Work> Result<T> wait(Work work);

private:
    using Group = std::vector<std::unique_ptr<Job>>;
    using Outcomes = std::vector<Result<void>>;

    void loop();
    void process(Group& group);
    /// All in one transaction: outcomes per job, or the error that undid everything.
    Result<Outcomes> together(std::span<const std::unique_ptr<Job>> jobs);
    /// The same, growing the map as long as that helps.
    Result<Outcomes> together_with_room(std::span<const std::unique_ptr<Job>> jobs);

    Env& env_;
    std::function<void()> rolled_back_;
    std::mutex mutex_;
    std::condition_variable work_;
    Group queue_;
    bool stopping_ = false;
    std::thread thread_;
};

template <class T, class Work> Result<T> Writer::wait(Work work)
{
    struct State
    {
        Result<T> value = fail(Errc::internal_bug, "job did not run");
        std::binary_semaphore ready{0};
    } state;
    struct Waiting final : Job
    {
        Waiting(State& s, Work w)
            : state{s}
            , work{std::move(w)}
        {
        }
        Result<void> run(WriteTx& tx) override
        {
            state.value = work(tx);
            if (!state.value)
                return tl::unexpected(state.value.error());
            return {};
        }
        void finish(Result<void> outcome) override
        {
            if (!outcome)
                state.value = tl::unexpected(std::move(outcome).error());
            state.ready.release();
        }
        State& state;
        Work work;
    };
    submit(std::make_unique<Waiting>(state, std::move(work)));
    state.ready.acquire();
    return std::move(state.value);
}
} // namespace dmid::store::lmdb
