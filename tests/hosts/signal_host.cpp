// SPDX-License-Identifier: Apache-2.0
// The Signal channel without a node behind, for daemons (tests/peers/signal_cli.mjs). Arguments: a folder,
// where the daemon listens, the account. It runs at once. Commands and answers are lines of JSON:
//   {"op":"inbox","yes":"yes|no|later","say":"…"}
//   {"op":"send","to":"uuid","text":"…","quotes":"7","kind":"edited|taken_back|reacted","of":["7"],
//    "files":[{"name":"a","type":"text/plain","base64":"…"}],"patience":5000}     → the attempt
//   {"op":"resolve","to":"+49…"}     → the address
//   {"op":"trouble"}                 → why nothing comes
// It says {"event":"ready"} first, {"event":"heard",…} for each line, {"event":"report",…} and
// {"event":"changed",…},
// {"event":"stopped"} at the end.
#include "channels/signal/signal_channel.hpp"
#include "codec/json.hpp"
#include "net/io_pool.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

namespace
{
using namespace dmid;
namespace json = boost::json;
using channels::signal::SignalChannel;

std::mutex output;
void say(const json::object& line)
{
    const std::lock_guard lock{output};
    std::cout << codec::serialise_json(line) << std::endl;
}
std::string text_of(const codec::JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    return member ? member->text(64U << 20U).value_or("") : "";
}
std::vector<std::string> texts_of(const codec::JsonItem& item, std::string_view key)
{
    std::vector<std::string> out;
    const auto member = item.optional(key);
    const auto list = member ? member->array().value() : std::vector<codec::JsonItem>{};
    for (const auto& one : list)
        out.push_back(one.text().value());
    return out;
}

class ScriptedInbox final : public channel::Inbox
{
public:
    void script(const codec::JsonItem& command)
    {
        const std::lock_guard lock{mutex_};
        const auto yes = text_of(command, "yes");
        yes_ = yes == "no" ? channel::Yes::no : yes == "later" ? channel::Yes::later : channel::Yes::yes;
        say_ = text_of(command, "say");
    }
    net::Task<channel::Answer> receive(channel::Inbound /*message*/) override { co_return channel::Answer{}; }
    net::Task<channel::Heard> hear(channel::ChatLine line) override { co_return heard(line); }
    net::Task<channel::Answer> report(channel::Report what) override
    {
        say({{"event", "report"},
             {"account", what.account},
             {"known_as", what.known_as},
             {"fate", what.fate == channel::Report::Fate::read ? "read" : "delivered"}});
        co_return yes();
    }
    net::Task<channel::Answer> changed_hands(channel::HandsChanged what) override
    {
        say({{"event", "changed"}, {"account", what.account}, {"what", what.what}});
        co_return yes();
    }

private:
    static channel::Answer yes()
    {
        channel::Answer answer;
        answer.yes = channel::Yes::yes;
        return answer;
    }
    channel::Heard heard(const channel::ChatLine& line)
    {
        static constexpr const char* kKinds[] = {"said", "edited", "taken_back", "reacted"};
        json::array files;
        for (const auto& file : line.files)
            files.push_back(json::object{{"name", file.name},
                                         {"type", file.media_type},
                                         {"size", file.size},
                                         {"front", to_base64(file.read(0, 64).value())}});
        say({{"event", "heard"},
             {"kind", kKinds[static_cast<int>(line.kind)]},
             {"account", line.account},
             {"called", line.called},
             {"id", line.native_id},
             {"of", line.of},
             {"answers", line.answers},
             {"text", line.text},
             {"files", std::move(files)},
             {"lost", line.lost},
             {"automatic", line.automatic}});
        const std::lock_guard lock{mutex_};
        channel::Heard out;
        out.answer.yes = yes_;
        if (yes_ != channel::Yes::later)
            out.say = say_;
        return out;
    }
    std::mutex mutex_;
    channel::Yes yes_ = channel::Yes::yes;
    std::string say_;
};

channel::File file_from(const codec::JsonItem& item)
{
    channel::File file;
    file.name = text_of(item, "name");
    file.media_type = text_of(item, "type");
    const auto bytes = from_base64(text_of(item, "base64")).value();
    file.size = bytes.size();
    file.read = [bytes](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    {
        const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(offset);
        return Bytes(at, at + static_cast<std::ptrdiff_t>(std::min(limit, bytes.size() - offset)));
    };
    return file;
}

channel::Outgoing message_from(const codec::JsonItem& command)
{
    channel::Outgoing message;
    message.to_owner = false;
    message.number = "8312 3456 7890 1210";
    message.text = text_of(command, "text");
    message.quotes = text_of(command, "quotes");
    const auto kind = text_of(command, "kind");
    if (!kind.empty())
        message.amends = channel::Amendment{kind == "edited"       ? channel::Amendment::Kind::edited
                                            : kind == "taken_back" ? channel::Amendment::Kind::taken_back
                                                                   : channel::Amendment::Kind::reacted,
                                            texts_of(command, "of")};
    if (const auto files = command.optional("files"))
    {
        const auto list = files->array().value();
        for (const auto& one : list)
            message.files.push_back(file_from(one));
    }
    return message;
}

net::Task<> send(SignalChannel& channel, channel::Leg leg, channel::Outgoing message)
{
    static constexpr const char* kOutcomes[] = {"accepted", "refused", "deferred", "unreachable",
                                                "uncertain"};
    const auto attempt = co_await channel.send(std::move(leg), std::move(message));
    json::array known_as;
    for (const auto& id : attempt.known_as)
        known_as.emplace_back(id);
    say({{"event", "attempt"},
         {"outcome", kOutcomes[static_cast<int>(attempt.outcome)]},
         {"code", std::string{name(attempt.code)}},
         {"detail", attempt.detail},
         {"retry_at", attempt.retry_at.value_or(0)},
         {"known_as", std::move(known_as)}});
}
net::Task<> run(SignalChannel& channel, channel::Inbox& inbox, std::atomic<bool>& ended)
{
    co_await channel.run(inbox);
    ended = true;
}
net::Task<> resolve(SignalChannel& channel, std::string to)
{
    const auto address = co_await channel.find_address(std::move(to), net::Millis{5'000});
    say({{"event", "resolved"}, {"address", address.value_or("")}});
}
} // namespace

int main(int /*argc*/, char** argv)
{
    const std::string folder = argv[1];
    const SystemClock clock;
    ScriptedInbox inbox;
    net::IoPool pool{2};
    std::atomic<bool> ended{false};
    channels::signal::SignalOptions options;
    options.daemon = argv[2];
    options.account = argv[3];
    options.spool_folder = folder + "/spool";
    options.backoff = net::Millis{100};
    options.look_every = net::Millis{300};
    const auto channel = channels::signal::make_signal_channel(options, clock).value();
    pool.start();
    net::spawn(pool.executor(0), run(*channel, inbox, ended));
    say({{"event", "ready"}});
    for (std::string line; std::getline(std::cin, line);)
    {
        codec::JsonLimits limits;
        limits.max_bytes = 128U << 20U;
        const auto value = codec::parse_json(line, limits).value();
        const codec::JsonItem command{value, "command"};
        if (text_of(command, "op") == "inbox")
            inbox.script(command);
        else if (text_of(command, "op") == "trouble")
            say({{"event", "trouble"}, {"words", channel->trouble()}});
        else if (text_of(command, "op") == "resolve")
            net::spawn(pool.executor(1), resolve(*channel, text_of(command, "to")));
        else
        {
            channel::Leg leg;
            static std::uint8_t count = 0;
            leg.id.bytes.fill(++count);
            leg.address = text_of(command, "to");
            const auto patience = command.optional("patience");
            leg.deadline = clock.now_ms() + (patience ? patience->integer().value() : 10'000);
            net::spawn(pool.executor(1), send(*channel, std::move(leg), message_from(command)));
        }
        say({{"event", "done"}});
    }
    channel->stop();
    for (int i = 0; i < 500 && !ended; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    say({{"event", ended ? "stopped" : "stuck"}});
    pool.stop();
    pool.join();
    return ended ? 0 : 1;
}
