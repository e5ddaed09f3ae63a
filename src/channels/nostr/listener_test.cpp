// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/nostr_channel.hpp"
#include "channels/nostr/testing_relay.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace dmid::channels::nostr
{
namespace
{
using test::FakeServed;
using test::key;
using test::ScriptedRelay;
using test::secret;
using test::wrap_of;

constexpr std::uint8_t kListenedInbox = 0x21;

class CountingInbox final : public channel::Inbox
{
public:
    net::Task<channel::Answer> receive(channel::Inbound message) override
    {
        const std::lock_guard lock{mutex_};
        received_.push_back(std::move(message));
        channel::Answer answer;
        answer.yes = answer_;
        co_return answer;
    }
    std::vector<channel::Inbound> received() const
    {
        const std::lock_guard lock{mutex_};
        return received_;
    }
    channel::Yes answer_ = channel::Yes::yes;

private:
    mutable std::mutex mutex_;
    std::vector<channel::Inbound> received_;
};

/// A channel that listens to one relay until the test ends.
struct Listening
{
    explicit Listening(const ScriptedRelay& relay)
    {
        NostrOptions options;
        options.relays = {relay.url()};
        options.own_relay = "wss://node.example/";
        options.backoff = net::Millis{50};
        channel = make_nostr_channel(options, secret(0x11), served, clock).value();
        auto running = [](channel::Channel& a_channel, channel::Inbox& an_inbox,
                          std::promise<void>& end) -> net::Task<>
        {
            co_await a_channel.run(an_inbox);
            end.set_value();
        };
        pool.start();
        net::spawn(pool.executor(0), running(*channel, inbox, ended));
    }
    ~Listening() { stop(); }
    bool stop()
    {
        if (stopped)
            return true;
        channel->stop();
        stopped = ended.get_future().wait_for(std::chrono::seconds{3}) == std::future_status::ready;
        return stopped;
    }
    SystemClock clock;
    FakeServed served{{kListenedInbox}};
    CountingInbox inbox;
    std::promise<void> ended;
    bool stopped = false;
    std::unique_ptr<NostrChannel> channel;
    net::IoPool pool{1};
};

template <class Probe> bool within_seconds(Probe probe, int seconds = 5)
{
    for (int i = 0; i < seconds * 100; ++i)
    {
        if (probe())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
}

std::string event_line(const seal::Event& event, const std::string& subscription = "dmid-inbox")
{
    return encode(RelayMessage{relay::Event{subscription, event}});
}
std::string ok_line(const Hash32& id, bool accepted, const std::string& words = "")
{
    return encode(RelayMessage{relay::Ok{id, accepted, words}});
}
} // namespace

TEST(NostrListener, HandsInTheWrapsOfServedKeysOnceAndNothingElse)
{
    const auto wrap = wrap_of("hello", 1, kListenedInbox, SystemClock{}.now());
    const auto other = wrap_of("not ours", 1, 2, SystemClock{}.now());
    const ScriptedRelay relay{[&](const ClientMessage& message) -> std::vector<std::string>
                              {
                                  if (std::holds_alternative<client::Req>(message))
                                      return {event_line(wrap), event_line(other), event_line(wrap),
                                              event_line(wrap, "another"), "[\"EOSE\",\"dmid-inbox\"]"};
                                  return {};
                              }};
    Listening listening{relay};
    ASSERT_TRUE(within_seconds([&] { return !listening.inbox.received().empty(); }));
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    const auto received = listening.inbox.received();
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].door, "nostr");
    EXPECT_EQ(received[0].source, relay.authority());
    EXPECT_EQ(received[0].body, seal::to_json(wrap));
    EXPECT_TRUE(listening.stop());
}

TEST(NostrListener, AsksBackThreeDaysAndAnnouncesItsKeys)
{
    const ScriptedRelay relay{[](const ClientMessage&) { return std::vector<std::string>{}; }};
    Listening listening{relay};
    ASSERT_TRUE(within_seconds([&] { return relay.events().size() == 2; }));
    const auto heard = relay.heard();
    const auto* request = std::get_if<client::Req>(&heard.at(0));
    ASSERT_NE(request, nullptr);
    const auto& filter = request->filters.at(0);
    EXPECT_EQ(filter.kinds, std::vector<std::uint32_t>{1059});
    EXPECT_EQ(filter.p, std::vector<XOnlyKey>{key(kListenedInbox)});
    EXPECT_NEAR(static_cast<double>(*filter.since), static_cast<double>(listening.clock.now() - 266'400),
                3700);
    const auto list = relay.events()[0];
    EXPECT_EQ(list.kind, 10050U);
    EXPECT_TRUE(seal::verify(list));
    EXPECT_EQ(list.tags,
              (std::vector<seal::Tag>{{"relay", "wss://node.example/"}, {"relay", "wss://relay.example/"}}));
    EXPECT_EQ(relay.events()[1].content, R"({"name":"8312 3456 7890 1210","about":"A DMID number."})");
}

TEST(NostrListener, SubscribesAnewWhenANumberIsAdded)
{
    const ScriptedRelay relay{[](const ClientMessage&) { return std::vector<std::string>{}; }};
    Listening listening{relay};
    ASSERT_TRUE(within_seconds([&] { return relay.events().size() == 2; }));
    listening.served.add(0x22);
    listening.channel->refresh();
    ASSERT_TRUE(within_seconds([&] { return relay.events().size() == 6; }));
    EXPECT_EQ(relay.connections(), 1U);
}

TEST(NostrListener, ProvesItsKeysToARelayThatAsksAndThenSubscribesAgain)
{
    const auto wrap = wrap_of("hello", 1, kListenedInbox, SystemClock{}.now());
    bool proven = false;
    const ScriptedRelay relay{
        [&](const ClientMessage& message) -> std::vector<std::string>
        {
            if (const auto* auth = std::get_if<client::Auth>(&message))
            {
                proven = auth->event.pubkey == key(kListenedInbox) && seal::verify(auth->event);
                return {ok_line(auth->event.id, proven)};
            }
            if (std::holds_alternative<client::Req>(message))
                return {proven ? event_line(wrap) : "[\"CLOSED\",\"dmid-inbox\",\"auth-required: x\"]"};
            return {};
        },
        {encode(RelayMessage{relay::Auth{"c"}})}};
    Listening listening{relay};
    EXPECT_TRUE(within_seconds([&] { return listening.inbox.received().size() == 1; }));
}

TEST(NostrListener, ComesBackAfterALostConnection)
{
    const ScriptedRelay relay{[](const ClientMessage&) { return std::vector<std::string>{"cut"}; }};
    Listening listening{relay};
    EXPECT_TRUE(within_seconds([&] { return relay.connections() >= 3; }));
    EXPECT_TRUE(listening.stop());
}

TEST(NostrListener, LeavesARelayThatBabbles)
{
    const ScriptedRelay relay{[](const ClientMessage& message) -> std::vector<std::string>
                              {
                                  if (!std::holds_alternative<client::Req>(message))
                                      return {};
                                  return std::vector<std::string>(100, "{\"what\":[");
                              }};
    Listening listening{relay};
    EXPECT_TRUE(within_seconds([&] { return relay.connections() >= 2; })) << "cut, and tried again later";
    EXPECT_TRUE(listening.inbox.received().empty());
}
} // namespace dmid::channels::nostr
