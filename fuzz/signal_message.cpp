// SPDX-License-Identifier: Apache-2.0
// Whatever a signal-cli daemon says: lines are well-formed and within limits, names of messages are what they
// are taken for, and no answer is more than it says.
#include "base/bytes.hpp"
#include "channels/signal/address.hpp"
#include "channels/signal/envelope.hpp"
#include "channels/signal/event_reader.hpp"
#include "channels/signal/identities.hpp"
#include "channels/signal/send_result.hpp"
#include "model/envelope.hpp"

#include <cstdint>
#include <cstdlib>

namespace
{
using namespace dmid::channels::signal;

void hold(bool holds)
{
    if (!holds)
        std::abort();
}

void look_at(const Arrived& arrived)
{
    hold(arrived.line || arrived.files.empty());
    for (const auto& report : arrived.reports)
        hold(report.account == arrived.sender &&
             parse_message_name(report.known_as, arrived.sender).has_value());
    if (!arrived.line)
        return;
    const auto& line = *arrived.line;
    hold(parse_aci(line.account).has_value() && parse_message_name(line.native_id, line.account).has_value());
    hold(line.of.empty() || parse_message_name(line.of, line.account));
    hold(line.answers.empty() || parse_message_name(line.answers, line.account));
    hold(dmid::is_utf8(line.text) && line.text.size() <= dmid::model::kMaxText);
    for (const auto& file : arrived.files)
        hold(dmid::is_utf8(file.name) && file.name.find('/') == std::string::npos && !file.id.empty());
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = dmid::as_text({data, size});
    EventReader reader;
    if (const auto fed = reader.feed(text))
        while (const auto event = reader.next())
            hold(event->data.size() <= EventReader::kMaxData);
    const auto line = parse_rpc(text, 1U << 20U);
    if (!line)
        return 0;
    if (const auto* notice = std::get_if<RpcNotice>(&*line))
        if (const auto arrived = parse_arrived({notice->params, "params"}))
            look_at(*arrived);
    const auto* answer = std::get_if<RpcAnswer>(&*line);
    if (answer == nullptr)
        return 0;
    const auto said = meaning_of_send(*answer);
    hold(said.outcome != dmid::channel::Outcome::accepted || (answer->ok && said.timestamp));
    const dmid::codec::JsonItem result{answer->result, "result"};
    if (const auto identities = parse_identities(result))
        for (const auto& [aci, identity] : *identities)
            hold(parse_aci(aci).has_value());
    return 0;
}
