// SPDX-License-Identifier: Apache-2.0
// A service that misbehaves once it has the whole message, against the suite that all channels pass.
#include "channels/@name@/@name@_channel.hpp"
#include "net/testing_peer.hpp"

#include <conformance/channel_suite.hpp>

#include <atomic>
#include <mutex>
#include <optional>

namespace dmid::conformance
{
namespace
{
namespace @name@ = channels::@name@;

class @Name@Bench final : public Bench
{
public:
    channel::Channel& start(Service behaviour) override
    {
        peer_.emplace([this, behaviour](const net::testing::RawSocket& socket) { serve(socket, behaviour); });
        @name@::@Name@Options options;
        options.host = "127.0.0.1";
        options.port = before(peer_->port());
        if (behaviour == Service::is_gone)
            peer_.reset();
        channel_ = @name@::make_@name@_channel(options, clock_).value();
        return *channel_;
    }
    std::string address() const override { return "Alice1"; }
    std::vector<std::string> bad_addresses() const override { return {"alice@example.org"}; }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = "alice1";
        return leg;
    }
    channel::Outgoing message(const std::string& text) const override
    {
        channel::Outgoing message;
        message.number = "8312 3456 7890 1210";
        message.sender = "8345 0000 0000 0015";
        message.text = text;
        return message;
    }
    unsigned connections() const override { return connections_; }
    std::vector<std::string> arrived() const override
    {
        const std::lock_guard lock{mutex_};
        return texts_;
    }
    std::vector<std::string> secrets() const override { return {"hello", "alice1"}; }

private:
    /// One connection: what the service answers once it has a message, as `behaviour` says.
    void serve(const net::testing::RawSocket& socket, Service behaviour)
    {
        ++connections_;
        const auto message = socket.read_until("");
        if (message.empty() || behaviour != Service::accepts)
            return;
        const std::lock_guard lock{mutex_};
        texts_.push_back(message);
    }
    SystemClock clock_;
    std::atomic<unsigned> connections_{0};
    mutable std::mutex mutex_;
    std::vector<std::string> texts_;
    std::optional<net::testing::ScriptedPeer> peer_;
    std::unique_ptr<channel::Channel> channel_;
};

std::unique_ptr<Bench> make_@name@_bench()
{
    return std::make_unique<@Name@Bench>();
}
} // namespace

INSTANTIATE_TEST_SUITE_P(@Name@, ChannelSuite, ::testing::Values(&make_@name@_bench));
} // namespace dmid::conformance
