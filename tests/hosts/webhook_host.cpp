// SPDX-License-Identifier: Apache-2.0
// The webhook channel without a node behind, for servers and clients that this project did not write.
// Arguments: a folder with the files `node`, `token`, `secret` and `ca.pem`, the `host:port` that may be
// dialled although they are inward (with commas between), the program's URL or `-`. It runs at once, and
// serves on_request() at /webhook. The program is `ci` and speaks for `builds` and `team-*`. Commands and
// answers are lines of JSON:
//   {"op":"inbox","yes":"yes|no|later","say":"…"}
//   {"op":"secret","of":"https://…"}                        → {"event":"secret","secret":"whsec_…"}
//   {"op":"send","leg":7,"to":"https://…","text":"…","owner":true,"quotes":"m1","kind":"edited|taken_back|reacted",
//    "of":["m1"],"files":[{"name":"a","type":"text/plain","base64":"…"}],"patience":5000}     → the attempt
// It says {"event":"ready","port":…} first, {"event":"heard",…} for each line, {"event":"reported",…} and
// {"event":"moved",…} for what the channel tells, {"event":"stopped"} at the end.
#include "channels/webhook/webhook_channel.hpp"
#include "codec/json.hpp"
#include "net/http_server.hpp"

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
using channels::webhook::WebhookChannel;

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
std::vector<std::string> split(const std::string& list)
{
    std::vector<std::string> out{""};
    for (const char c : list)
        if (c == ',')
            out.emplace_back();
        else
            out.back().push_back(c);
    return out;
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
        say({{"event", "reported"},
             {"account", what.account},
             {"known_as", what.known_as},
             {"detail", what.detail}});
        co_return with_yes();
    }
    net::Task<channel::Answer> changed_hands(channel::HandsChanged what) override
    {
        say({{"event", "moved"}, {"account", what.account}, {"what", what.what}});
        co_return with_yes();
    }

private:
    static channel::Answer with_yes()
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
             {"proven", line.proven},
             {"to", line.to ? line.to->number.digits() : ""},
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
    const auto owner = command.optional("owner");
    message.to_owner = owner && owner->boolean().value();
    message.number = "8312 3456 7890 1210";
    message.sender = "8345 0000 0000 0015";
    message.proofs = {"the key of the number"};
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

net::Task<> send(WebhookChannel& channel, channel::Leg leg, channel::Outgoing message)
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
net::Task<> run(WebhookChannel& channel, channel::Inbox& inbox, std::atomic<bool>& ended)
{
    co_await channel.run(inbox);
    ended = true;
}
net::Task<net::HttpResponse> serve(std::atomic<WebhookChannel*>& channel, net::HttpRequest request)
{
    net::HttpResponse response;
    response.status = 404;
    if (request.path == "/webhook" && channel != nullptr)
        response = co_await channel.load()->on_request(std::move(request));
    co_return response;
}
} // namespace

int main(int /*argc*/, char** argv)
{
    const std::string folder = argv[1];
    const SystemClock clock;
    ScriptedInbox inbox;
    net::IoPool pool{2};
    std::atomic<WebhookChannel*> mounted{nullptr};
    std::atomic<bool> ended{false};
    net::HttpServerOptions serving;
    serving.max_body = 4U << 20U;
    net::HttpServer server{pool,
                           [&mounted](net::HttpRequest request)
                           { return serve(mounted, std::move(request)); },
                           {},
                           serving};
    const auto port = server.listen_tcp("127.0.0.1", 0).value();
    channels::webhook::WebhookOptions options;
    options.secret_file = folder + "/node";
    options.ca_file = folder + "/ca.pem";
    channels::webhook::ProgramOptions program{
        "ci", folder + "/token", folder + "/secret", "", {"builds", "team-*"}};
    if (std::string_view{argv[3]} != "-")
        program.url = argv[3];
    options.programs = {program};
    auto dialer = net::Dialer{net::AllowList::from(split(argv[2])).value()};
    const auto channel = channels::webhook::make_webhook_channel(options, clock, std::move(dialer)).value();
    mounted = channel.get();
    pool.start();
    net::spawn(pool.executor(0), run(*channel, inbox, ended));
    say({{"event", "ready"}, {"port", port}});
    for (std::string line; std::getline(std::cin, line);)
    {
        codec::JsonLimits limits;
        limits.max_bytes = 128U << 20U;
        const auto value = codec::parse_json(line, limits).value();
        const codec::JsonItem command{value, "command"};
        if (text_of(command, "op") == "inbox")
            inbox.script(command);
        else if (text_of(command, "op") == "secret")
            say({{"event", "secret"}, {"secret", channel->secret_of(text_of(command, "of"))}});
        else
        {
            channel::Leg leg;
            leg.id.bytes.fill(static_cast<std::uint8_t>(command.field("leg")->integer(0, 255).value()));
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
    server.stop();
    pool.stop();
    pool.join();
    return ended ? 0 : 1;
}
