// SPDX-License-Identifier: Apache-2.0
#include "gateway/stages.hpp"
#include "seal/nip59.hpp"

namespace dmid::gateway
{
channel::Answer refuse(Errc code, std::string reason)
{
    channel::Answer answer;
    answer.yes = retryable(code) || kind(code) == ErrorKind::fault ? channel::Yes::later : channel::Yes::no;
    answer.code = code;
    answer.reason = reason.empty() ? std::string{advice(code)} : std::move(reason);
    return answer;
}

channel::Answer refuse(const Error& error)
{
    // What the store or the chain says is for the log; the sender gets the advice.
    const bool ours = kind(error.code) == ErrorKind::fault || retryable(error.code);
    return refuse(error.code, ours ? std::string{} : error.context);
}

namespace
{
Refusal receive_wrap(Context& context, Arrival& arrival)
{
    auto event = seal::parse_event(arrival.in.body);
    if (!event)
        return refuse(event.error());
    const auto recipient = seal::wrap_recipient(*event);
    if (!recipient)
        return refuse(recipient.error());
    arrival.to = context.served.by_key(*recipient);
    if (!arrival.to)
        return refuse(Errc::gateway_not_served);
    if (const auto timely = seal::check_wrap_time(*event, arrival.now); !timely)
        return refuse(timely.error());
    if (const auto genuine = seal::verify(*event); !genuine)
        return refuse(genuine.error());
    arrival.promised = event->id;
    arrival.size = arrival.in.body.size();
    arrival.wrap = std::move(*event);
    return std::nullopt;
}

Refusal receive_signed(Context& context, Arrival& arrival)
{
    auto message = seal::parse_signed_text(arrival.in.body, context.resolver.network());
    if (!message)
        return refuse(message.error());
    arrival.to = context.served.by_number(message->to.number);
    if (!arrival.to)
        return refuse(Errc::gateway_not_served);
    if (arrival.to->identity != message->to)
        return refuse(Errc::message_recipient, "the number has another epoch now; resolve it again");
    const auto digest = seal::signed_text_digest(*message);
    if (!digest)
        return refuse(digest.error());
    arrival.promised = *digest;
    arrival.size = arrival.in.body.size();
    arrival.signed_text = std::move(*message);
    return std::nullopt;
}

Refusal receive_letter(Context& context, Arrival& arrival)
{
    const auto& letter = *arrival.in.letter;
    arrival.to = context.served.by_number(letter.number);
    if (!arrival.to)
        return refuse(Errc::gateway_not_served);
    arrival.size = letter.subject.size() + letter.text.size();
    for (const auto& file : letter.files)
        arrival.size += file.size;
    if (letter.text.size() > model::kMaxText || letter.files.size() >= model::kMaxParts)
        return refuse(Errc::message_too_large);
    return std::nullopt;
}
} // namespace

Refusal receive(Context& context, Arrival& arrival)
{
    switch (arrival.in.shape)
    {
    case channel::Shape::wrap:
        return receive_wrap(context, arrival);
    case channel::Shape::signed_text:
        return receive_signed(context, arrival);
    case channel::Shape::letter:
        if (arrival.in.letter)
            return receive_letter(context, arrival);
        break;
    }
    return refuse(Errc::internal_unsupported);
}
} // namespace dmid::gateway
