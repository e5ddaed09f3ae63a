// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/rpc.hpp"
#include "net/websocket.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dmid::chain
{
struct HeadWatchOptions
{
    net::Millis ping_after{20'000};  ///< of silence on a connection; without an answer for as long it closes
    net::Millis head_within{90'000}; ///< a connection that announces none for so long is given up
    net::Millis first_retry{1'000};  ///< after a connection that failed or ended; doubles with each failure
    net::Millis last_retry{120'000}; ///< and never gets longer than this
    net::Millis least_pause{200};    ///< between two wakes, however many heads are announced
};

/// Listens for new heads (`eth_subscribe newHeads`) at every endpoint that has a ws_url, and wakes who waits
/// for them. An announcement is believed for nothing: it is a reason to ask now, not at the next poll. A
/// connection that fails, falls silent or talks nonsense is opened again, ever more slowly.
/// Everything runs on one executor, driven by one thread; it must outlive what runs on it, and holds nothing
/// of that executor's context when nothing runs.
class HeadWatch
{
public:
    HeadWatch(const net::Dialer& dialer, const std::vector<EndpointConfig>& endpoints,
              HeadWatchOptions options = {});
    ~HeadWatch();

    /// Starts listening on `executor`; does nothing where no endpoint has a ws_url.
    void start(net::Executor executor);
    /// Cuts the connections and ends listening.
    void stop();

    /// Suspends until a head is announced, or for `slow` while some endpoint announces them, `fast` while
    /// none does.
    net::Task<> wait(net::Millis fast, net::Millis slow);

    /// Endpoints that are announcing now. From any thread.
    unsigned live() const noexcept { return live_; }
    /// Told of each connection that ended: label and words that hold no URL.
    std::function<void(const std::string& label, const std::string& words)> on_loss;

private:
    struct Source;
    net::Task<> listen(std::shared_ptr<Source> source);
    net::Task<Result<>> session(Source& source);
    net::Task<Result<>> listen_on(Source& source, net::WebSocketPtr socket);
    void announced(Source& source);
    void ring();
    void give_up_silent();

    const net::Dialer& dialer_;
    HeadWatchOptions options_;
    std::vector<std::shared_ptr<Source>> sources_;
    boost::asio::steady_timer* bell_ = nullptr; ///< of who waits now; cancelled by an announcement
    bool rung_ = false;
    bool stopped_ = false;
    std::atomic<unsigned> live_ = 0;
};
} // namespace dmid::chain
