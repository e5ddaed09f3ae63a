// SPDX-License-Identifier: Apache-2.0
// An API server that misbehaves once it has the whole message, against the suite that all channels pass.
#include "channels/telegram/testing_api.hpp"

#include <conformance/channel_suite.hpp>

#include <optional>

namespace dmid::conformance
{
namespace
{
using namespace channels::telegram::test;

class TelegramBench final : public Bench
{
public:
    channel::Channel& start(Service behaviour) override
    {
        peer_.emplace([behaviour](const Seen& seen) { return answer(behaviour, seen); });
        const auto url = peer_->url();
        if (behaviour == Service::is_gone)
            peer_.reset();
        bot_.emplace(url);
        return bot_->channel();
    }
    std::string address() const override { return "7654321"; }
    std::vector<std::string> bad_addresses() const override
    {
        return {"@alice", "alice", "0",    "-1", "+42", "007", "4503599627370496", "99999999999999999",
                "1.5",    "1e3",   "４２", "42 "};
    }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = "7654321";
        return leg;
    }
    channel::Outgoing message(const std::string& text) const override { return Bot::message(text); }
    unsigned connections() const override { return peer_ ? static_cast<unsigned>(peer_->seen().size()) : 0; }
    std::vector<std::string> arrived() const override
    {
        std::vector<std::string> out;
        for (const auto& seen : peer_->calls("sendMessage"))
            out.push_back(seen.text("text"));
        return out;
    }
    std::vector<std::string> secrets() const override { return {kToken, "AAF-the", "hello", "7654321"}; }

private:
    static std::string answer(Service behaviour, const Seen& seen)
    {
        switch (behaviour)
        {
        case Service::refuses:
            return api_error(400, "Bad Request: 7654321 cannot be told hello by " + std::string{kToken} +
                                      std::string(400, 'x'));
        case Service::defers:
            return api_error(429, "Too Many Requests: retry after 5\\u0007",
                             R"(,"parameters":{"retry_after":5})");
        case Service::is_silent:
            std::this_thread::sleep_for(std::chrono::milliseconds{800});
            return "HTTP/1.1 2"; // not even a whole line
        case Service::hangs_up:
            return {};
        case Service::babbles:
            return "* OK IMAP4rev1 ready\r\n\r\n";
        default:
            return api_message(seen.text("text").empty() ? 0 : 1);
        }
    }
    std::optional<ApiPeer> peer_;
    std::optional<Bot> bot_;
};

std::unique_ptr<Bench> make_telegram_bench()
{
    return std::make_unique<TelegramBench>();
}
} // namespace

INSTANTIATE_TEST_SUITE_P(Telegram, ChannelSuite, ::testing::Values(&make_telegram_bench));
} // namespace dmid::conformance
