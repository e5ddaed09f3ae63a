// SPDX-License-Identifier: Apache-2.0
#include "channels/email/door_words.hpp"

#include "channels/email/mime.hpp"

#include <vector>

namespace dmid::channels::email
{
namespace
{
using channel::Answer;
using channel::Yes;

Said later(const Answer& answer)
{
    switch (answer.code)
    {
    case Errc::gateway_quota:
    case Errc::store_full:
    case Errc::store_limit:
        return {452, "4.3.1", "No room at present; try later"};
    default:
        return {451, "4.7.1", "Not now; try later"};
    }
}

/// What a challenge asks for, each way on a line of its own. Work can only be shown on a sealed message.
std::vector<std::string> what_suffices(const Answer& answer)
{
    std::string out;
    for (unsigned i = 0; i < model::kClassCount; ++i)
        if (const auto c = static_cast<model::Class>(i); (answer.accepts & model::bit(c)) != 0)
            out += (out.empty() ? "" : ", or ") + std::string{model::words(c)};
    if (answer.work > 0)
        out += (out.empty() ? "" : ", or ") + std::string{"a sealed message with "} +
               std::to_string(answer.work) + " bits of work (Nostr, not by mail)";
    std::vector<std::string> lines;
    if (!out.empty())
        lines.push_back("What suffices: " + out);
    lines.emplace_back("Mail proves its sender only where the domain of From signs it (DKIM)");
    return lines;
}
} // namespace

Said words_of(const Answer& answer, const std::string& link)
{
    if (answer.yes == Yes::yes)
        return {250, "2.0.0", answer.id.is_zero() ? "Accepted" : "Accepted as " + to_hex(answer.id.view())};
    if (answer.yes == Yes::later)
        return later(answer);
    Said said{550, "5.7.1", ""};
    switch (answer.code)
    {
    case Errc::gateway_not_served:
        return {550, "5.1.1", "No such number here"};
    case Errc::gateway_loop:
        said.status = "5.4.6"; // routing loop detected (RFC 3463 §3.5)
        break;
    case Errc::message_too_large:
    case Errc::channel_too_large:
        said.code = 552;
        said.status = "5.3.4";
        break;
    default:
        break;
    }
    const auto reason =
        one_line(answer.reason.empty() ? advice(answer.code) : std::string_view{answer.reason});
    if (answer.code == Errc::policy_challenge)
    {
        // The flow's reason speaks of work alone, which mail cannot bring.
        said.lines = what_suffices(answer);
        said.lines.insert(said.lines.begin(), "The recipient asks strangers for a proof");
    }
    else
        said.lines = {reason};
    const bool terms = answer.code == Errc::policy_challenge || answer.code == Errc::policy_rejected;
    if (terms && !link.empty())
        said.lines.push_back("See " + link);
    return said;
}
} // namespace dmid::channels::email
