// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/delivered.hpp"

#include "channels/sms/alphabets.hpp"
#include "model/envelope.hpp"

#include <algorithm>

namespace dmid::channels::sms
{
namespace
{
std::optional<Part> part_of_parameters(const std::vector<Tlv>& tlvs)
{
    const auto reference = find_tlv(tlvs, Tag::sar_reference);
    const auto total = find_tlv(tlvs, Tag::sar_total);
    const auto sequence = find_tlv(tlvs, Tag::sar_sequence);
    if (!reference || reference->size() != 2 || !total || total->size() != 1 || !sequence ||
        sequence->size() != 1)
        return std::nullopt;
    Part out;
    out.reference = static_cast<std::uint16_t>((*reference)[0] << 8U | (*reference)[1]);
    out.wide = true;
    out.total = (*total)[0];
    out.sequence = (*sequence)[0];
    if (out.sequence == 0 || out.sequence > out.total)
        return std::nullopt;
    return out;
}

/// At most so many bytes, and no character cut in two.
void cut(std::string& text, std::size_t most)
{
    if (text.size() <= most)
        return;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U)
        --most;
    text.resize(most);
}
} // namespace

DeliveredKind kind_of(const ShortMessage& message)
{
    const unsigned type = message.esm_class & kEsmTypeBits;
    // Some services mark their receipts by the parameter alone.
    if (type == kEsmReceipt || type == kEsmIntermediate ||
        (type == 0 && find_tlv(message.tlvs, Tag::receipted_message_id)))
        return DeliveredKind::receipt;
    return type == 0 ? DeliveredKind::message : DeliveredKind::other;
}

Delivered read_delivered(const ShortMessage& message, DefaultAlphabet alphabet)
{
    Delivered out;
    ByteView rest{message.text};
    UserData data;
    if ((message.esm_class & kEsmHeader) != 0)
    {
        auto read = read_user_data(message.text);
        if (!read)
        {
            out.lost = "a message whose header cannot be read";
            return out;
        }
        data = *std::move(read);
        out.part = data.part;
        rest = data.rest;
    }
    if (!out.part)
        out.part = part_of_parameters(message.tlvs);
    if (out.part && out.part->total < 2)
        out.part.reset();
    auto text = out.part && message.data_coding == static_cast<std::uint8_t>(Coding::ucs2)
                    ? std::optional{from_ucs2_part(rest)}
                    : decode_text(rest, message.data_coding, alphabet);
    if (!text)
    {
        out.part.reset();
        out.lost = "a message that is no text (data coding " + std::to_string(message.data_coding) + ")";
        return out;
    }
    out.text = *std::move(text);
    if (out.text.size() > model::kMaxText)
    {
        cut(out.text, model::kMaxText);
        out.lost = "the end of a text that is longer than this program carries";
    }
    return out;
}

std::optional<channel::Report::Fate> fate_of(MessageState state)
{
    using Fate = channel::Report::Fate;
    switch (state)
    {
    case MessageState::delivered:
        return Fate::delivered;
    case MessageState::enroute:
        return Fate::delayed;
    case MessageState::expired:
    case MessageState::deleted:
    case MessageState::undeliverable:
    case MessageState::rejected:
        return Fate::failed;
    case MessageState::accepted:
    case MessageState::unknown:
        break;
    }
    return std::nullopt;
}

std::string words_of(const DeliveryReceipt& receipt)
{
    constexpr const char* kNames[] = {"",        "ENROUTE", "DELIVRD", "EXPIRED", "DELETED",
                                      "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"};
    std::string out = kNames[static_cast<std::size_t>(receipt.state)];
    if (!receipt.error.empty())
        out += ' ' + receipt.error;
    return out;
}
} // namespace dmid::channels::sms
