// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "channels/sms/deliveries.hpp"
#include "channels/sms/holder_lookup.hpp"
#include "channels/sms/phone.hpp"
#include "channels/sms/smpp_options.hpp"
#include "channels/sms/spending.hpp"
#include "net/dialer.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dmid::channels::sms
{
/// For which parts of a message the service is asked to say what became of them.
enum class Receipts : std::uint8_t
{
    none,
    last, ///< the last part: some services charge for each
    all,
};

/// How a text goes that is longer than one message.
enum class LongTexts : std::uint8_t
{
    parts,      ///< with an 8-bit reference, which every phone joins
    wide_parts, ///< with a 16-bit one: fewer mix-ups, one character less in each
    payload,    ///< whole, as message_payload: the service cuts it
};

struct SmsOptions
{
    std::vector<SmppService> services; ///< at least one that sends
    std::vector<SourceRule> sources;   ///< sender_address() makes each; what no rule names is refused
    std::uint8_t destination_ton = 1;  ///< international
    std::uint8_t destination_npi = 1;  ///< E.164
    std::string service_type;          ///< as the contract says; ≤ 5 characters
    DefaultAlphabet alphabet = DefaultAlphabet::gsm7;
    LongTexts long_texts = LongTexts::parts;
    unsigned max_parts = 16; ///< 5 to 16: how many parts one message may cost
    Receipts receipts = Receipts::all;
    SpendingOptions spending;
    std::shared_ptr<const HolderLookup> holders; ///< null: nobody is asked
    Plan plan;                                   ///< for senders who come without a country code
    net::Millis hold{5'000};                     ///< DeliveryOptions
    net::Millis patience{600'000};               ///< DeliveryOptions
    net::Millis report_again{500};               ///< DeliveryOptions
    SmppTiming timing;
};

/// Short messages by SMPP 3.4. It has a thread of its own for its connections. config.value and
/// config.missing for options that cannot be. The clock must outlive it.
Result<std::unique_ptr<channel::Channel>> make_sms_channel(SmsOptions options, const Clock& clock,
                                                           net::Dialer dialer = net::Dialer{});
} // namespace dmid::channels::sms
