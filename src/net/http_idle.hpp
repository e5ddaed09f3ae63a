// SPDX-License-Identifier: Apache-2.0
// Private to net: the connections that an HttpClient keeps.
#pragma once

#include "net/address_guard.hpp"
#include "net/context_watch.hpp"
#include "net/stream.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace dmid::net
{
/// Idle connections by place, guard and the context that drives them. Thread-safe. A context that goes takes
/// its connections out first: a socket must not outlive it.
class IdleConnections final : public ConnectionKeeper, public std::enable_shared_from_this<IdleConnections>
{
public:
    using Context = boost::asio::execution_context;
    using Key = std::tuple<std::string, Guard, Context*>;

    /// A connection that is still quiet, with whatever deadline it was kept under.
    std::optional<Stream> take(const Key& key);
    /// Keeps at most 8 per place for 20 s; what is too many closes.
    void keep(const Key& key, Stream stream);
    void forget(Context* context) override;
    void clear();

private:
    struct Idle
    {
        Stream stream;
        Deadline until;
    };
    std::mutex mutex_;
    std::map<Key, std::vector<Idle>> idle_;
    std::set<Context*> watched_;
};
} // namespace dmid::net
