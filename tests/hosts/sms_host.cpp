// SPDX-License-Identifier: Apache-2.0
// The SMS channel without a node behind, for services that this project did not write.
//
//   sms_host < commands
//
// Commands and answers are lines of JSON. The first one configures it: {"services":[{"host","port","binds",
// "password","ca","window","label"}],"long","caps"}; then {"event":"ready"}.
// {"op":"send","id","to","text","within"} gives {"event":"attempt",…}; {"op":"burst","count","to","text"}
// sends so many at once and gives
// {"event":"burst","accepted","milliseconds"}; {"op":"answer","yes","say"} says what the inbox answers from
// now on.
// {"event":"line",…} and {"event":"report",…} are what came in; {"event":"ended"} is the last.
#include "channels/sms/sms_channel.hpp"
#include "codec/json.hpp"
#include "net/io_pool.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <atomic>
#include <future>
#include <iostream>
#include <mutex>
#include <set>

namespace
{
using namespace dmid;
namespace sms = channels::sms;
namespace json = boost::json;

std::mutex output;
void say(const json::object& line)
{
    const std::lock_guard lock{output};
    std::cout << codec::serialise_json(line) << std::endl;
}
std::string text_of(const codec::JsonItem& item, std::string_view key, std::string otherwise = {})
{
    const auto member = item.optional(key);
    return member ? member->text().value_or(otherwise) : otherwise;
}
std::int64_t number_of(const codec::JsonItem& item, std::string_view key, std::int64_t otherwise)
{
    const auto member = item.optional(key);
    return member ? member->integer().value_or(otherwise) : otherwise;
}

const char* name_of(channel::Outcome outcome)
{
    constexpr const char* kNames[] = {"accepted", "refused", "deferred", "unreachable", "uncertain"};
    return kNames[static_cast<std::size_t>(outcome)];
}

class HostInbox final : public channel::Inbox
{
public:
    net::Task<channel::Answer> receive(channel::Inbound /*message*/) override { co_return channel::Answer{}; }
    net::Task<channel::Heard> hear(channel::ChatLine line) override
    {
        ::say({{"event", "line"},
               {"account", line.account},
               {"text", line.text},
               {"lost", line.lost},
               {"id", line.native_id},
               {"proven", line.proven},
               {"automatic", line.automatic}});
        channel::Heard out;
        const std::lock_guard lock{mutex_};
        out.answer.yes = yes_;
        out.say = words_;
        co_return out;
    }
    net::Task<channel::Answer> report(channel::Report what) override
    {
        constexpr const char* kFates[] = {"delivered", "delayed", "failed", "read"};
        ::say({{"event", "report"},
               {"account", what.account},
               {"known_as", what.known_as},
               {"fate", kFates[static_cast<std::size_t>(what.fate)]},
               {"detail", what.detail}});
        channel::Answer out;
        const std::lock_guard lock{mutex_};
        out.yes = known_.contains(what.known_as) ? channel::Yes::yes : channel::Yes::no;
        co_return out;
    }
    /// A message went out under this id: reports of it are known from now on.
    void know(std::string id)
    {
        const std::lock_guard lock{mutex_};
        known_.insert(std::move(id));
    }
    void set(const std::string& yes, std::string words)
    {
        const std::lock_guard lock{mutex_};
        yes_ = yes == "later" ? channel::Yes::later : yes == "no" ? channel::Yes::no : channel::Yes::yes;
        words_ = std::move(words);
    }

private:
    std::mutex mutex_;
    channel::Yes yes_ = channel::Yes::yes;
    std::string words_;
    std::set<std::string> known_;
};

sms::SmppService service_from(const codec::JsonItem& item)
{
    sms::SmppService out;
    out.host = text_of(item, "host", "127.0.0.1");
    out.port = static_cast<std::uint16_t>(number_of(item, "port", 0));
    out.system_id = "node";
    out.password = text_of(item, "password", "s3cret");
    out.label = text_of(item, "label");
    out.window = static_cast<unsigned>(number_of(item, "window", 10));
    const auto binds = text_of(item, "binds");
    out.binds = binds == "pair" ? sms::Binds::pair : sms::Binds::transceiver;
    if (const auto ca = text_of(item, "ca"); !ca.empty())
        out.tls = net::make_tls_client(ca).value();
    return out;
}

sms::SmsOptions options_from(const codec::JsonItem& item)
{
    sms::SmsOptions out;
    const auto services = item.field("services").value().array().value();
    for (const auto& service : services)
        out.services.push_back(service_from(service));
    out.sources = {{"", sms::sender_address("DMID").value()},
                   {"+1", sms::sender_address("+15550100").value()}};
    const auto text = text_of(item, "long");
    out.long_texts = text == "payload" ? sms::LongTexts::payload
                     : text == "wide"  ? sms::LongTexts::wide_parts
                                       : sms::LongTexts::parts;
    out.timing.first_pause = net::Millis{200};
    out.timing.longest_pause = net::Millis{1'000};
    out.timing.response = net::Millis{number_of(item, "response", 5'000)};
    out.hold = net::Millis{number_of(item, "hold", 5'000)};
    return out;
}

channel::Leg leg_from(const codec::JsonItem& command, std::int64_t id)
{
    channel::Leg out;
    for (std::size_t i = 0; i < 8; ++i)
        out.id.bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(id) >> (8 * i));
    out.address = text_of(command, "to");
    out.deadline = SystemClock{}.now_ms() + number_of(command, "within", 10'000);
    return out;
}

net::Task<> send_one(channel::Channel& channel, HostInbox& inbox, channel::Leg leg, channel::Outgoing message,
                     std::int64_t id)
{
    const auto attempt = co_await channel.send(std::move(leg), std::move(message));
    json::array known_as;
    for (const auto& name : attempt.known_as)
    {
        known_as.emplace_back(name);
        inbox.know(name);
    }
    say({{"event", "attempt"},
         {"id", id},
         {"outcome", name_of(attempt.outcome)},
         {"code", name(attempt.code)},
         {"detail", attempt.detail},
         {"known_as", known_as},
         {"retry", attempt.retry_at.has_value()}});
}

struct Burst
{
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    std::int64_t left = 0;
    std::int64_t accepted = 0;
};
net::Task<> send_of_burst(channel::Channel& channel, channel::Leg leg, channel::Outgoing message,
                          std::shared_ptr<Burst> burst)
{
    const auto attempt = co_await channel.send(std::move(leg), std::move(message));
    burst->accepted += attempt.outcome == channel::Outcome::accepted ? 1 : 0;
    if (--burst->left > 0)
        co_return;
    const auto took = std::chrono::steady_clock::now() - burst->began;
    say({{"event", "burst"},
         {"accepted", burst->accepted},
         {"milliseconds", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
}

net::Task<> receive(channel::Channel& channel, channel::Inbox& inbox, std::promise<void>& ended)
{
    co_await channel.run(inbox);
    ended.set_value();
}

void carry_out(const codec::JsonItem& command, channel::Channel& channel, HostInbox& inbox,
               net::Executor executor)
{
    channel::Outgoing message;
    message.to_owner = false;
    message.text = text_of(command, "text");
    const auto op = text_of(command, "op");
    if (op == "answer")
    {
        inbox.set(text_of(command, "yes"), text_of(command, "say"));
        say({{"event", "done"}});
    }
    else if (op == "send")
    {
        const auto id = number_of(command, "id", 0);
        net::spawn(executor, send_one(channel, inbox, leg_from(command, id), std::move(message), id));
    }
    else if (op == "burst")
    {
        const auto burst = std::make_shared<Burst>();
        burst->left = number_of(command, "count", 1);
        const auto count = burst->left;
        for (std::int64_t i = 0; i < count; ++i)
            net::spawn(executor, send_of_burst(channel, leg_from(command, 1'000'000 + i), message, burst));
    }
}
} // namespace

int main()
{
    std::string line;
    std::getline(std::cin, line);
    const auto first = codec::parse_json(line).value();
    const SystemClock clock;
    const auto channel =
        sms::make_sms_channel(options_from(codec::JsonItem{first, "options"}), clock).value();
    HostInbox inbox;
    net::IoPool pool{2};
    pool.start();
    std::promise<void> ended;
    net::spawn(pool.executor(0), receive(*channel, inbox, ended));
    say({{"event", "ready"}});
    while (std::getline(std::cin, line))
    {
        const auto value = codec::parse_json(line).value();
        carry_out(codec::JsonItem{value, "command"}, *channel, inbox, pool.executor(1));
    }
    channel->stop();
    ended.get_future().wait();
    pool.stop();
    pool.join();
    say({{"event", "ended"}});
    return 0;
}
