// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/send_result.hpp"

#include "channels/signal/address.hpp"

namespace dmid::channels::signal
{
namespace
{
using channel::Outcome;

/// More than a day is no pause that anybody waits for.
constexpr std::uint64_t kMaxWait = 86'400;

SendMeaning deferred(std::string words)
{
    SendMeaning out;
    out.outcome = Outcome::deferred;
    out.code = Errc::channel_deferred;
    out.detail = std::move(words);
    return out;
}

SendMeaning changed_key()
{
    auto out = deferred("its safety number changed; nothing is sent to it before that is settled");
    out.key_changed = true;
    return out;
}

/// JsonSendMessageResult of the recipient.
SendMeaning meaning_of_result(const codec::JsonItem& item)
{
    const auto member = item.optional("type");
    const auto type = member ? member->text(64).value_or("") : std::string{};
    SendMeaning out;
    if (type == "SUCCESS")
        out.outcome = Outcome::accepted;
    else if (type == "IDENTITY_FAILURE")
        out = changed_key();
    else if (type == "UNREGISTERED_FAILURE")
        out.detail = "this account is not on Signal any more";
    else if (type == "RATE_LIMIT_FAILURE")
    {
        out = deferred("Signal limits how much is sent");
        if (const auto after = item.optional("retryAfterSeconds"))
            if (const auto seconds = after->uint(kMaxWait))
                out.wait = std::chrono::seconds{*seconds};
        out.wants_captcha = item.optional("token").has_value();
    }
    else if (type == "NETWORK_FAILURE")
    {
        // Nobody knows how far it came.
        out.outcome = Outcome::uncertain;
        out.code = Errc::channel_unreachable;
        out.detail = "signal-cli lost Signal while sending";
    }
    else
        out = deferred("signal-cli could not send it: " + type);
    return out;
}

SendMeaning meaning_of_error(const RpcAnswer& answer)
{
    SendMeaning out;
    out.detail = answer.message;
    switch (answer.code)
    {
    case kUserError:
        return out;
    case kUntrustedKey:
        return changed_key();
    case kRateLimit:
        return deferred("Signal limits how much is sent");
    case kInvalidParams: // the account is not there
        out.outcome = Outcome::unreachable;
        out.code = Errc::channel_auth_failed;
        return out;
    case kMethodNotFound:
        out.outcome = Outcome::unreachable;
        out.code = Errc::channel_peer_protocol;
        return out;
    case kIoError:
    case kInternalError:
        // Thrown before any recipient was served (SendCommand): the network, or an attachment.
        if (answer.message.find("AttachmentInvalid") != std::string::npos)
            return out;
        out.outcome = Outcome::unreachable;
        out.code = Errc::channel_unreachable;
        return out;
    default:
        return deferred(answer.message);
    }
}
} // namespace

SendMeaning meaning_of_send(const RpcAnswer& answer)
{
    const codec::JsonItem result{answer.result, "result"};
    std::optional<std::uint64_t> timestamp;
    if (const auto member = result.optional("timestamp"))
        if (const auto value = member->uint(kMaxTimestamp); value && *value > 0)
            timestamp = *value;
    const auto results = result.optional("results");
    const auto list = results ? results->array(64) : Result<std::vector<codec::JsonItem>>{};
    SendMeaning out;
    // An error's code says what failed for all; the recipient's own result says it better.
    if (list && !list->empty())
        out = meaning_of_result(list->front());
    else if (!answer.ok)
        out = meaning_of_error(answer);
    else
        out.outcome = Outcome::accepted;
    if (out.outcome == Outcome::accepted && !(answer.ok && timestamp))
    {
        out.outcome = Outcome::uncertain;
        out.code = Errc::channel_peer_protocol;
        out.detail = "signal-cli's answer names no message";
    }
    out.timestamp = timestamp;
    return out;
}
} // namespace dmid::channels::signal
