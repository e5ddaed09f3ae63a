// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/execution_context.hpp>

#include <memory>

namespace dmid::net
{
/// Keeps idle connections. A socket must not outlive the context that drives it: whoever keeps some from one
/// task to the next is told when their context goes.
class ConnectionKeeper
{
public:
    ConnectionKeeper() = default;
    ConnectionKeeper(const ConnectionKeeper&) = delete;
    ConnectionKeeper& operator=(const ConnectionKeeper&) = delete;
    virtual ~ConnectionKeeper() = default;

    /// Lets go of every connection of this context. Called once, while the context is being destroyed, on
    /// the thread that does so.
    virtual void forget(boost::asio::execution_context* context) = 0;
};

/// From now on the keeper is told when the context goes; one that is gone by then is not. Thread-safe.
void watch_context(boost::asio::execution_context& context, std::weak_ptr<ConnectionKeeper> keeper);
} // namespace dmid::net
