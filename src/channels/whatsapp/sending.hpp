// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channel/channel.hpp"
#include "channels/whatsapp/api_client.hpp"
#include "channels/whatsapp/health.hpp"
#include "channels/whatsapp/memory.hpp"
#include "channels/whatsapp/pace.hpp"
#include "channels/whatsapp/plan.hpp"
#include "channels/whatsapp/sent_ids.hpp"
#include "chat/progress.hpp"

#include <string>
#include <vector>

namespace dmid::channels::whatsapp
{
/// What came of one call for a person.
struct Delivered
{
    channel::Outcome outcome = channel::Outcome::unreachable;
    Errc code = Errc::channel_unreachable;
    std::string detail; ///< unmasked
    std::optional<UnixMillis> retry_at;
    std::optional<ApiAnswer> answer; ///< where there was one
    bool window_closed = false;
    bool ok() const noexcept { return outcome == channel::Outcome::accepted; }
};

/// Who sends, and what goes where nothing else may.
struct SendingOptions
{
    std::string number_id;     ///< the business's phone number id
    Template invitation;       ///< name empty: there is none
    bool carries_text = false; ///< the template's parameter may hold a message
};

/// The way out. Thread-safe; everything of a message runs on its caller's executor.
class Sending
{
public:
    Sending(const ApiClient& client, Pace& pace, Memory& memory, SentIds& sent, Health& health,
            const Clock& clock, SendingOptions options)
        : client_{client}
        , pace_{pace}
        , memory_{memory}
        , sent_{sent}
        , health_{health}
        , clock_{clock}
        , options_{std::move(options)}
    {
    }

    /// As Channel::send().
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message);
    /// The node's own words, once, to somebody who just wrote; at most 10 s. An error says that they did not
    /// all go out.
    net::Task<Result<>> say(std::string account, std::string words, std::string answers);

private:
    /// One message on its way.
    struct Way
    {
        std::string account;
        std::string token; ///< comes back in its statuses
        net::Deadline deadline;
    };
    Addressing addressing(const Way& way, std::string answers = {}) const;
    /// Asks once.
    net::Task<Delivered> ask(Way way, ApiCall call);
    /// Waits for its turn before that, and remembers the message's id, which is added to `ids`.
    net::Task<Delivered> deliver(Way way, ApiCall call, SentIds::What what, std::vector<std::string>& ids);
    net::Task<Delivered> deliver_file(Way way, const channel::File& file, Shown shown, std::string text,
                                      std::string answers, std::vector<std::string>& ids);
    net::Task<Delivered> deliver_step(Way way, const chat::Step& step, std::string text, std::string answers,
                                      std::vector<std::string>& ids);
    net::Task<Delivered> send_parts(Way way, const channel::Leg& leg, const channel::Outgoing& message,
                                    chat::Progress::Done& done);
    net::Task<Delivered> react(Way way, const channel::Outgoing& message, std::vector<std::string>& ids);

    // Outside the 24 hours (outside.cpp).
    net::Task<Delivered> send_outside(Way way, const channel::Leg& leg, const channel::Outgoing& message,
                                      Window window, std::vector<std::string>& ids);
    net::Task<Delivered> invite(Way way, const channel::Leg& leg, const channel::Outgoing& message);
    Delivered waits(const channel::Leg& leg, std::string detail) const;

    const ApiClient& client_;
    Pace& pace_;
    Memory& memory_;
    SentIds& sent_;
    Health& health_;
    const Clock& clock_;
    SendingOptions options_;
    chat::Progress progress_;
};
} // namespace dmid::channels::whatsapp
