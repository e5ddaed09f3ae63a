// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/smpp_pdu.hpp"

#include "channels/sms/smpp_fields.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::sms
{
namespace
{
/// Room of the fields with their zero (§4.1, §4.4).
constexpr std::size_t kSystemId = 16;
constexpr std::size_t kPassword = 9;
constexpr std::size_t kSystemType = 13;
constexpr std::size_t kAddressRange = 41;
constexpr std::size_t kServiceType = 6;
constexpr std::size_t kAddress = 21;
constexpr std::size_t kTime = 17;
constexpr std::size_t kMessageId = 65;
/// data_sm has room for longer addresses (§4.7.1).
constexpr std::size_t kLongAddress = 65;
constexpr std::size_t kMaxText = 254;
constexpr std::uint8_t kVersion = 0x34;

std::uint32_t integer_at(ByteView bytes, std::size_t at) noexcept
{
    return static_cast<std::uint32_t>(bytes[at]) << 24U | static_cast<std::uint32_t>(bytes[at + 1]) << 16U |
           static_cast<std::uint32_t>(bytes[at + 2]) << 8U | bytes[at + 3];
}

Result<SmsAddress> read_address(FieldReader& reader, std::size_t room)
{
    SmsAddress out;
    DMID_TRY(out.ton, reader.byte());
    DMID_TRY(out.npi, reader.byte());
    DMID_TRY(out.digits, reader.text(room));
    return out;
}

Result<> put_address(Bytes& out, const SmsAddress& address)
{
    out.push_back(address.ton);
    out.push_back(address.npi);
    return put_text(out, address.digits, kAddress);
}

/// Takes the message_payload out of the parameters and makes it the text.
Result<> take_payload(ShortMessage& message)
{
    const auto is_payload = [](const Tlv& tlv)
    { return tlv.tag == static_cast<std::uint16_t>(Tag::payload); };
    const auto at = std::find_if(message.tlvs.begin(), message.tlvs.end(), is_payload);
    if (at == message.tlvs.end())
        return {};
    if (!message.text.empty())
        return fail(Errc::codec_duplicate_key, "a text and a message_payload");
    message.text = std::move(at->value);
    message.tlvs.erase(at);
    if (std::any_of(message.tlvs.begin(), message.tlvs.end(), is_payload))
        return fail(Errc::codec_duplicate_key, "two message_payloads");
    return {};
}
} // namespace

Result<std::size_t> pdu_length(ByteView first_four)
{
    if (first_four.size() < 4)
        return fail(Errc::codec_truncated, "a PDU begins with its length");
    const std::size_t length = integer_at(first_four, 0);
    if (length < kPduHeader || length > kMaxPdu)
        return fail(Errc::codec_range, "a PDU of " + std::to_string(length) + " bytes");
    return length;
}

Result<Pdu> decode_pdu(ByteView bytes)
{
    DMID_TRY(const auto length, pdu_length(bytes));
    if (length != bytes.size())
        return fail(Errc::codec_truncated, "a PDU of another length than it says");
    Pdu out;
    out.command = integer_at(bytes, 4);
    out.status = integer_at(bytes, 8);
    out.sequence = integer_at(bytes, 12);
    out.body = to_bytes(bytes.subspan(kPduHeader));
    return out;
}

Bytes encode_pdu(const Pdu& pdu)
{
    Bytes out;
    out.reserve(kPduHeader + pdu.body.size());
    put_integer(out, static_cast<std::uint32_t>(kPduHeader + pdu.body.size()));
    put_integer(out, pdu.command);
    put_integer(out, pdu.status);
    put_integer(out, pdu.sequence);
    append(out, pdu.body);
    return out;
}

std::optional<ByteView> find_tlv(const std::vector<Tlv>& tlvs, Tag tag)
{
    const auto at =
        std::find_if(tlvs.begin(), tlvs.end(),
                     [tag](const Tlv& tlv) { return tlv.tag == static_cast<std::uint16_t>(tag); });
    if (at == tlvs.end())
        return std::nullopt;
    return ByteView{at->value};
}

Result<Bytes> encode_bind(const Bind& bind)
{
    Bytes out;
    DMID_TRY(put_text(out, bind.system_id, kSystemId));
    DMID_TRY(put_text(out, bind.password, kPassword));
    DMID_TRY(put_text(out, bind.system_type, kSystemType));
    out.push_back(kVersion);
    out.push_back(bind.address_ton);
    out.push_back(bind.address_npi);
    DMID_TRY(put_text(out, bind.address_range, kAddressRange));
    return out;
}

Result<Bind> decode_bind(ByteView body)
{
    FieldReader reader{body};
    Bind out;
    DMID_TRY(out.system_id, reader.text(kSystemId));
    DMID_TRY(out.password, reader.text(kPassword));
    DMID_TRY(out.system_type, reader.text(kSystemType));
    DMID_TRY(reader.byte());
    DMID_TRY(out.address_ton, reader.byte());
    DMID_TRY(out.address_npi, reader.byte());
    DMID_TRY(out.address_range, reader.text(kAddressRange));
    return out;
}

Result<Bytes> encode_short_message(const ShortMessage& message)
{
    Bytes out;
    DMID_TRY(put_text(out, message.service_type, kServiceType));
    DMID_TRY(put_address(out, message.source));
    DMID_TRY(put_address(out, message.destination));
    out.insert(out.end(), {message.esm_class, message.protocol_id, message.priority});
    DMID_TRY(put_text(out, message.schedule, kTime));
    DMID_TRY(put_text(out, message.validity, kTime));
    out.insert(out.end(),
               {message.registered_delivery, message.replace, message.data_coding, message.default_message});
    const bool as_payload = message.text.size() > kMaxText;
    out.push_back(static_cast<std::uint8_t>(as_payload ? 0 : message.text.size()));
    if (!as_payload)
        append(out, message.text);
    else
    {
        DMID_TRY(put_tlv(out, static_cast<std::uint16_t>(Tag::payload), message.text));
    }
    for (const auto& tlv : message.tlvs)
    {
        DMID_TRY(put_tlv(out, tlv.tag, tlv.value));
    }
    if (out.size() + kPduHeader > kMaxPdu)
        return fail(Errc::codec_range, "the PDU is larger than " + std::to_string(kMaxPdu) + " bytes");
    return out;
}

Result<ShortMessage> decode_short_message(ByteView body)
{
    FieldReader reader{body};
    ShortMessage out;
    DMID_TRY(out.service_type, reader.text(kServiceType));
    DMID_TRY(out.source, read_address(reader, kAddress));
    DMID_TRY(out.destination, read_address(reader, kAddress));
    DMID_TRY(out.esm_class, reader.byte());
    DMID_TRY(out.protocol_id, reader.byte());
    DMID_TRY(out.priority, reader.byte());
    DMID_TRY(out.schedule, reader.text(kTime));
    DMID_TRY(out.validity, reader.text(kTime));
    DMID_TRY(out.registered_delivery, reader.byte());
    DMID_TRY(out.replace, reader.byte());
    DMID_TRY(out.data_coding, reader.byte());
    DMID_TRY(out.default_message, reader.byte());
    DMID_TRY(const auto size, reader.byte());
    DMID_TRY(const auto text, reader.octets(size));
    out.text = to_bytes(text);
    DMID_TRY(out.tlvs, reader.tlvs());
    DMID_TRY(take_payload(out));
    return out;
}

Result<ShortMessage> decode_data_sm(ByteView body)
{
    FieldReader reader{body};
    ShortMessage out;
    DMID_TRY(out.service_type, reader.text(kServiceType));
    DMID_TRY(out.source, read_address(reader, kLongAddress));
    DMID_TRY(out.destination, read_address(reader, kLongAddress));
    DMID_TRY(out.esm_class, reader.byte());
    DMID_TRY(out.registered_delivery, reader.byte());
    DMID_TRY(out.data_coding, reader.byte());
    DMID_TRY(out.tlvs, reader.tlvs());
    DMID_TRY(take_payload(out));
    return out;
}

Result<std::string> decode_message_id(ByteView body)
{
    // §4.4.2: an answer that refuses may come without it.
    if (body.empty())
        return std::string{};
    return FieldReader{body}.text(kMessageId);
}

Bytes encode_message_id(std::string_view id)
{
    Bytes out = to_bytes(as_bytes(id.substr(0, kMessageId - 1)));
    out.push_back(0);
    return out;
}
} // namespace dmid::channels::sms
