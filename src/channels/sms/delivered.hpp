// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/letter.hpp"
#include "channels/sms/receipt_text.hpp"
#include "channels/sms/segments.hpp"
#include "channels/sms/smpp_pdu.hpp"

#include <optional>
#include <string>

/// What a deliver_sm or data_sm means. Pure.
namespace dmid::channels::sms
{
/// The kinds that this program tells apart (SMPP 3.4 §5.2.12).
enum class DeliveredKind : std::uint8_t
{
    message,
    receipt, ///< of the service, final or on the way
    other,   ///< acknowledgements of phones, aborts: nothing that is handed in
};
DeliveredKind kind_of(const ShortMessage& message);

/// The words in a message, and which part of a longer one it is: by its user data header, else by the sar
/// parameters.
struct Delivered
{
    std::optional<Part> part; ///< only where there is more than one
    std::string text;         ///< of a part: to be put together with the others, then join_halves()
    std::string lost;         ///< in words, what could not be read; empty: nothing
};
Delivered read_delivered(const ShortMessage& message, DefaultAlphabet alphabet);

/// What a receipt says of a message's fate; nothing where that is nothing new (accepted, unknown).
std::optional<channel::Report::Fate> fate_of(MessageState state);
/// `UNDELIV 001` for a report's detail.
std::string words_of(const DeliveryReceipt& receipt);
} // namespace dmid::channels::sms
