// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channel/channel.hpp"
#include "channels/telegram/api_client.hpp"
#include "channels/telegram/pace.hpp"
#include "channels/telegram/plan.hpp"
#include "chat/progress.hpp"

#include <string>
#include <vector>

namespace dmid::channels::telegram
{
/// What came of one call for a chat.
struct Delivered
{
    channel::Outcome outcome = channel::Outcome::unreachable;
    Errc code = Errc::channel_unreachable;
    std::string detail; ///< unmasked
    std::optional<UnixMillis> retry_at;
    std::optional<ApiAnswer> answer; ///< where there was one
    bool ok() const noexcept { return outcome == channel::Outcome::accepted; }
};

/// The way out. Thread-safe; everything of a message runs on its caller's executor.
class Sending
{
public:
    Sending(const ApiClient& client, Pace& pace, const Clock& clock)
        : client_{client}
        , pace_{pace}
        , clock_{clock}
    {
    }

    /// As Channel::send().
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message);
    /// The node's own words, once; at most 10 s. An error says that they did not all go out.
    net::Task<Result<>> say(std::int64_t chat, std::string words, std::optional<std::int64_t> answers);

private:
    /// One message or change on its way.
    struct Way
    {
        std::int64_t chat = 0;
        net::Deadline deadline;
    };
    /// Waits for its turn and asks once.
    net::Task<Delivered> deliver(Way way, ApiCall call);
    net::Task<Delivered> send_step(Way way, const chat::Step& step, std::string text,
                                   std::optional<std::int64_t> answers);
    net::Task<Delivered> send_parts(Way way, const channel::Leg& leg, const channel::Outgoing& message,
                                    chat::Progress::Done& done);

    // Amendments: `ids` of the message that they change; those of new messages are added.
    net::Task<Delivered> amend(Way way, const channel::Outgoing& message, std::vector<std::string>& ids);
    net::Task<Delivered> edit(Way way, channel::Outgoing message, std::vector<std::string>& ids);
    net::Task<Delivered> edit_one(Way way, std::int64_t id, std::string text);
    net::Task<Delivered> drop_surplus(Way way, std::int64_t id);
    net::Task<Delivered> take_back(Way way, std::vector<std::string> ids);
    net::Task<Delivered> react(Way way, std::int64_t id, std::string emoji);

    const ApiClient& client_;
    Pace& pace_;
    const Clock& clock_;
    chat::Progress progress_;
};
} // namespace dmid::channels::telegram
