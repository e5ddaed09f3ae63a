// SPDX-License-Identifier: Apache-2.0
// Whatever the Bot API's server says: lines are well-formed and within limits, ids and paths are what they
// are taken for, and nothing of an answer is more than it says.
#include "base/bytes.hpp"
#include "channels/telegram/address.hpp"
#include "channels/telegram/api_answer.hpp"
#include "channels/telegram/api_update.hpp"
#include "model/envelope.hpp"

#include <cstdint>
#include <cstdlib>

namespace
{
using namespace dmid::channels::telegram;

void hold(bool holds)
{
    if (!holds)
        std::abort();
}

void look_at(const Update& update)
{
    hold(update.line || update.files.empty());
    if (!update.line)
        return;
    hold(parse_user_id(update.line->account).has_value() && !update.line->native_id.empty());
    hold(dmid::is_utf8(update.line->text) && update.line->text.size() <= dmid::model::kMaxText);
    hold(dmid::is_utf8(update.line->called) && update.line->called.find('\n') == std::string::npos);
    for (const auto& file : update.files)
        hold(dmid::is_utf8(file.name) && file.name.find('/') == std::string::npos);
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = dmid::as_text({data, size});
    if (const auto json = dmid::codec::parse_json(text))
        if (const auto update = parse_update({*json, "update"}))
            look_at(*update);
    const auto answer = parse_answer(200, text);
    if (!answer)
        return 0;
    hold(meaning_of(*answer).outcome != dmid::channel::Outcome::accepted || answer->ok);
    const auto id = sent_message_id(*answer);
    hold(!id || parse_message_id(*id));
    const auto path = file_path(*answer);
    hold(!path || (path->find("..") == std::string::npos && path->front() != '/'));
    if (const auto updates = parse_updates(answer->result))
        for (const auto& update : *updates)
            look_at(update);
    return 0;
}
