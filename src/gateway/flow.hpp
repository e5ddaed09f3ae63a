// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "gateway/context.hpp"
#include "gateway/known_as.hpp"
#include "gateway/name_talk.hpp"
#include "gateway/turn.hpp"

namespace dmid::gateway
{
struct Arrival;

/// The way of a message, the same for every door and channel:
///
///     receive → authenticate → resolve → authorise → route → deliver → receipt
///
/// receive() takes a message in up to the door's answer; the other two are work that survives the process.
class Flow final : public channel::Inbox
{
public:
    explicit Flow(Context& context)
        : context_{context}
    {
    }

    net::Task<channel::Answer> receive(channel::Inbound message) override;
    net::Task<channel::Answer> expects(channel::Destination destination) override;
    net::Task<channel::Answer> answer(channel::OwnerWords words) override;
    net::Task<channel::Heard> hear(channel::ChatLine line) override;
    net::Task<channel::Answer> report(channel::Report what) override;
    net::Task<channel::Answer> changed_hands(channel::HandsChanged what) override;
    net::Task<Result<std::string>> sign_in(std::string user, std::string password,
                                           std::string source) override;

    /// Work of the fan-out queue: an accepted message, a released one, or one that the owner sent.
    net::Task<> route(store::WorkItem item);
    /// Work of a channel's queue: one leg. The turn is over once the channel has answered.
    net::Task<> deliver(store::WorkItem item, Turn turn);

private:
    net::Task<channel::Answer> take_in(Arrival& arrival);
    net::Task<channel::Heard> hear_line(channel::ChatLine line);
    net::Task<channel::Heard> hear_owner(channel::ChatLine line, std::string text, KnownMessage known,
                                         bool by_code);
    net::Task<channel::Heard> hear_other(channel::ChatLine line);
    net::Task<channel::Heard> hear_for(channel::ChatLine line, model::Number number,
                                       std::optional<model::Tail> ext, std::string text);
    net::Task<channel::Heard> hear_confirmed(NameStep step, std::string native_id);

    Context& context_;
};
} // namespace dmid::gateway
