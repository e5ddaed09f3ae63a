// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/sms/sent_parts.hpp"
#include "channels/sms/smpp_lines.hpp"
#include "channels/sms/sms_channel.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dmid::channels::sms
{
/// A text as it is handed to a service, part by part.
struct SmsText
{
    std::vector<ShortMessage> parts;
    std::size_t charged = 0; ///< parts that are paid for: more than `parts` where the service cuts it
};
/// channel.too-large over options.max_parts. Pure.
Result<SmsText> compose_sms(const SmsOptions& options, const SmsAddress& from, std::string_view phone,
                            std::string_view text, std::uint16_t reference);

/// Texts out: in parts, one after the other, each counted before it goes. Thread-safe.
class SmsSender
{
public:
    SmsSender(const SmsOptions& options, const Clock& clock, std::shared_ptr<SmppLines> lines,
              SentTo& sent_to);

    struct Text
    {
        Hash32 id; ///< the same again goes on where it stopped
        std::string phone;
        std::string words;
        std::optional<SmsAddress> from; ///< absent: by the rules
    };
    /// As Channel::send(). After some parts were accepted: refused and deferred where the service said so
    /// about the next; uncertain where nothing is known of it. The next attempt within this process sends the
    /// rest.
    net::Task<channel::Attempt> send(Text text, UnixMillis deadline);

private:
    struct Going
    {
        SmsText text;
        std::string phone;
        Hash32 key;
        net::Deadline until;
        std::vector<std::optional<std::string>> taken; ///< ids, by part
        std::size_t left = 0;                          ///< parts that were counted and did not go
    };
    net::Task<Submitted> submit(ShortMessage message, net::Deadline until);
    net::Task<channel::Attempt> send_parts(Going going);
    channel::Attempt outcome(const Going& going, const Submitted& last) const;

    const SmsOptions& options_;
    const Clock& clock_;
    std::shared_ptr<SmppLines> lines_;
    SentTo& sent_to_;
    SentParts sent_parts_;
    Spending spending_;
};
} // namespace dmid::channels::sms
