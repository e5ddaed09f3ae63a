// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "channels/signal/envelope.hpp"
#include "channels/signal/feed.hpp"
#include "channels/signal/identities.hpp"
#include "channels/signal/sending.hpp"
#include "chat/spool.hpp"

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace dmid::channels::signal
{
/// How messages come in.
struct ReceivingOptions
{
    std::string account;
    std::uint64_t max_file = 25'000'000; ///< bytes of all files of one message
    bool trust_when_told = true;     ///< trust a new key once the inbox knows that the address changed hands
    net::Millis backoff{1'000};      ///< first pause after a failure; doubles up to 64 of them
    net::Millis look_every{600'000}; ///< how often all keys are looked through
};

/// The way in. run() is one at a time; stop() and trouble() may come from any thread.
class Receiving
{
public:
    Receiving(const Daemon& daemon, Sending& sending, Suspects& suspects, Revisions& revisions,
              const chat::FileSpool& spool, ReceivingOptions options)
        : daemon_{daemon}
        , sending_{sending}
        , suspects_{suspects}
        , revisions_{revisions}
        , spool_{spool}
        , options_{std::move(options)}
    {
    }

    /// Listens until stop(), again and again.
    net::Task<> run(channel::Inbox& inbox);
    void stop() noexcept { stopping_ = true; }
    /// Why nothing comes in at present, in words; empty where all is well.
    std::string trouble() const;

private:
    struct PendingReport
    {
        channel::Report report;
        unsigned tries = 0;
        net::Deadline next;
    };

    // Listening.
    net::Task<> listen(channel::Inbox& inbox);
    /// Version and account; an error where nothing can come of it.
    net::Task<Result<>> greet();
    net::Task<Error> serve(channel::Inbox& inbox, Feed& feed);
    net::Task<> leave_when_stopped(Feed& feed);
    /// False where it must stop with the item not done.
    net::Task<bool> hand_in(channel::Inbox& inbox, const FeedItem& item);
    net::Task<bool> hear(channel::Inbox& inbox, Arrived arrived);
    /// Puts the files into the line, or says why not; an error where the disk is the reason.
    net::Task<Result<>> fetch_files(Arrived& arrived);
    net::Task<Result<channel::File>> fetch_file(const std::string& sender, Attachment attachment,
                                                std::uint64_t room);
    net::Task<Result<RpcAnswer>> ask(RpcCall call, net::Millis limit,
                                     std::size_t max_answer = kMaxAnswer) const;

    // Beside it.
    net::Task<> watch(channel::Inbox& inbox);
    void keep_reports(std::vector<channel::Report> reports);
    net::Task<> tell_reports(channel::Inbox& inbox);
    net::Task<Result<>> look_through_keys();
    net::Task<> look_into(channel::Inbox& inbox, std::string address);

    /// False when stop() came.
    net::Task<bool> pause(net::Millis duration) const;
    void set_trouble(std::string words);

    const Daemon& daemon_;
    Sending& sending_;
    Suspects& suspects_;
    Revisions& revisions_;
    const chat::FileSpool& spool_;
    ReceivingOptions options_;
    std::atomic<bool> stopping_{false};
    std::string last_event_ = "0"; ///< an unknown one: at first all that is kept comes again
    std::deque<PendingReport> reports_;
    std::map<std::string, std::string> keys_;   ///< fingerprints at the last look
    std::map<std::string, std::string> alarms_; ///< the fingerprint that was told of each address
    mutable std::mutex mutex_;
    std::string trouble_;
    std::string remark_; ///< a trouble that stays: the daemon's version
};
} // namespace dmid::channels::signal
