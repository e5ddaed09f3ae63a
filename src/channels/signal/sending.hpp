// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channel/channel.hpp"
#include "channels/signal/daemon.hpp"
#include "channels/signal/plan.hpp"
#include "channels/signal/revisions.hpp"
#include "channels/signal/send_result.hpp"
#include "channels/signal/suspects.hpp"
#include "chat/progress.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace dmid::channels::signal
{
/// The way out. Thread-safe; everything of a message runs on its caller's executor.
class Sending
{
public:
    Sending(const Daemon& daemon, std::string account, Suspects& suspects, Revisions& revisions,
            const Clock& clock)
        : daemon_{daemon}
        , account_{std::move(account)}
        , suspects_{suspects}
        , revisions_{revisions}
        , clock_{clock}
    {
    }

    /// As Channel::send().
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message);
    /// The node's own words, once; at most 10 s. An error says that they did not all go out.
    net::Task<Result<>> say(std::string address, std::string words, std::string answers);
    /// The call that asks Signal whose a phone number is at present.
    RpcCall look_up(const std::string& number) const;
    /// Signal wanted a proof that a person is there, and has sent nothing since.
    bool wants_captcha() const noexcept { return wants_captcha_; }

private:
    /// One message or change on its way.
    struct Way
    {
        std::string address;
        net::Deadline deadline;
    };
    RpcCall call_to(const Way& way, const char* method) const;
    /// Puts author and time of the message `quotes` into the call, where it names one.
    void add_quote(RpcCall& call, const Way& way, const std::string& quotes) const;
    /// Asks once.
    net::Task<SendMeaning> deliver(Way way, RpcCall call);
    net::Task<SendMeaning> send_steps(Way way, const channel::Leg& leg, const channel::Outgoing& message,
                                      chat::Progress::Done& done);

    // Amendments: `ids` of the message that they change; those of new messages are added.
    net::Task<SendMeaning> amend(Way way, const channel::Outgoing& message, std::vector<std::string>& ids);
    net::Task<SendMeaning> edit(Way way, channel::Outgoing message, std::vector<std::string>& ids);
    net::Task<SendMeaning> take_back(Way way, std::vector<std::string> ids);
    net::Task<SendMeaning> react(Way way, std::string id, std::string emoji);

    const Daemon& daemon_;
    std::string account_;
    Suspects& suspects_;
    Revisions& revisions_;
    const Clock& clock_;
    chat::Progress progress_;
    std::atomic<bool> wants_captcha_{false};
};
} // namespace dmid::channels::signal
