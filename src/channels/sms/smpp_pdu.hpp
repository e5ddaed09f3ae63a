// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// SMPP 3.4 ("Short Message Peer to Peer Protocol Specification v3.4", issue 1.2): the bytes, pure.
namespace dmid::channels::sms
{
/// §5.1.2.1; a response is its request with the highest bit set.
enum class Command : std::uint32_t
{
    bind_receiver = 0x01,
    bind_transmitter = 0x02,
    submit_sm = 0x04,
    deliver_sm = 0x05,
    unbind = 0x06,
    bind_transceiver = 0x09,
    enquire_link = 0x15,
    alert_notification = 0x102,
    data_sm = 0x103,
    generic_nack = 0x80000000,
};
inline constexpr std::uint32_t kResponseBit = 0x80000000;

/// One PDU as it travels.
struct Pdu
{
    std::uint32_t command = 0;
    std::uint32_t status = 0;
    std::uint32_t sequence = 0;
    Bytes body;

    bool is(Command which) const noexcept { return command == static_cast<std::uint32_t>(which); }
    bool is_response() const noexcept { return (command & kResponseBit) != 0; }
    bool answers(Command which) const noexcept
    {
        return command == (static_cast<std::uint32_t>(which) | kResponseBit);
    }
};

inline constexpr std::size_t kPduHeader = 16;
/// A message_payload of 64 KiB and what stands around it.
inline constexpr std::size_t kMaxPdu = 66'560;

/// The length that the first four bytes announce; codec.range where it is under kPduHeader or over kMaxPdu.
Result<std::size_t> pdu_length(ByteView first_four);
/// From exactly one PDU.
Result<Pdu> decode_pdu(ByteView bytes);
Bytes encode_pdu(const Pdu& pdu);

/// §5.3.2: optional parameters.
enum class Tag : std::uint16_t
{
    receipted_message_id = 0x001e,
    sar_reference = 0x020c,
    sar_total = 0x020e,
    sar_sequence = 0x020f,
    interface_version = 0x0210,
    payload = 0x0424,
    message_state = 0x0427,
};
struct Tlv
{
    std::uint16_t tag = 0;
    Bytes value;
    bool operator==(const Tlv&) const = default;
};
/// The first value under a tag.
std::optional<ByteView> find_tlv(const std::vector<Tlv>& tlvs, Tag tag);

/// §4.1: how this program asks to be let in.
struct Bind
{
    std::string system_id;   ///< ≤ 15 characters
    std::string password;    ///< ≤ 8 characters; secret
    std::string system_type; ///< ≤ 12 characters
    std::uint8_t address_ton = 0;
    std::uint8_t address_npi = 0;
    std::string address_range; ///< ≤ 40 characters
};
/// The body of a bind_*; codec.range where a field is longer than the protocol has room for.
Result<Bytes> encode_bind(const Bind& bind);
Result<Bind> decode_bind(ByteView body);

/// §5.2.5 to §5.2.9.
struct SmsAddress
{
    std::uint8_t ton = 0;
    std::uint8_t npi = 0;
    std::string digits; ///< ≤ 20 characters
    bool operator==(const SmsAddress&) const = default;
};

/// esm_class (§5.2.12), the bits that this program uses.
inline constexpr std::uint8_t kEsmReceipt = 0x04;      ///< of deliver_sm: a delivery receipt
inline constexpr std::uint8_t kEsmIntermediate = 0x20; ///< of deliver_sm: an intermediate notice
inline constexpr std::uint8_t kEsmTypeBits = 0x3c;
inline constexpr std::uint8_t kEsmHeader = 0x40; ///< the text begins with a user data header

/// The body of submit_sm, deliver_sm and data_sm.
struct ShortMessage
{
    std::string service_type; ///< ≤ 5 characters
    SmsAddress source;
    SmsAddress destination;
    std::uint8_t esm_class = 0;
    std::uint8_t protocol_id = 0;
    std::uint8_t priority = 0;
    std::string schedule; ///< empty or 16 characters
    std::string validity; ///< empty or 16 characters
    std::uint8_t registered_delivery = 0;
    std::uint8_t replace = 0;
    std::uint8_t data_coding = 0;
    std::uint8_t default_message = 0;
    Bytes text;            ///< with its user data header; over 254 bytes it goes as message_payload
    std::vector<Tlv> tlvs; ///< without the payload
    bool operator==(const ShortMessage&) const = default;
};
/// codec.range where a field is longer than the protocol has room for.
Result<Bytes> encode_short_message(const ShortMessage& message);
/// Both a text and a message_payload is codec.duplicate-key, as §5.3.2.32 has it.
Result<ShortMessage> decode_short_message(ByteView body);
/// data_sm (§4.7): no times, priority or text of its own.
Result<ShortMessage> decode_data_sm(ByteView body);

/// The message id of a response; empty where the other side sent none.
Result<std::string> decode_message_id(ByteView body);
Bytes encode_message_id(std::string_view id);
} // namespace dmid::channels::sms
