// SPDX-License-Identifier: Apache-2.0
// A service that misbehaves at the submit, where it is dangerous, against the suite that all channels pass.
#include "channels/sms/sms_channel.hpp"
#include "channels/sms/testing_http_bench.hpp"
#include "channels/sms/testing_inbox.hpp"
#include "channels/sms/testing_smsc.hpp"

#include <conformance/channel_suite.hpp>

#include <optional>

namespace dmid::conformance
{
namespace
{
namespace sms = channels::sms;

class SmsBench final : public Bench
{
public:
    channel::Channel& start(Service behaviour) override
    {
        smsc_.emplace([behaviour](sms::test::SmscConnection& connection, const sms::Pdu& pdu)
                      { return pdu.is(sms::Command::submit_sm) && misbehave(behaviour, connection, pdu); });
        sms::SmsOptions options;
        options.services = {sms::test::service_at(before(smsc_->port()))};
        options.sources = {{"", sms::sender_address("DMID").value()}};
        options.timing = sms::test::quick_timing();
        if (behaviour == Service::is_gone)
            smsc_.reset();
        channel_ = sms::make_sms_channel(std::move(options), clock_).value();
        return *channel_;
    }
    std::string address() const override { return "+49 (170) 123 45-67"; }
    std::vector<std::string> bad_addresses() const override
    {
        return {"01701234567", "00491701234567", "short:12345", "name:Bank", "+49170123456789012"};
    }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = "+491701234567";
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
    unsigned connections() const override { return smsc_ ? smsc_->connections() : 0; }
    std::vector<std::string> arrived() const override { return smsc_->texts(); }
    std::vector<std::string> secrets() const override { return {"s3cret", "hello", "491701234567"}; }
    bool keeps_a_connection() const override { return true; }
    std::vector<Flood> floods() const override
    {
        return {{std::string{"\x40\0\0\0\x80\0\0\x09\0\0\0\0\0\0\0\1", 16}, "x"}};
    }
    std::optional<std::string> exempt(Demand demand) const override
    {
        if (demand == Demand::repeats)
            return "a deliver_sm has no id: what comes again before its answer is known by its words "
                   "(SmsIn), later it "
                   "is another message";
        if (demand == Demand::forgery)
            return "anybody can set the sender of an SMS: no line of it is proven, which another test shows";
        return std::nullopt;
    }
    void bring(const std::string& /*id*/, const std::string& text) override
    {
        for (const auto& part : sms::test::parts_from_phone(text, 7))
            deliver(part);
    }
    void confirm(const std::string& known_as) override
    {
        auto receipt = sms::test::from_phone("id:" + known_as +
                                             " sub:001 dlvrd:001 submit date:2611290100 done "
                                             "date:2611290101 stat:DELIVRD err:000 text:");
        receipt.esm_class = sms::kEsmReceipt;
        deliver(receipt);
    }

private:
    /// Until it is bound, nobody is there to answer.
    void deliver(const sms::ShortMessage& message)
    {
        for (int i = 0; i < 100; ++i)
            if (smsc_->answer_to(smsc_->deliver(message), std::chrono::milliseconds{100}))
                return;
        ADD_FAILURE() << "it was not taken";
    }
    static bool misbehave(Service behaviour, sms::test::SmscConnection& connection, const sms::Pdu& pdu)
    {
        if (behaviour == Service::refuses)
            connection.respond(pdu, sms::Status::invalid_destination);
        else if (behaviour == Service::defers)
            connection.respond(pdu, sms::Status::queue_full);
        else if (behaviour == Service::hangs_up)
            connection.hang_up();
        else if (behaviour == Service::babbles)
        {
            connection.send_bytes(as_bytes("* OK IMAP4rev1 ready\r\n"));
            connection.hang_up();
        }
        return behaviour != Service::accepts;
    }
    SystemClock clock_;
    std::optional<sms::test::Smsc> smsc_;
    std::unique_ptr<channel::Channel> channel_;
};

std::unique_ptr<Bench> make_sms_bench()
{
    return std::make_unique<SmsBench>();
}
} // namespace

INSTANTIATE_TEST_SUITE_P(Sms, ChannelSuite, testing::Values(&make_sms_bench));
INSTANTIATE_TEST_SUITE_P(SmsHttp, ChannelSuite, testing::Values(&make_sms_http_bench));
} // namespace dmid::conformance
