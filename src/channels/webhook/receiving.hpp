// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channel/inbox.hpp"
#include "channels/webhook/incoming_body.hpp"
#include "channels/webhook/programs.hpp"
#include "channels/webhook/seen.hpp"
#include "channels/webhook/sending.hpp"
#include "net/http_types.hpp"

#include <atomic>
#include <mutex>
#include <string>

namespace dmid::channels::webhook
{
/// Who made a request, proven.
struct Caller
{
    Account account;    ///< as whom it speaks
    std::string id;     ///< of its message; may be empty with a report
    std::string source; ///< whom to count it against: the program, or the URL
};

/// The way in. on_request() and stop() may come from any thread, run() is one at a time.
class Receiving
{
public:
    Receiving(const Programs& programs, Sending& sending, const Clock& clock)
        : programs_{programs}
        , sending_{sending}
        , clock_{clock}
    {
    }

    /// Lets requests in and tells of URLs that are gone, until stop().
    net::Task<> run(channel::Inbox& inbox);
    net::Task<net::HttpResponse> on_request(net::HttpRequest request);
    void stop() noexcept { stopping_ = true; }

private:
    class Serving;
    /// Before the body is looked at: a token that is known, or a signature that could be one.
    Result<> check_credentials(const net::HttpRequest& request) const;
    /// 401, 403 or 400 in words, or who it is.
    Result<Caller> find_caller(const net::HttpRequest& request, const Incoming& said) const;
    Result<Caller> by_signature(const net::HttpRequest& request, const Incoming& said) const;
    Result<Caller> by_token(const net::HttpRequest& request, const Incoming& said) const;
    net::Task<net::HttpResponse> hear(channel::Inbox& inbox, Caller caller, Incoming said, Hash32 hash);
    net::Task<net::HttpResponse> report(channel::Inbox& inbox, Caller caller, Incoming said);
    net::Task<> tell_gone(channel::Inbox& inbox);

    const Programs& programs_;
    Sending& sending_;
    const Clock& clock_;
    Seen seen_;
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;
    channel::Inbox* inbox_ = nullptr; ///< while run() runs
    unsigned serving_ = 0;            ///< requests under way
};
} // namespace dmid::channels::webhook
