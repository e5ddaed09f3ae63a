// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/door_session.hpp"

#include <boost/asio/ip/address.hpp>

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

std::string source_of(const net::Peer& peer)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(peer.address, error);
    if (error || !address.is_v6())
        return peer.address;
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return boost::asio::ip::address_v6{bytes}.to_string() + "/64";
}
} // namespace dmid::channels::nostr
