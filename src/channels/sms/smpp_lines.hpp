// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/trouble.hpp"
#include "channels/sms/smpp_session.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace dmid::channels::sms
{
/// All connections to all services. Submissions wait in one queue, and go in turn over the connections that
/// are up and have room in their window. While hold() is in force every connection is kept, and made again
/// after growing pauses; otherwise they are made when there is something to send and end when nothing uses
/// them any more.
///
/// submit(), hold() and release() from any thread; all else on `io`, which one thread drives. Lives in a
/// shared_ptr.
class SmppLines : public std::enable_shared_from_this<SmppLines>
{
public:
    using Delivered = std::function<void(SmppSession&, Pdu)>;
    /// Submissions that wait at once; more are deferred.
    static constexpr std::size_t kMostWaiting = 10'000;

    SmppLines(net::Executor io, std::vector<SmppService> services, SmppTiming timing, net::Dialer dialer);
    ~SmppLines();
    SmppLines(const SmppLines&) = delete;
    SmppLines& operator=(const SmppLines&) = delete;

    /// Sees to it that `done` is given, unless nobody waits any more: what is not handed over at `until` is
    /// for the caller to call back. unreachable as soon as no connection is up or about to be; deferred where
    /// all of them were asked to slow down for longer.
    void submit(SubmissionPtr submission);
    /// Keeps all connections from now on and tells what they deliver.
    void hold(Delivered delivered);
    /// The opposite: unbinds what nothing uses; `done` when no connection is left.
    void release(std::shared_ptr<Handoff<bool>> done);
    /// Which connections are down, and why; empty where all is well. Thread-safe.
    std::string trouble() const { return troubles_.words(); }

private:
    class Line;
    void take(SubmissionPtr submission);
    /// Starts the lines that should be there.
    void ensure();
    void pump();
    /// The next line that may send now; nullptr, and in `next` when to look again.
    Line* free_line(net::Deadline now, net::Deadline& next);
    void answer_waiting(net::Deadline now);
    void wake_at(net::Deadline when);
    bool wanted() const;
    void ended();
    static net::Task<> keep(std::shared_ptr<SmppLines> self, Line* line);

    net::Executor io_;
    SmppTiming timing_;
    net::Dialer dialer_;
    std::vector<std::unique_ptr<Line>> lines_;
    std::size_t turn_ = 0;
    std::deque<SubmissionPtr> waiting_;
    boost::asio::steady_timer timer_;
    Delivered delivered_; ///< while held
    bool held_ = false;
    net::Deadline used_at_;
    std::vector<std::shared_ptr<Handoff<bool>>> released_;
    channel::Troubles troubles_;
};
} // namespace dmid::channels::sms
