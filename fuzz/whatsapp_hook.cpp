// SPDX-License-Identifier: Apache-2.0
// Whatever a webhook or an answer of Meta's says: lines are well-formed and within limits, accounts and ids
// are what they are taken for, and nothing of an answer is more than it says.
#include "base/bytes.hpp"
#include "channels/whatsapp/address.hpp"
#include "channels/whatsapp/api_answer.hpp"
#include "channels/whatsapp/hook.hpp"
#include "channels/whatsapp/people.hpp"
#include "model/envelope.hpp"

#include <cstdint>
#include <cstdlib>

namespace
{
using namespace dmid::channels::whatsapp;

void hold(bool holds)
{
    if (!holds)
        std::abort();
}

bool is_account(const std::string& text)
{
    const auto parsed = parse_account(text);
    return parsed && *parsed == text;
}

void look_at(const Message& message)
{
    hold(is_account(message.writer.account) && is_meta_id(message.id));
    hold(message.line.native_id == message.id);
    hold(dmid::is_utf8(message.line.text) && message.line.text.size() <= dmid::model::kMaxText);
    hold(dmid::is_utf8(message.line.called) && message.line.called.find('\n') == std::string::npos);
    hold(message.line.answers.empty() || is_meta_id(message.line.answers));
    for (const auto& file : message.files)
        hold(is_digits_id(file.media_id) && dmid::is_utf8(file.name) &&
             file.name.find('/') == std::string::npos);
}

void look_at(const Event& event)
{
    if (const auto* message = std::get_if<Message>(&event))
        look_at(*message);
    else if (const auto* moved = std::get_if<Moved>(&event))
        hold(is_account(moved->account));
    else if (const auto& status = std::get<Status>(event); !status.recipient.empty())
        hold(is_account(status.recipient) && is_meta_id(status.id));
}

void look_at_answer(const ApiAnswer& answer)
{
    const auto meaning = meaning_of(answer);
    hold((meaning.outcome == dmid::channel::Outcome::accepted) == answer.ok);
    const auto sent = sent_message(answer);
    hold(!sent || is_meta_id(sent->id));
    const auto upload = uploaded_id(answer);
    hold(!upload || is_digits_id(*upload));
    (void)media_place(answer);
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = dmid::as_text({data, size});
    if (const auto hook = parse_hook(text, "106540352242922"))
        for (const auto& event : hook->events)
            look_at(event);
    for (const unsigned status : {200U, 400U, 503U})
        if (const auto answer = parse_answer(status, text))
            look_at_answer(*answer);
    if (const auto people = People::decode(text))
        hold(People::decode(people->encode())->encode() == people->encode());
    return 0;
}
