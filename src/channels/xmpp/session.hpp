// SPDX-License-Identifier: Apache-2.0
// Private to this folder.
#pragma once

#include "channels/xmpp/delivery.hpp"
#include "channels/xmpp/handshake.hpp"
#include "channels/xmpp/incoming.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dmid::channels::xmpp
{
struct SessionTimes
{
    net::Millis ping_every{60'000}; ///< after so much silence the server is asked whether it is there
    net::Millis silence{20'000};    ///< so long it may take to answer
};

/// One connection to the server, both ways. All of it runs on the connection's executor.
///
/// A message is accepted when the server has answered a ping (XEP-0199) that stood behind it: a server
/// handles what comes on one stream in order (RFC 6120 §10.1), and sends back at once what it can refuse.
/// The ping goes to our own domain: whatever comes of it comes back to us.
class Session : public std::enable_shared_from_this<Session>
{
public:
    /// What came in for the inbox; false where there is no room for it.
    using Sink = std::function<bool(Incoming)>;

    /// `confirmed` is called when the server has confirmed what stood before a ping.
    Session(OpenStream open, std::string domain, SessionTimes times, Sink sink,
            std::function<void()> confirmed);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() = default;

    /// Reads until the connection ends, and says why. Call it once.
    static net::Task<Error> read(std::shared_ptr<Session> self);
    /// What was not confirmed is lost in the way that it was.
    void end(const Error& why);

    /// Takes a message for writing; it is told what came of it.
    void submit(DeliveryPtr delivery);
    /// Takes a stanza for writing that nobody waits for. Dropped where the queue is full.
    void say(const Element& stanza);
    /// Closes the stream when all is written that waits now.
    void leave();
    bool is_leaving() const noexcept { return leaving_; }
    /// No message of ours is under way that somebody waits for.
    bool is_idle() const noexcept;

private:
    struct Out
    {
        std::string xml;
        DeliveryPtr delivery;
    };
    struct Ping
    {
        std::vector<DeliveryPtr> behind; // what its answer confirms
        net::Deadline until;             // by then the answer must be there
    };
    static constexpr std::size_t kMaxQueue = 8U << 20U; // bytes that wait for the server to read
    static constexpr std::size_t kMaxBatch = 64U << 10U;
    /// What every server takes (RFC 6120 §13.12).
    static constexpr std::size_t kTakenByAll = 10'000;

    static net::Task<> flush(std::shared_ptr<Session> self);
    bool queue(std::string xml, DeliveryPtr delivery);
    std::string next_batch();
    std::string ping_for(std::vector<DeliveryPtr> behind);
    std::optional<Error> take(StreamEvent event);
    void take_query(const Element& iq);
    void take_stanza(const Arrived& arrived);
    bool take_bounce(const Bounced& bounced);
    void refuse_largest();
    void watch();

    net::Stream stream_;
    std::unique_ptr<StreamReader> reader_;
    std::string domain_;
    SessionTimes times_;
    Sink sink_;
    std::function<void()> confirmed_;
    boost::asio::steady_timer timer_;
    std::deque<Out> queue_;
    std::size_t queued_ = 0; // bytes
    std::map<std::string, Ping, std::less<>> pings_;
    std::uint64_t pinged_ = 0;
    net::Deadline heard_ = std::chrono::steady_clock::now();
    bool writing_ = false;
    bool leaving_ = false;
    bool silent_ = false;
};
} // namespace dmid::channels::xmpp
