// SPDX-License-Identifier: Apache-2.0
// The WhatsApp channel without a node behind, for a double of the Cloud API. Arguments: a folder with the
// files `token`, `app` and `verify`, the API's URL, the phone number id, a template's name (or `-`). It runs
// at once, and serves on_request() at /whatsapp. Commands and answers are lines of JSON:
//   {"op":"inbox","yes":"yes|no|later","say":"…"}
//   {"op":"send","to":"+49…","text":"…","quotes":"wamid.…","kind":"reacted","of":["wamid.…"],
//    "files":[{"name":"a","type":"text/plain","base64":"…"}],"patience":5000}     → the attempt
//   {"op":"trouble"}
// It says {"event":"ready","port":…} first, {"event":"heard",…} for each line, {"event":"report",…},
// {"event":"changed",…}, {"event":"stopped"} at the end. A report of a message is taken when the attempt that
// sent it has ended, as a node does.
#include "channels/whatsapp/whatsapp_channel.hpp"
#include "codec/json.hpp"
#include "net/http_server.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <atomic>
#include <iostream>
#include <mutex>
#include <set>
#include <thread>

namespace
{
using namespace dmid;
namespace json = boost::json;
using channels::whatsapp::WhatsAppChannel;

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
    net::Task<channel::Answer> report(channel::Report what) override { co_return reported(what); }
    net::Task<channel::Answer> changed_hands(channel::HandsChanged what) override
    {
        say({{"event", "changed"}, {"account", what.account}, {"what", what.what}});
        channel::Answer answer;
        answer.yes = channel::Yes::yes;
        co_return answer;
    }
    void learn(const std::vector<std::string>& ids)
    {
        const std::lock_guard lock{mutex_};
        known_.insert(ids.begin(), ids.end());
    }

private:
    channel::Answer reported(const channel::Report& what)
    {
        static constexpr const char* kFates[] = {"delivered", "delayed", "failed", "read"};
        channel::Answer answer;
        const std::lock_guard lock{mutex_};
        answer.yes = known_.count(what.known_as) == 0 ? channel::Yes::no : channel::Yes::yes;
        say({{"event", answer.yes == channel::Yes::yes ? "report" : "unknown"},
             {"fate", kFates[static_cast<int>(what.fate)]},
             {"account", what.account},
             {"id", what.known_as},
             {"token", what.token},
             {"detail", what.detail}});
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
    std::set<std::string> known_;
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

net::Task<> send(WhatsAppChannel& channel, ScriptedInbox& inbox, channel::Leg leg, channel::Outgoing message)
{
    static constexpr const char* kOutcomes[] = {"accepted", "refused", "deferred", "unreachable",
                                                "uncertain"};
    const auto attempt = co_await channel.send(std::move(leg), std::move(message));
    inbox.learn(attempt.known_as);
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
net::Task<> run(WhatsAppChannel& channel, channel::Inbox& inbox, std::atomic<bool>& ended)
{
    co_await channel.run(inbox);
    ended = true;
}
net::Task<net::HttpResponse> serve(std::atomic<WhatsAppChannel*>& channel, net::HttpRequest request)
{
    net::HttpResponse response;
    response.status = 404;
    if (request.path == "/whatsapp" && channel != nullptr)
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
    std::atomic<WhatsAppChannel*> mounted{nullptr};
    std::atomic<bool> ended{false};
    net::HttpServerOptions serving;
    serving.max_body = 3U << 20U;
    net::HttpServer server{pool,
                           [&mounted](net::HttpRequest request)
                           { return serve(mounted, std::move(request)); },
                           {},
                           serving};
    const auto port = server.listen_tcp("127.0.0.1", 0).value();
    channels::whatsapp::WhatsAppOptions options;
    options.token_file = folder + "/token";
    options.app_secret_file = folder + "/app";
    options.verify_token_file = folder + "/verify";
    options.state_folder = folder + "/state";
    options.spool_folder = folder + "/spool";
    options.api_url = argv[2];
    options.phone_number_id = argv[3];
    if (const std::string name = argv[4]; name != "-")
        options.invitation = {name, "en", ""};
    options.backoff = net::Millis{100};
    options.pace.for_one = net::Millis{20};
    const auto channel = channels::whatsapp::make_whatsapp_channel(options, clock).value();
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
        else if (text_of(command, "op") == "trouble")
            say({{"event", "trouble"}, {"words", channel->trouble()}});
        else
        {
            channel::Leg leg;
            static std::uint8_t count = 0;
            leg.id.bytes.fill(++count);
            leg.address = text_of(command, "to");
            leg.report_token = "abcdefghijklmnopqrstuvwx23";
            const auto patience = command.optional("patience");
            leg.deadline = clock.now_ms() + (patience ? patience->integer().value() : 10'000);
            net::spawn(pool.executor(1), send(*channel, inbox, std::move(leg), message_from(command)));
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
