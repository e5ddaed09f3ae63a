// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/door_session.hpp"

namespace dmid::channels::nostr
{
std::string words_of(const channel::Answer& answer)
{
    using channel::Yes;
    if (answer.yes == Yes::yes)
        return answer.duplicate ? "duplicate: it is here already" : "";
    const auto said = [&answer](std::string_view prefix)
    {
        const auto reason = answer.reason.empty() ? std::string{name(answer.code)} : answer.reason;
        return printable(std::string{prefix} + ": " + reason);
    };
    if (answer.yes == Yes::later)
    {
        const bool rate = answer.code == Errc::policy_rate_limited || answer.code == Errc::store_limit;
        return rate ? "rate-limited: try again later" : "error: try again later";
    }
    if (answer.code == Errc::policy_challenge)
        return answer.work > 0 ? "pow: " + std::to_string(answer.work) + " bits needed" : said("restricted");
    if (answer.code == Errc::policy_rejected)
        return said("restricted");
    if (answer.code == Errc::gateway_not_served)
        return said("blocked");
    return said("invalid");
}
} // namespace dmid::channels::nostr
