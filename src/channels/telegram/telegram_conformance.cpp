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
        peer_.emplace([this, behaviour](const Seen& seen) { return answer(behaviour, seen); });
        const auto url = before(peer_->url());
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
    std::int64_t asked_to_wait() const override { return 5; }
    std::vector<Flood> floods() const override { return http_floods(); }
    std::optional<std::string> exempt(Demand demand) const override
    {
        if (demand == Demand::receipts)
            return "the Bot API tells nothing of what became of a message";
        return std::nullopt;
    }
    void bring(const std::string& id, const std::string& text) override
    {
        wait(
            id,
            R"("chat":{"id":7654321,"type":"private"},"from":{"id":7654321,"is_bot":false,"first_name":"A"})",
            text);
    }
    void forge(const std::string& text) override
    {
        const std::string ann = R"("from":{"id":7654321,"is_bot":false,"first_name":"A"})";
        wait("91", R"("chat":{"id":-100,"type":"group","title":"g"},)" + ann, text);
        wait("92", R"("chat":{"id":666,"type":"private"},)" + ann, text);
        wait(
            "93",
            R"("chat":{"id":7654321,"type":"private"},"from":{"id":666,"is_bot":false,"first_name":"7654321"})",
            text);
    }

private:
    void wait(const std::string& id, const std::string& who, const std::string& text)
    {
        const std::lock_guard lock{mutex_};
        const auto update = ++updates_;
        waiting_.emplace_back(update, R"({"update_id":)" + std::to_string(update) +
                                          R"(,"message":{"message_id":)" + id + R"(,"date":5,)" + who +
                                          R"(,"text":")" + text + R"("}})");
    }
    /// What is waiting from the offset on.
    std::string page(const Seen& seen)
    {
        const std::lock_guard lock{mutex_};
        std::string out;
        std::erase_if(waiting_, [&](const auto& one) { return one.first < seen.number("offset"); });
        for (const auto& one : waiting_)
            out += (out.empty() ? "" : ",") + one.second;
        return api_ok('[' + out + ']');
    }
    std::string answer(Service behaviour, const Seen& seen)
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
            return seen.method == "getUpdates"       ? page(seen)
                   : seen.method.starts_with("send") ? api_message(1)
                                                     : api_ok("true");
        }
    }
    std::mutex mutex_;
    std::vector<std::pair<std::int64_t, std::string>> waiting_;
    std::int64_t updates_ = 0;
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
