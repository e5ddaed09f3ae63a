// SPDX-License-Identifier: Apache-2.0
// A Graph API that misbehaves once it has the whole message, against the suite that all channels pass.
#include "channels/whatsapp/testing_calls.hpp"
#include "chat/testing_inbox.hpp"

#include <conformance/channel_suite.hpp>

#include <optional>

namespace dmid::conformance
{
namespace
{
using namespace channels::whatsapp::test;
using namespace chat::test;

class WhatsAppBench final : public Bench
{
public:
    channel::Channel& start(Service behaviour) override
    {
        peer_.emplace([behaviour](const Seen& seen) { return answer(behaviour, seen); });
        const auto url = before(peer_->url());
        if (behaviour == Service::is_gone)
            peer_.reset();
        business_.emplace(url);
        open_window();
        return business_->channel();
    }
    std::string address() const override { return "tel:+49 (170) 123-4567"; }
    std::vector<std::string> bad_addresses() const override
    {
        return {"@alice",  "alice",   "491701234567", "+0491701234567", "+49",
                "+49170x", "US.",     "us.1349",      "US.13 49",       "+1234567890123456",
                "1.5",     "US.ENT.", "USA.1349",     "+４９170123456", "US." + std::string(129, '1')};
    }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = kAnn;
        return leg;
    }
    channel::Outgoing message(const std::string& text) const override { return Business::message(text); }
    unsigned connections() const override
    {
        return peer_ ? static_cast<unsigned>(peer_->messages().size()) : 0;
    }
    std::vector<std::string> arrived() const override
    {
        std::vector<std::string> out;
        for (const auto& seen : peer_->messages())
            out.push_back(seen.text());
        return out;
    }
    std::vector<std::string> secrets() const override
    {
        return {kToken, kAppSecret, kVerifyToken, "EAAG-the", "hello", "491701234567"};
    }
    std::vector<Flood> floods() const override { return http_floods(); }
    void bring(const std::string& id, const std::string& text) override
    {
        call(said_by_ann(id, text_content(text), SystemClock{}.now()));
    }
    void forge(const std::string& text) override
    {
        const auto body = said_by_ann("f1", text_content(text), SystemClock{}.now());
        EXPECT_EQ(called_by_meta(business_->channel(), body, "sha256=" + std::string(64, '0')).status, 403U);
        EXPECT_EQ(called_by_meta(business_->channel(), body, "none").status, 403U);
        // Somebody else, whom Meta vouches for, under her name.
        call(hook_of(
            R"("contacts":[{"profile":{"name":"+491701234567"},"wa_id":"4915550100"}],"messages":[{"from":"4915550100","id":"wamid.f2","timestamp":"5",)" +
            text_content(text) + "}]"));
    }
    void confirm(const std::string& known_as) override
    {
        call(hook_of(R"("statuses":[{"id":")" + known_as +
                     R"(","status":"delivered","timestamp":"3","recipient_id":"491701234567"}])"));
    }

private:
    void call(const std::string& body)
    {
        EXPECT_TRUE(eventually([&] { return called_by_meta(business_->channel(), body).status == 200; }));
    }
    /// She wrote just now, so that anything may be said.
    void open_window()
    {
        {
            HearingInbox inbox;
            const Running running{business_->channel(), inbox};
            call(said_by_ann("open", text_content("hi"), SystemClock{}.now()));
        }
        business_->begin_anew(); // which remembers it: run() is over for good
    }
    static std::string answer(Service behaviour, const Seen& seen)
    {
        if (!seen.path.ends_with("/messages"))
            return http(200, R"({"id":"106540352242922"})");
        switch (behaviour)
        {
        case Service::refuses:
            return api_error(400, 131026, "491701234567 cannot be told hello by " + std::string{kToken},
                             std::string(400, 'x'));
        case Service::defers:
            return api_error(429, 130429, "Rate limit hit\\u0007");
        case Service::is_silent:
            std::this_thread::sleep_for(std::chrono::milliseconds{800});
            return "HTTP/1.1 2"; // not even a whole line
        case Service::hangs_up:
            return {};
        case Service::babbles:
            return "* OK IMAP4rev1 ready\r\n\r\n";
        default:
            return api_message("1");
        }
    }
    std::optional<ApiPeer> peer_;
    std::optional<Business> business_;
};

std::unique_ptr<Bench> make_whatsapp_bench()
{
    return std::make_unique<WhatsAppBench>();
}
} // namespace

INSTANTIATE_TEST_SUITE_P(WhatsApp, ChannelSuite, ::testing::Values(&make_whatsapp_bench));
} // namespace dmid::conformance
