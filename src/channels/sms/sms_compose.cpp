// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/alphabets.hpp"
#include "channels/sms/sms_sender.hpp"

#include <utility>

namespace dmid::channels::sms
{
namespace
{
/// registered_delivery (SMPP 3.4 §5.2.17): a receipt, whether it arrived or not.
constexpr std::uint8_t kReceipt = 1;

Bytes whole_of(std::string_view text, Coding coding, DefaultAlphabet alphabet)
{
    if (coding == Coding::ucs2)
        return to_ucs2(text);
    return (alphabet == DefaultAlphabet::gsm7 ? to_gsm7(text) : to_latin1(text)).value_or(Bytes{});
}
} // namespace

Result<SmsText> compose_sms(const SmsOptions& options, const SmsAddress& from, std::string_view phone,
                            std::string_view text, std::uint16_t reference)
{
    DMID_TRY(auto segments, split_text(text, options.alphabet, reference,
                                       options.long_texts == LongTexts::wide_parts, options.max_parts));
    ShortMessage base;
    base.service_type = options.service_type;
    base.source = from;
    base.destination = {options.destination_ton, options.destination_npi, std::string{phone.substr(1)}};
    base.data_coding = static_cast<std::uint8_t>(segments.coding);
    SmsText out;
    out.charged = segments.parts.size();
    if (out.charged > 1 && options.long_texts == LongTexts::payload)
    {
        // As a parameter even where it would fit the short_message field: the service shall cut it.
        base.tlvs.push_back(
            {static_cast<std::uint16_t>(Tag::payload), whole_of(text, segments.coding, options.alphabet)});
        out.parts.push_back(std::move(base));
    }
    else
    {
        for (auto& segment : segments.parts)
        {
            auto part = base;
            part.esm_class = segment.has_header ? kEsmHeader : 0;
            part.text = std::move(segment.user_data);
            out.parts.push_back(std::move(part));
        }
    }
    for (auto& part : out.parts)
        part.registered_delivery = options.receipts == Receipts::all ? kReceipt : 0;
    if (options.receipts == Receipts::last)
        out.parts.back().registered_delivery = kReceipt;
    return out;
}
} // namespace dmid::channels::sms
