// SPDX-License-Identifier: Apache-2.0
// Private to net: the thread that talks to libunbound.
#pragma once

#include "net/dns.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

struct ub_ctx;
struct ub_result;

namespace dmid::net
{
/// One lookup that somebody waits for: shared by the waiting coroutine and the engine, which may outlive it.
/// The coroutine sleeps on `timer`; an answer cancels it. So the sleeper belongs to its own context like any
/// other, ends with it, and nothing is posted to a context that is gone.
class DnsWaiter : public std::enable_shared_from_this<DnsWaiter>
{
public:
    explicit DnsWaiter(boost::asio::steady_timer& timer);
    /// From any thread: keeps the answer and wakes the sleeper, unless it has left.
    void deliver(DnsAnswer answer);
    /// By the coroutine, on its executor, before `timer` dies: what came, if anything. Nothing comes
    /// afterwards.
    std::optional<DnsAnswer> leave();

private:
    std::mutex mutex_;
    boost::asio::steady_timer* timer_;
    std::optional<DnsAnswer> answer_;
};

/// libunbound with all calls on one thread of ours, which the first question starts; libunbound resolves on
/// another one of its own. Thread-safe.
class DnsEngine
{
public:
    /// As make_dns().
    static Result<std::shared_ptr<DnsEngine>> make(const DnsOptions& options);
    /// Ends both threads (milliseconds, whatever the servers do); waiters get `failed`.
    ~DnsEngine();
    DnsEngine(const DnsEngine&) = delete;
    DnsEngine& operator=(const DnsEngine&) = delete;

    /// False when kMaxDnsLookups are under way.
    bool ask(std::string name, DnsType type, const std::shared_ptr<DnsWaiter>& waiter);

private:
    struct Question
    {
        DnsEngine* engine = nullptr;
        std::uint64_t id = 0;
        std::string name;
        DnsType type = DnsType::a;
        std::weak_ptr<DnsWaiter> waiter;
    };
    struct Delete
    {
        void operator()(ub_ctx* context) const noexcept;
    };

    DnsEngine();
    Result<> configure(const DnsOptions& options);
    void start();
    void wake() noexcept;
    void run();
    void submit_new();
    void submit(const Question* question);
    void finish(std::uint64_t id, DnsAnswer answer);
    static void on_answer(void* data, int error, ub_result* result);

    std::unique_ptr<ub_ctx, Delete> context_;
    int wake_fd_ = -1;
    std::thread thread_;

    std::mutex mutex_;
    bool started_ = false;
    bool stopping_ = false;
    std::uint64_t last_id_ = 0;
    std::deque<const Question*> new_;
    std::map<std::uint64_t, Question>
        under_way_; // all of them; libunbound holds pointers to what stands here
};
} // namespace dmid::net
