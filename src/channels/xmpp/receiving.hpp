// SPDX-License-Identifier: Apache-2.0
// Private to this folder.
#pragma once

#include "channel/inbox.hpp"
#include "channels/xmpp/inlet.hpp"
#include "net/task.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace dmid::channels::xmpp
{
struct ReceivingOptions
{
    std::string domain;
    /// The first pause after an answer of `later`; doubles. A server never brings a message again: what waits
    /// is only in memory, and when `tries` are over its sender is told to try later.
    net::Millis again{1'000};
    unsigned tries = 7; ///< with 1 s at first: about a minute
};

/// The way from what came in to the inbox and back. What one account says is handed in in its order; accounts
/// do not wait for each other. All but stop() runs on run()'s executor, which one thread drives.
class Receiving : public std::enable_shared_from_this<Receiving>
{
public:
    /// `say` sends a stanza; any thread.
    Receiving(ReceivingOptions options, std::function<void(Element)> say);

    /// Hands in what comes until stop(); then tells the senders of what still waits.
    static net::Task<> run(std::shared_ptr<Receiving> self, channel::Inbox& inbox);
    /// Thread-safe.
    void stop();
    /// Where what comes in is put.
    const std::shared_ptr<Inlet>& inlet() const { return inlet_; }

private:
    static constexpr std::size_t kMaxOfOne = 64; ///< lines of one account that wait at once
    struct Running;

    void take(Incoming item);
    void line_up(Said said);
    static net::Task<> serve_lane(std::shared_ptr<Receiving> self, std::string account);
    static net::Task<> serve_approach(std::shared_ptr<Receiving> self, Approached approached);
    static net::Task<> serve_report(std::shared_ptr<Receiving> self, Incoming item);
    net::Task<> hand_in(Said& said);
    void answer(const Said& said, const channel::Heard& heard);
    void refuse_for_now(const Said& said);
    /// False when stop() came meanwhile.
    net::Task<bool> pause(net::Millis duration) const;

    ReceivingOptions options_;
    std::function<void(Element)> say_;
    const std::shared_ptr<Inlet> inlet_ = std::make_shared<Inlet>();
    channel::Inbox* inbox_ = nullptr; // as long as run() lasts
    std::map<std::string, std::deque<Said>> lanes_;
    std::size_t active_ = 0;
    std::atomic<bool> stopping_{false};
};
} // namespace dmid::channels::xmpp
