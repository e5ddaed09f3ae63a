// SPDX-License-Identifier: Apache-2.0
// For tests only.
#pragma once

#include "channel/channel.hpp"
#include "conformance/interposed.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dmid::conformance
{
/// What the scripted service behind the channel does with the next message.
enum class Service : std::uint8_t
{
    accepts,
    refuses,   ///< for good
    defers,    ///< asks for another attempt later
    is_gone,   ///< nobody listens there
    is_silent, ///< takes the message and never answers
    hangs_up,  ///< takes the message and cuts the connection
    babbles,   ///< answers with bytes that are no protocol, then cuts the connection
};

/// Demands of the suite that need something of the bench.
enum class Demand : std::uint8_t
{
    addresses,    ///< an owner can bind address()
    service,      ///< there is a service that could misbehave, and start() heeds how
    interference, ///< cuts and floods on the way to the service: start() dials before()
    inward,       ///< bring()
    repeats,      ///< bring() twice under one id
    forgery,      ///< forge()
    receipts,     ///< confirm()
};

/// A flood: bytes that begin an answer of 1 GB, and what it goes on with.
struct Flood
{
    std::string beginning;
    std::string filler = "x";
};

/// Those of HTTP/1.1: a body by its length and in chunks, and fields without end.
inline std::vector<Flood> http_floods()
{
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    return {{ok + "Content-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n{\"x\":\"", "x"},
            {ok + "Transfer-Encoding: chunked\r\n\r\n", "400\r\n" + std::string(1024, 'x') + "\r\n"},
            {ok, "X-Field: x\r\n"}};
}

/// A channel with a scripted service behind it, on loopback. Made anew for every test.
class Bench
{
public:
    virtual ~Bench() = default;
    /// The channel, connected to a service that behaves so. Called once.
    virtual channel::Channel& start(Service behaviour) = 0;
    /// An address as a person writes it.
    virtual std::string address() const = 0;
    /// Addresses that parse_address() must refuse.
    virtual std::vector<std::string> bad_addresses() const = 0;
    /// What makes up a leg and a message for that address; the suite sets ids, deadline and text.
    virtual channel::Leg leg() const = 0;
    virtual channel::Outgoing message(const std::string& text) const = 0;
    /// How many connections the service has seen so far.
    virtual unsigned connections() const = 0;
    /// The texts that reached the service, decrypted where the channel encrypts.
    virtual std::vector<std::string> arrived() const = 0;
    /// Secrets and bodies that must stand in no detail: credentials, tickets, keys.
    virtual std::vector<std::string> secrets() const = 0;

    /// Why a demand cannot be put to this channel: shown with the test, which is skipped. Nothing: it can.
    virtual std::optional<std::string> exempt(Demand /*demand*/) const { return std::nullopt; }
    /// What a reader sees of this text: the same, unless the channel's README declares a loss.
    virtual std::string carried(const std::string& text) const { return text; }
    /// The seconds that the service names where it defers; 0: it names none.
    virtual std::int64_t asked_to_wait() const { return 0; }
    /// Whether the channel keeps one connection, and pauses before it dials again.
    virtual bool keeps_a_connection() const { return false; }
    /// How answers of its protocol can be of 1 GB; garbage is tried everywhere.
    virtual std::vector<Flood> floods() const { return {}; }

    /// The service hands in what the person at address() says, under an id of the service's making from this
    /// one; the channel is at work.
    virtual void bring(const std::string& /*id*/, const std::string& /*text*/) { untaught("bring()"); }
    /// Somebody else tries to say this as the person at address(), by all means that they have.
    virtual void forge(const std::string& /*text*/) { untaught("forge()"); }
    /// The service reports that the message of this known_as arrived.
    virtual void confirm(const std::string& /*known_as*/) { untaught("confirm()"); }

    /// Before start(): what stands between channel and service then.
    void interpose() { interposes_ = true; }
    Interposed* between() const { return between_.get(); }

protected:
    /// The port to dial in place of the service's.
    std::uint16_t before(std::uint16_t port)
    {
        if (!interposes_)
            return port;
        between_ = std::make_unique<Interposed>(port);
        return between_->port();
    }
    std::string before(const std::string& authority)
    {
        const auto colon = authority.rfind(':');
        const auto port = before(static_cast<std::uint16_t>(std::stoul(authority.substr(colon + 1))));
        return authority.substr(0, colon + 1) + std::to_string(port);
    }

private:
    static void untaught(const char* what) { ADD_FAILURE() << "the bench was not taught " << what; }
    bool interposes_ = false;
    std::unique_ptr<Interposed> between_;
};
using MakeBench = std::unique_ptr<Bench> (*)();
} // namespace dmid::conformance
