// SPDX-License-Identifier: Apache-2.0
// A daemon that misbehaves once it has the whole call, against the suite that all channels pass.
#include "channels/signal/testing_daemon.hpp"

#include <conformance/channel_suite.hpp>

#include <optional>

namespace dmid::conformance
{
namespace
{
using namespace channels::signal::test;

class SignalBench final : public Bench
{
public:
    channel::Channel& start(Service behaviour) override
    {
        peer_.emplace([behaviour](const SeenCall& call) { return answer(behaviour, call); });
        const auto place = before(peer_->place());
        if (behaviour == Service::is_gone)
            peer_.reset();
        setup_.emplace(place);
        return setup_->channel();
    }
    std::string address() const override { return "7CCAE375-cd51-4c82-8b1e-7be3280aa485"; }
    std::vector<std::string> bad_addresses() const override
    {
        return {"+4930123456",
                "ann.42",
                "7ccae375-cd51-4c82-8b1e-7be3280aa48",
                "PNI:" + kAnn,
                "00000000-0000-0000-0000-000000000000",
                kAnn + " "};
    }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = kAnn;
        return leg;
    }
    channel::Outgoing message(const std::string& text) const override { return Wired::message(text); }
    unsigned connections() const override { return peer_ ? peer_->connections() : 0; }
    std::vector<std::string> arrived() const override
    {
        std::vector<std::string> out;
        for (const auto& call : peer_->calls("send"))
            out.push_back(call.text("message"));
        return out;
    }
    std::vector<std::string> secrets() const override { return {"hello", kAnn, kNode}; }
    std::vector<Flood> floods() const override
    {
        return {{R"({"jsonrpc":"2.0","id":")", "x"}, {"", "[{\"a\":"}, {"", "{}\n"}};
    }
    void bring(const std::string& id, const std::string& text) override
    {
        push(R"("sourceUuid":")" + kAnn + R"(","sourceName":"Ann",)", id, text);
    }
    void forge(const std::string& text) override
    {
        push(R"("sourceName":")" + kAnn + R"(",)", "91", text);
        push(R"("sourceNumber":"+33123","source":")" + kAnn + R"(",)", "92", text);
        push(R"("sourceUuid":"00000000-1111-4c82-8b1e-7be3280aa485","sourceName":")" + kAnn + R"(",)", "93",
             text);
    }
    void confirm(const std::string& known_as) override
    {
        listen();
        peer_->bring(R"("envelope":{"sourceUuid":")" + kAnn +
                     R"(","timestamp":5,"receiptMessage":{"isDelivery":true,"timestamps":[)" + known_as +
                     "]}}");
    }

private:
    void listen() const
    {
        for (int i = 0; i < 1000 && !peer_->subscribed(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    void push(const std::string& who, const std::string& id, const std::string& text)
    {
        listen();
        peer_->bring(R"("envelope":{)" + who + R"("timestamp":)" + id + R"(,"dataMessage":{"message":")" +
                     text + R"("}})");
    }
    static std::string answer(Service behaviour, const SeenCall& call)
    {
        switch (behaviour)
        {
        case Service::refuses:
            return error_line(call, -1,
                              "The user " + kAnn + " cannot be told hello\\u0007" + std::string(400, 'x'));
        case Service::defers:
            return failed_line(call, "RATE_LIMIT_FAILURE");
        case Service::is_silent:
            std::this_thread::sleep_for(std::chrono::milliseconds{800});
            return R"({"jsonrpc":)"; // not even a whole line
        case Service::hangs_up:
            return {};
        case Service::babbles:
            return "* OK IMAP4rev1 ready\r\n";
        default:
            return good_answer(call);
        }
    }
    std::optional<DaemonPeer> peer_;
    std::optional<Wired> setup_;
};

std::unique_ptr<Bench> make_signal_bench()
{
    return std::make_unique<SignalBench>();
}
} // namespace

INSTANTIATE_TEST_SUITE_P(Signal, ChannelSuite, ::testing::Values(&make_signal_bench));
} // namespace dmid::conformance
