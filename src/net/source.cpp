// SPDX-License-Identifier: Apache-2.0
#include "net/source.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace dmid::net
{
namespace ip = boost::asio::ip;

namespace
{
/// The address with only its first bytes.
template <class Address> std::string front_of(const Address& address, std::size_t count)
{
    auto bytes = address.to_bytes();
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(count), bytes.end(), std::uint8_t{0});
    return Address{bytes}.to_string();
}
} // namespace

std::string source_of(const Peer& peer)
{
    if (peer.uid)
        return "socket";
    boost::system::error_code error;
    const auto address = ip::make_address(peer.address, error);
    if (error || !address.is_v6())
        return peer.address;
    // A socket for both families shows IPv4 peers so: they are not one source.
    if (address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
    return front_of(address.to_v6(), 8) + "/64";
}

std::string network_of(const std::string& source)
{
    boost::system::error_code error;
    const auto address = ip::make_address(source.substr(0, source.find('/')), error);
    if (error)
        return source;
    return address.is_v4() ? front_of(address.to_v4(), 3) + "/24" : front_of(address.to_v6(), 6) + "/48";
}
} // namespace dmid::net
