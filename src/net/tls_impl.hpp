// SPDX-License-Identifier: Apache-2.0
// Private to net: what tls.hpp hides.
#pragma once

#include "net/tls.hpp"

#include <boost/asio/ssl/context.hpp>

namespace dmid::net
{
class TlsContext
{
public:
    explicit TlsContext(boost::asio::ssl::context::method method)
        : context{method}
    {
    }
    boost::asio::ssl::context context;
};
} // namespace dmid::net
