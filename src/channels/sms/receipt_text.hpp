// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/sms/smpp_pdu.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::sms
{
/// message_state (SMPP 3.4 §5.2.28).
enum class MessageState : std::uint8_t
{
    enroute = 1,
    delivered = 2,
    expired = 3,
    deleted = 4,
    undeliverable = 5,
    accepted = 6,
    unknown = 7,
    rejected = 8,
};

/// What a service says became of a short message.
struct DeliveryReceipt
{
    std::string message_id; ///< as it stands there; match with same_message_id()
    MessageState state = MessageState::unknown;
    std::string error; ///< the service's own code, printable, ≤ 8 characters; empty: none
};

/// Reads the parameters (receipted_message_id, message_state) and the text `id:… stat:…` (SMPP 3.4 appendix
/// B) of a message that is marked as a receipt; of both the parameters count. Vendors write field names in
/// either case, with spaces or without, in any order, leave fields out, spell states in full or in seven
/// letters. Nothing where no id can be found. Pure.
std::optional<DeliveryReceipt> read_receipt(const ShortMessage& message);

/// Whether the id of a submit answer and that of a receipt mean one message: equal apart from case and
/// leading zeros, or one hexadecimal and the other the same number in decimal, as some services have it.
bool same_message_id(std::string_view submitted, std::string_view receipted);
/// The forms under which to look a receipted id up among the submitted ones, likeliest first; at most three.
std::vector<std::string> message_id_forms(std::string_view receipted);
/// What this program calls a message that a service gave an id: the id in lower case without zeros in front,
/// behind the service's label where it has one.
std::string message_name(std::string_view label, std::string_view id);
} // namespace dmid::channels::sms
