// SPDX-License-Identifier: Apache-2.0
// Private to net: names that this machine answers itself.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <istream>
#include <string_view>
#include <vector>

namespace dmid::net
{
/// The addresses that a hosts(5) file gives `name` (lower case, no final dot), in its order, at most 32.
/// Lines that are none are passed over; names match whatever their case. Reads 1 MiB at most.
std::vector<boost::asio::ip::address> addresses_in_hosts(std::istream& file, std::string_view name);
} // namespace dmid::net
