// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

/// command_status (SMPP 3.4 §5.1.3), pure.
namespace dmid::channels::sms
{
/// The ones that this program sends or tells apart.
enum class Status : std::uint32_t
{
    ok = 0x00,
    invalid_message_length = 0x01,
    invalid_command_length = 0x02,
    invalid_command_id = 0x03,
    not_bound_so = 0x04,
    already_bound = 0x05,
    system_error = 0x08,
    invalid_source = 0x0a,
    invalid_destination = 0x0b,
    bind_failed = 0x0d,
    invalid_password = 0x0e,
    invalid_system_id = 0x0f,
    queue_full = 0x14,
    submit_failed = 0x45,
    throttled = 0x58,
    temporary_error = 0x64, ///< ESME_RX_T_APPN: send the message again
    permanent_error = 0x65, ///< ESME_RX_P_APPN
    rejected = 0x66,        ///< ESME_RX_R_APPN
};

/// What the specification calls it, or `0x…`.
std::string status_words(std::uint32_t status);

/// What an answer to a request means for the one who asked.
enum class Meaning : std::uint8_t
{
    good,
    refused,   ///< this message, for good
    deferred,  ///< this message, for now
    throttled, ///< all messages, for now: ESME_RTHROTTLED and ESME_RMSGQFUL
    unbound,   ///< the session is no longer one
    denied,    ///< the credentials
    misread,   ///< the service could not read the PDU, or does not know the command
};

/// Every status has one. What the specification leaves to vendors (0x400 to 0x4ff) and what it reserves is
/// `deferred`: nobody has said that it is for good, and a message that was not taken costs nothing.
Meaning meaning_of(std::uint32_t status);
} // namespace dmid::channels::sms
