// SPDX-License-Identifier: Apache-2.0
// Whatever an SMSC sends: what can be read is written back to the same meaning, texts are well-formed, parts
// are possible.
#include "channels/sms/smpp_pdu.hpp"

#include "channels/sms/alphabets.hpp"
#include "channels/sms/delivered.hpp"
#include "channels/sms/phone.hpp"
#include "channels/sms/receipt_text.hpp"
#include "channels/sms/segments.hpp"

#include <cstdint>
#include <cstdlib>

namespace
{
using namespace dmid::channels::sms;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void read_message(const ShortMessage& message)
{
    if (const auto receipt = read_receipt(message))
        require(!receipt->message_id.empty() && receipt->message_id.size() <= 64 &&
                receipt->error.size() <= 8);
    const auto delivered = read_delivered(message, DefaultAlphabet::gsm7);
    require(dmid::is_utf8(join_halves(delivered.text)) && dmid::is_utf8(delivered.lost));
    require(!delivered.part || delivered.part->total > 1);
    const auto caller = caller_of(message.source, {"49", "0"});
    require(caller.answerable == parse_phone(caller.account).has_value() && dmid::is_utf8(caller.account));
    dmid::ByteView rest{message.text};
    const auto user_data = read_user_data(rest);
    if (user_data)
    {
        require(!user_data->part ||
                (user_data->part->sequence >= 1 && user_data->part->sequence <= user_data->part->total));
        rest = user_data->rest;
    }
    // Wherever a text is cut, it comes together again.
    const auto middle = rest.size() / 4 * 2;
    const auto halves = from_ucs2_part(rest.first(middle)) + from_ucs2_part(rest.subspan(middle));
    require(join_halves(halves) == from_ucs2(rest));
    for (const auto alphabet : {DefaultAlphabet::gsm7, DefaultAlphabet::latin1})
    {
        const auto text = decode_text(rest, message.data_coding, alphabet);
        require(!text || dmid::is_utf8(*text));
    }
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const dmid::ByteView bytes{data, size};
    if (const auto pdu = decode_pdu(bytes))
        require(encode_pdu(*pdu) == dmid::to_bytes(bytes));
    (void)decode_bind(bytes);
    (void)decode_message_id(bytes);
    if (const auto message = decode_data_sm(bytes))
        read_message(*message);
    if (const auto message = decode_short_message(bytes))
    {
        read_message(*message);
        const auto written = encode_short_message(*message);
        require(!written || decode_short_message(*written).value() == *message);
    }
    return 0;
}
