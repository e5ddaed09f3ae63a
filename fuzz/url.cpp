// SPDX-License-Identifier: Apache-2.0
// A URL that is accepted reads the same again from its normal form, and its target cannot break a request
// line.
#include "net/url.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto url = dmid::net::parse_url({reinterpret_cast<const char*>(data), size});
    if (!url)
        return 0;
    const auto again = dmid::net::parse_url(url->to_string());
    const bool same =
        again && again->host == url->host && again->port == url->port && again->target == url->target;
    if (!same && url->to_string().size() <= 2048)
        std::abort();
    if (url->target.find_first_of(" \r\n") != std::string::npos ||
        !dmid::net::parse_authority(url->authority()))
        std::abort();
    return 0;
}
