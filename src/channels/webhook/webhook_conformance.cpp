// SPDX-License-Identifier: Apache-2.0
// A program that misbehaves once it has the whole request, against the suite that all channels pass.
#include "channels/webhook/testing_hook.hpp"

#include <conformance/channel_suite.hpp>

#include <optional>

namespace dmid::conformance
{
namespace
{
using namespace channels::webhook::test;

class WebhookBench final : public Bench
{
public:
    channel::Channel& start(Service behaviour) override
    {
        peer_.emplace([behaviour](const net::testing::RawSocket& socket, const HookRequest& /*request*/)
                      { return answer(behaviour, socket); });
        const auto authority = before(peer_->authority());
        url_ = "http://" + authority + "/hook";
        hooked_.emplace(authority);
        if (behaviour == Service::is_gone)
            peer_.reset();
        return hooked_->channel();
    }
    std::string address() const override { return url_; }
    std::vector<std::string> bad_addresses() const override
    {
        return {"http://example.org/hook",
                "https://user:word@example.org/",
                "ftp://example.org/",
                "https://",
                "https://127.1/",
                "wss://example.org/",
                "https://example.org/" + std::string(254, 'a'),
                "nobody",
                "nobody/builds",
                "ci/others",
                "ci/",
                "ci/a b",
                "CI"};
    }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = url_;
        return leg;
    }
    channel::Outgoing message(const std::string& text) const override { return message_of(text); }
    unsigned connections() const override { return peer_ ? static_cast<unsigned>(peer_->seen().size()) : 0; }
    std::vector<std::string> arrived() const override
    {
        std::vector<std::string> out;
        for (const auto& seen : peer_->seen())
            out.push_back(seen.text());
        return out;
    }
    std::vector<std::string> secrets() const override
    {
        return {kNodeSecret, kToken, kSecret, "hello", "/hook", Hooked::url_key(url_).reveal().substr(6)};
    }
    std::int64_t asked_to_wait() const override { return 5; }
    std::vector<Flood> floods() const override { return http_floods(); }
    void bring(const std::string& id, const std::string& text) override
    {
        const auto body = R"({"from":")" + url_ + R"(","text":")" + text + R"("})";
        EXPECT_TRUE(
            eventually([&] { return hooked_->with_key(body, Hooked::url_key(url_), id).status == 200U; }));
    }
    void forge(const std::string& text) override
    {
        const auto body = R"({"id":"f","from":")" + url_ + R"(","text":")" + text + R"("})";
        EXPECT_EQ(hooked_->with_key(body, Hooked::program_key(), "f1").status, 401U);
        EXPECT_EQ(hooked_->with_key(body, Hooked::url_key("https://other.example/"), "f2").status, 401U);
        EXPECT_EQ(hooked_->with_token(body).status, 403U);
    }
    void confirm(const std::string& known_as) override
    {
        const auto body =
            R"({"from":")" + url_ + R"(","type":"message.delivered","of":")" + known_as + R"("})";
        EXPECT_TRUE(
            eventually([&] { return hooked_->with_key(body, Hooked::url_key(url_), "c1").status != 503U; }));
    }

private:
    static std::string answer(Service behaviour, const net::testing::RawSocket& socket)
    {
        switch (behaviour)
        {
        case Service::refuses:
            return status_line("404 hello /hook is not here");
        case Service::defers:
            return status_line("503 Busy", "Retry-After: 5\r\n");
        case Service::is_silent:
            (void)socket.read_until("");
            return {};
        case Service::hangs_up:
            return {};
        case Service::babbles:
            return "* OK IMAP4rev1 ready\r\n\r\n";
        default:
            return status_line("200 OK");
        }
    }
    std::string url_;
    std::optional<HookPeer> peer_;
    std::optional<Hooked> hooked_;
};

std::unique_ptr<Bench> make_webhook_bench()
{
    return std::make_unique<WebhookBench>();
}
} // namespace

INSTANTIATE_TEST_SUITE_P(Webhook, ChannelSuite, ::testing::Values(&make_webhook_bench));
} // namespace dmid::conformance
