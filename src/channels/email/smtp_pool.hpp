// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/smtp_dialogue.hpp"
#include "net/context_watch.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace dmid::channels::email
{
/// Connections to the submission server between two messages, by the context that drives them. Thread-safe;
/// lives in a shared_ptr.
class SmtpPool final : public net::ConnectionKeeper, public std::enable_shared_from_this<SmtpPool>
{
public:
    explicit SmtpPool(net::Millis kept_for)
        : kept_for_{kept_for}
    {
    }

    /// The one that was used last and is still quiet, of this executor's context; nullptr where there is
    /// none.
    std::unique_ptr<SmtpDialogue> take(const net::Executor& executor);
    /// Keeps one that can carry another message: at most 8 of a context, until its time is over: then it says
    /// QUIT. Gives back what it does not keep. On the connection's own executor.
    std::unique_ptr<SmtpDialogue> keep(std::unique_ptr<SmtpDialogue> dialogue);
    /// See SmtpClient::stop().
    void stop();

    void forget(boost::asio::execution_context* context) override;

private:
    using Context = boost::asio::execution_context;
    struct Kept
    {
        std::unique_ptr<SmtpDialogue> dialogue;
        net::Deadline until;
    };
    /// Of one context, the one that was used last at the end.
    struct Shelf
    {
        std::vector<Kept> kept;
        bool swept = false; ///< a sweep() of it is running
    };

    /// Ends what nobody took for too long: looks after `first`, then when the next is due; runs as long as a
    /// context's shelf holds anything.
    static net::Task<> sweep(std::weak_ptr<SmtpPool> weak, Context* context, net::Millis first);
    /// What is overdue at `now`, and in `next` when to look again; nothing there: the sweep has ended.
    std::vector<std::unique_ptr<SmtpDialogue>> overdue(Context* context, net::Deadline now,
                                                       std::optional<net::Deadline>& next);
    static net::Task<> farewell(std::shared_ptr<SmtpPool> self, std::unique_ptr<SmtpDialogue> dialogue);

    net::Millis kept_for_;
    std::mutex mutex_;
    std::condition_variable said_;
    std::map<Context*, Shelf> shelves_;
    std::set<Context*> watched_;
    std::size_t farewells_ = 0; ///< under way since stop()
    bool stopped_ = false;
};
} // namespace dmid::channels::email
