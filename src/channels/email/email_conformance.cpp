// SPDX-License-Identifier: Apache-2.0
// A submission server that misbehaves after the final dot, where it is dangerous, against the suite that all
// channels pass.
#include "channels/email/email_channel.hpp"
#include "channels/email/testing_smtp.hpp"

#include <conformance/channel_suite.hpp>

#include <filesystem>
#include <fstream>
#include <optional>

namespace dmid::conformance
{
namespace
{
using namespace channels::email;
using channels::email::test::Answers;
using channels::email::test::decode_qp;
using channels::email::test::SmtpPeer;

class EmailBench final : public Bench
{
public:
    channel::Channel& start(Service behaviour) override
    {
        peer_.emplace(script(behaviour));
        std::ofstream{directory_.file("password")} << "s3cret\n";
        std::filesystem::permissions(directory_.file("password"), std::filesystem::perms{0600});
        EmailOptions options;
        options.host = "127.0.0.1";
        options.port = before(peer_->port());
        options.tls = SmtpTls::none;
        options.domain = "dmid.example";
        options.user = "node";
        options.password_file = directory_.file("password");
        if (behaviour == Service::is_gone)
            peer_.reset();
        channel_ = make_email_channel(options, clock_).value();
        return *channel_;
    }
    std::string address() const override { return "Alice@Mail.Example"; }
    std::vector<std::string> bad_addresses() const override
    {
        return {"alice", "alice@", "a@[127.0.0.1]", "A <a@b.org>", "a@b.org\r\nRCPT TO:<c@d.org>"};
    }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = "Alice@mail.example";
        return leg;
    }
    channel::Outgoing message(const std::string& text) const override
    {
        channel::Outgoing message;
        message.number = "8312 3456 7890 1210";
        message.sender = "8345 0000 0000 0015 (dmid)";
        message.text = text;
        message.reply_token = "abcdefghijklmnopqrstuvwxyz";
        return message;
    }
    unsigned connections() const override { return peer_ ? peer_->connections() : 0; }
    std::vector<std::string> arrived() const override
    {
        auto messages = peer_->messages();
        for (auto& message : messages)
        {
            message = message.substr(message.find("\r\n\r\n") + 4);
            // As SMTP writes a line that begins with a dot.
            for (std::size_t at = 0; (at = message.find("\r\n..", at)) != std::string::npos; at += 3)
                message.erase(at + 2, 1);
            message = decode_qp(message);
            std::erase(message, '\r');
        }
        return messages;
    }
    std::vector<std::string> secrets() const override
    {
        return {"s3cret", "AG5vZGUAczNjcmV0", "hello", "abcdefghi", "mail.example", "MAIL.EXAMPLE"};
    }
    std::vector<Flood> floods() const override { return {{"", "250-x\r\n"}, {"250-", "x"}}; }
    std::optional<std::string> exempt(Demand demand) const override
    {
        if (demand == Demand::interference)
            return std::nullopt;
        return "mail and reports of it come in by a door of their own, which door_test and mail_in_test hold "
               "to this";
    }

private:
    static Answers script(Service behaviour)
    {
        Answers answers;
        answers.ehlo = "250-test\r\n250-SIZE 10000000\r\n250 AUTH PLAIN\r\n";
        if (behaviour == Service::refuses)
            answers.dot =
                "554 5.7.1 <ALICE@MAIL.EXAMPLE> wants none of it: " + std::string(300, 'x') + "\r\n";
        else if (behaviour == Service::defers)
            answers.dot = "452 4.2.2 the mailbox of alice@mail.example is full\x07\r\n";
        else if (behaviour == Service::hangs_up)
            answers.dot = "";
        else if (behaviour == Service::is_silent)
            answers.dot = "25"; // not even a whole line
        else if (behaviour == Service::babbles)
            answers.dot = "* OK IMAP4rev1 ready\r\n";
        answers.cuts_after_dot = behaviour == Service::babbles;
        return answers;
    }
    net::testing::TemporaryDirectory directory_;
    SystemClock clock_;
    std::optional<SmtpPeer> peer_;
    std::unique_ptr<channel::Channel> channel_;
};

std::unique_ptr<Bench> make()
{
    return std::make_unique<EmailBench>();
}
} // namespace

INSTANTIATE_TEST_SUITE_P(Email, ChannelSuite, testing::Values(&make));
} // namespace dmid::conformance
