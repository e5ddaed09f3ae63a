// SPDX-License-Identifier: Apache-2.0
// The XMPP channel without a node behind: for servers and clients that this project did not write. Commands
// and answers are lines of JSON. Its inbox takes what it is told to, and says what it hears:
//   {"op":"inbox","yes":"yes|no|later","reason":"…","say":"…"}
//   {"op":"send","to":"…","text":"…","leg":"<64
//   hex>","quotes":"…","amends":"edited|taken_back|reacted","of":"…"}
// It says {"event":"ready"} first, {"event":"heard",…} for each line, {"event":"report",…} for each report
// and
// {"event":"attempt",…} for what came of a send. Arguments: port, domain, file of the secret.
#include "channels/xmpp/xmpp_channel.hpp"
#include "codec/json.hpp"
#include "codec/json_reader.hpp"
#include "net/io_pool.hpp"

#include <boost/json/object.hpp>

#include <atomic>
#include <iostream>
#include <mutex>

namespace
{
using namespace dmid;
namespace json = boost::json;

std::mutex output;
void say(const json::object& line)
{
    const std::lock_guard lock{output};
    std::cout << codec::serialise_json(line) << std::endl;
}
std::string text_of(const codec::JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    return member ? member->text().value_or("") : "";
}
const char* name_of(channel::ChatLine::Kind kind)
{
    static constexpr const char* kNames[] = {"said", "edited", "taken_back", "reacted"};
    return kNames[static_cast<int>(kind)];
}

class ScriptedInbox final : public channel::Inbox
{
public:
    void script(const codec::JsonItem& command)
    {
        const std::lock_guard lock{mutex_};
        const auto yes = text_of(command, "yes");
        heard_.answer.yes = yes == "no"      ? channel::Yes::no
                            : yes == "later" ? channel::Yes::later
                                             : channel::Yes::yes;
        heard_.answer.reason = text_of(command, "reason");
        heard_.say = text_of(command, "say");
    }
    net::Task<channel::Answer> receive(channel::Inbound /*message*/) override { co_return told(); }
    net::Task<channel::Answer> expects(channel::Destination /*destination*/) override { co_return told(); }
    net::Task<channel::Heard> hear(channel::ChatLine line) override
    {
        say({{"event", "heard"},
             {"kind", name_of(line.kind)},
             {"account", line.account},
             {"called", line.called},
             {"number", line.to ? line.to->number.digits() : ""},
             {"tail", line.to && line.to->ext ? line.to->ext->digits() : ""},
             {"id", line.native_id},
             {"of", line.of},
             {"answers", line.answers},
             {"text", line.text},
             {"source", line.source}});
        const std::lock_guard lock{mutex_};
        co_return heard_;
    }
    net::Task<channel::Answer> report(channel::Report what) override
    {
        static constexpr const char* kFates[] = {"delivered", "delayed", "failed", "read"};
        say({{"event", "report"},
             {"account", what.account},
             {"id", what.known_as},
             {"fate", kFates[static_cast<int>(what.fate)]},
             {"detail", what.detail}});
        channel::Answer known;
        known.yes = channel::Yes::yes;
        co_return known;
    }

private:
    channel::Answer told()
    {
        const std::lock_guard lock{mutex_};
        return heard_.answer;
    }
    std::mutex mutex_;
    channel::Heard heard_ = []
    {
        channel::Heard heard;
        heard.answer.yes = channel::Yes::yes;
        return heard;
    }();
};

net::Task<> send(channel::Channel& channel, channel::Leg leg, channel::Outgoing message, std::string tag)
{
    static constexpr const char* kOutcomes[] = {"accepted", "refused", "deferred", "unreachable",
                                                "uncertain"};
    const auto attempt = co_await channel.send(std::move(leg), std::move(message));
    say({{"event", "attempt"},
         {"tag", tag},
         {"outcome", kOutcomes[static_cast<int>(attempt.outcome)]},
         {"code", std::string{name(attempt.code)}},
         {"detail", attempt.detail},
         {"id", attempt.known_as.empty() ? "" : attempt.known_as.front()}});
}
void send(channel::Channel& channel, net::Executor executor, const codec::JsonItem& command)
{
    channel::Leg leg;
    leg.id = fixed_from_hex<Hash32>(text_of(command, "leg")).value();
    leg.address = text_of(command, "to");
    leg.deadline = SystemClock{}.now_ms() + 5'000;
    channel::Outgoing message;
    message.to_owner = text_of(command, "owner") == "yes";
    message.number = "8312 3456 7890 1210";
    message.sender = "8345 0000 0000 0015 (dmid)";
    message.text = text_of(command, "text");
    message.quotes = text_of(command, "quotes");
    const auto amends = text_of(command, "amends");
    using Kind = channel::Amendment::Kind;
    if (!amends.empty())
        message.amends = channel::Amendment{amends == "edited"       ? Kind::edited
                                            : amends == "taken_back" ? Kind::taken_back
                                                                     : Kind::reacted,
                                            {text_of(command, "of")}};
    net::spawn(executor, send(channel, std::move(leg), std::move(message), text_of(command, "tag")));
}
net::Task<> listen(channel::Channel& channel, channel::Inbox& inbox, std::atomic<bool>& ended)
{
    co_await channel.run(inbox);
    say({{"event", "stopped"}});
    ended = true;
    ended.notify_all();
}
} // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        return 2;
    const SystemClock clock;
    ScriptedInbox inbox;
    channels::xmpp::XmppOptions options;
    options.port = static_cast<std::uint16_t>(std::stoi(argv[1]));
    options.domain = argv[2];
    options.secret_file = argv[3];
    options.backoff = net::Millis{200};
    auto channel = channels::xmpp::make_xmpp_channel(options, clock);
    if (!channel)
    {
        std::cerr << to_string(channel.error()) << '\n';
        return 3;
    }
    net::IoPool doors{1};
    net::IoPool work{1};
    std::atomic<bool> ended{false};
    doors.start();
    work.start();
    net::spawn(doors.executor(0), listen(**channel, inbox, ended));
    say({{"event", "ready"}});
    for (std::string line; std::getline(std::cin, line);)
    {
        const auto value = codec::parse_json(line).value();
        const codec::JsonItem command{value, "command"};
        const auto op = text_of(command, "op");
        if (op == "inbox")
            inbox.script(command);
        else if (op == "send")
            send(**channel, work.executor(0), command);
        say({{"event", "done"}, {"op", op}});
    }
    (*channel)->stop();
    ended.wait(false);
    return 0;
}
