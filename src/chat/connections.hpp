// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/context_watch.hpp"
#include "net/stream.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace dmid::chat
{
/// Connections to the API server between two calls, by the context that drives them: at most 8 of each, for
/// 10 s. Thread-safe; lives in a shared_ptr.
class Connections final : public net::ConnectionKeeper, public std::enable_shared_from_this<Connections>
{
public:
    /// One of this executor's context that is still quiet.
    std::optional<net::Stream> take(const net::Executor& executor);
    void keep(net::Stream stream);
    void forget(boost::asio::execution_context* context) override;

private:
    struct Kept
    {
        net::Stream stream;
        net::Deadline until;
    };
    std::mutex mutex_;
    std::map<boost::asio::execution_context*, std::vector<Kept>> kept_;
    std::set<boost::asio::execution_context*> watched_;
};
} // namespace dmid::chat
