// SPDX-License-Identifier: Apache-2.0
// A server's component port that misbehaves once it has the message, against the suite that all channels
// pass.
#include "channels/xmpp/testing_server.hpp"
#include "channels/xmpp/xmpp_channel.hpp"
#include "keys/files.hpp"

#include <conformance/channel_suite.hpp>

#include <optional>

namespace dmid::conformance
{
namespace
{
using namespace channels::xmpp;
using channels::xmpp::test::ComponentPeer;
using channels::xmpp::test::echo;
using channels::xmpp::test::Says;

std::string bounce_of(const Element& stanza, const std::string& type, const std::string& condition)
{
    return "<message type='error' id='" + std::string{stanza.attribute("id")} + "' from='" +
           std::string{stanza.attribute("to")} + "' to='" + std::string{stanza.attribute("from")} +
           "'><body>hello</body><error type='" + type + "'><" + condition + " xmlns='" + kStanzaErrorNs +
           "'/><text xmlns='" + kStanzaErrorNs + "'>no alice@mail.example&#10;here</text></error></message>";
}

class XmppBench final : public Bench
{
public:
    channel::Channel& start(Service behaviour) override
    {
        (void)keys::replace_private_file(directory_.file("secret"), "s3cret\n");
        peer_.emplace([behaviour](const Element& stanza) { return script(behaviour, stanza); });
        XmppOptions options;
        options.port = before(peer_->port());
        options.backoff = net::Millis{20};
        options.domain = "dmid.example";
        options.secret_file = directory_.file("secret");
        if (behaviour == Service::is_gone)
            peer_.reset();
        channel_ = make_xmpp_channel(options, clock_).value();
        return *channel_;
    }
    ~XmppBench() override { channel_.reset(); }
    std::string address() const override { return "Alice@Mail.Example/phone"; }
    std::vector<std::string> bad_addresses() const override
    {
        return {"alice", "mail.example", "a b@c.example", "@c.example", "8312345678901210@dmid.example"};
    }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = "alice@mail.example";
        return leg;
    }
    channel::Outgoing message(const std::string& text) const override
    {
        channel::Outgoing message;
        message.number = "8312 3456 7890 1210";
        message.sender = "8345 0000 0000 0015 (dmid)";
        message.text = text;
        return message;
    }
    unsigned connections() const override { return peer_ ? peer_->connections() : 0; }
    std::vector<std::string> arrived() const override
    {
        std::vector<std::string> out;
        for (const auto& stanza : peer_->came("message"))
            out.emplace_back(stanza.text_of("body", kComponentNs));
        return out;
    }
    std::vector<std::string> secrets() const override
    {
        return {"s3cret", component_proof("3BF96D32", "s3cret"), "hello", "alice@mail"};
    }
    bool keeps_a_connection() const override { return true; }
    std::vector<Flood> floods() const override
    {
        return {{"<message><body>", "x"}, {"<message>", "<a>"}, {"", "<message/>"}};
    }
    void bring(const std::string& id, const std::string& text) override
    {
        say("alice@mail.example/phone", id, "<body>" + text + "</body>");
    }
    void forge(const std::string& text) override
    {
        const auto hers =
            "<message from='alice@mail.example/phone' to='8312345678901210@dmid.example' type='chat'><body>" +
            text + "</body></message>";
        const auto forwarded = "<forwarded xmlns='urn:xmpp:forward:0'>" + hers + "</forwarded>";
        say("mallory@evil.example", "f1",
            "<nick xmlns='http://jabber.org/protocol/nick'>alice@mail.example</nick><body>" + text +
                "</body>");
        say("mallory@evil.example", "f2",
            "<received xmlns='urn:xmpp:carbons:2'>" + forwarded + "</received>");
        say("mallory@evil.example", "f3", "<result xmlns='urn:xmpp:mam:2' id='1'>" + forwarded + "</result>");
        say("alice@mail.example.evil.example", "f4", "<body>" + text + "</body>");
    }
    void confirm(const std::string& known_as) override
    {
        say("alice@mail.example/phone", "r1", "<received xmlns='urn:xmpp:receipts' id='" + known_as + "'/>");
    }

private:
    void say(const std::string& from, const std::string& id, const std::string& inside) const
    {
        const auto stanza = "<message from='" + from +
                            "' to='8312345678901210@dmid.example' type='chat' id='" + id + "'>" + inside +
                            "</message>";
        for (int i = 0; i < 1000 && !peer_->say(stanza); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    static Says script(Service behaviour, const Element& stanza)
    {
        if (stanza.name != "message")
            return {behaviour == Service::is_silent ? "" : echo(stanza)};
        switch (behaviour)
        {
        case Service::refuses:
            return {bounce_of(stanza, "cancel", "service-unavailable")};
        case Service::defers:
            return {bounce_of(stanza, "wait", "resource-constraint")};
        case Service::hangs_up:
            return {"", true};
        case Service::babbles:
            return {"250 2.0.0 queued\r\n", true};
        default:
            return {};
        }
    }
    net::testing::TemporaryDirectory directory_;
    SystemClock clock_;
    std::optional<ComponentPeer> peer_;
    std::unique_ptr<channel::Channel> channel_;
};

std::unique_ptr<Bench> make_xmpp_bench()
{
    return std::make_unique<XmppBench>();
}
} // namespace

INSTANTIATE_TEST_SUITE_P(Xmpp, ChannelSuite, testing::Values(&make_xmpp_bench));
} // namespace dmid::conformance
