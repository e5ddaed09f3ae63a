// SPDX-License-Identifier: Apache-2.0
#include "net/source.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace dmid::net
{
std::string source_of(const Peer& peer)
{
    if (peer.uid)
        return "socket";
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(peer.address, error);
    if (error || !address.is_v6())
        return peer.address;
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return boost::asio::ip::address_v6{bytes}.to_string() + "/64";
}
} // namespace dmid::net
