// SPDX-License-Identifier: Apache-2.0
// The Nostr channel and its relay door without a node behind: for clients and relays that this project did
// not write. Commands and answers are lines of JSON. Its inbox says what it is told to and opens what it
// accepts:
//   {"op":"inbox","yes":"yes|no|later","code":"policy.challenge","work":16}
//   {"op":"send","to":"<hex>","text":"…","routes":["ws://…"]}   → the attempt
//   {"op":"listen"}                                             run() against the relays of the command line
// It says {"event":"ready","port":…,"key":"…"} first and {"event":"received","text":"…","door":"…"} for each
// message. Arguments: relay URLs, then more host:port pairs that may be dialled (after "--").
#include "channels/nostr/nostr_channel.hpp"
#include "channels/nostr/relay_door.hpp"
#include "codec/json.hpp"
#include "crypto/secp256k1.hpp"
#include "keys/random.hpp"
#include "net/descriptors.hpp"
#include "net/http_server.hpp"
#include "seal/nip17.hpp"
#include "seal/nip59.hpp"
#include "seal/work.hpp"

#include <boost/json/object.hpp>

#include <iostream>
#include <mutex>
#include <set>

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

class OneKey final : public channels::nostr::ServedKeys
{
public:
    std::vector<channels::nostr::Presence> presences() const override
    {
        return {{key, "8312 3456 7890 1210", "A DMID number.", relays}};
    }
    Result<seal::Event> sign(const XOnlyKey& which, seal::EventBody body) const override
    {
        if (which != key)
            return fail(Errc::crypto_key_invalid);
        return seal::sign_event(std::move(body), secret, keys::random_fixed<Hash32>());
    }
    Secret32 secret = keys::random_private_key();
    XOnlyKey key = crypto::xonly_of(secret).value();
    std::vector<std::string> relays;
};

/// Verifies and opens like a node, and answers as scripted.
class ScriptedInbox final : public channel::Inbox
{
public:
    explicit ScriptedInbox(const OneKey& key)
        : key_{key}
    {
    }
    void script(const codec::JsonItem& command)
    {
        const std::lock_guard lock{mutex_};
        const auto yes = text_of(command, "yes");
        yes_ = yes == "no" ? channel::Yes::no : yes == "later" ? channel::Yes::later : channel::Yes::yes;
        code_ = text_of(command, "code");
        const auto work = command.optional("work");
        work_ = work ? static_cast<unsigned>(work->uint(256).value_or(0)) : 0;
    }
    net::Task<channel::Answer> receive(channel::Inbound message) override { co_return judge(message); }

private:
    channel::Answer judge(const channel::Inbound& message)
    {
        const std::lock_guard lock{mutex_};
        channel::Answer answer;
        answer.yes = channel::Yes::no;
        auto wrap = seal::parse_event(message.body);
        auto opened = wrap ? seal::open_wrap(*wrap, key_.secret) : fail(wrap.error().code);
        if (!opened)
        {
            answer.code = opened.error().code;
            return answer;
        }
        if (yes_ != channel::Yes::yes && !(work_ > 0 && seal::work_of(*wrap) >= work_))
        {
            answer.yes = yes_;
            answer.work = work_;
            answer.code = code_ == "policy.challenge" ? Errc::policy_challenge : Errc::policy_rejected;
            answer.reason = "as scripted";
            return answer;
        }
        answer.yes = channel::Yes::yes;
        answer.duplicate = !known_.insert(opened->rumor.id).second;
        if (!answer.duplicate)
            say({{"event", "received"},
                 {"text", opened->rumor.content},
                 {"door", message.door},
                 {"source", message.source}});
        return answer;
    }
    const OneKey& key_;
    std::mutex mutex_;
    std::set<Hash32> known_;
    channel::Yes yes_ = channel::Yes::yes;
    std::string code_;
    unsigned work_ = 0;
};

net::Task<> send(channels::nostr::NostrChannel& channel, channel::Leg leg, channel::Outgoing message)
{
    static constexpr const char* kOutcomes[] = {"accepted", "refused", "deferred", "unreachable",
                                                "uncertain"};
    const auto attempt = co_await channel.send(std::move(leg), std::move(message));
    say({{"event", "attempt"},
         {"outcome", kOutcomes[static_cast<int>(attempt.outcome)]},
         {"code", std::string{name(attempt.code)}},
         {"detail", attempt.detail}});
}
void send(channels::nostr::NostrChannel& channel, net::Executor executor, const codec::JsonItem& command)
{
    channel::Leg leg;
    leg.id = keys::random_fixed<Hash32>();
    leg.address = text_of(command, "to");
    leg.deadline = SystemClock{}.now_ms() + 20'000;
    if (const auto routes = command.optional("routes"))
    {
        const auto list = routes->array().value();
        for (const auto& route : list)
            leg.routes.push_back(route.text().value());
    }
    channel::Outgoing message;
    message.number = "8312 3456 7890 1210";
    message.sender = "somebody";
    message.text = text_of(command, "text");
    net::spawn(executor, send(channel, std::move(leg), std::move(message)));
}
net::Task<> listen(channels::nostr::NostrChannel& channel, channel::Inbox& inbox)
{
    co_await channel.run(inbox);
    say({{"event", "stopped"}});
}
net::Task<net::HttpResponse> information(const channels::nostr::RelayDoor* door, net::HttpRequest request)
{
    if (channels::nostr::RelayDoor::wants_information(request))
        co_return door->information_response();
    net::HttpResponse response;
    response.status = 404;
    co_return response;
}
} // namespace

int main(int argc, char** argv)
{
    const SystemClock clock;
    OneKey key;
    ScriptedInbox inbox{key};
    channels::nostr::NostrOptions options;
    options.backoff = net::Millis{200};
    std::vector<std::string> allowed;
    bool relays = true;
    for (int i = 1; i < argc; ++i)
    {
        if (std::string_view{argv[i]} == "--")
            relays = false;
        else if (relays)
            options.relays.emplace_back(argv[i]);
        else
            allowed.emplace_back(argv[i]);
    }
    key.relays = options.relays;
    net::IoPool pool{1};
    auto channel = channels::nostr::make_nostr_channel(options, keys::random_private_key(), key, clock,
                                                       net::Dialer{net::AllowList::from(allowed).value()})
                       .value();
    channels::nostr::RelayDoor door{inbox, key, clock};
    net::HttpServerOptions serving;
    serving.max_connections = net::room_for_connections(serving.max_connections);
    net::HttpServer server{
        pool, [&door](net::HttpRequest request) { return information(&door, std::move(request)); },
        door.handler(), serving};
    const auto port = server.listen_tcp("127.0.0.1", 0).value();
    pool.start();
    say({{"event", "ready"},
         {"port", port},
         {"connections", serving.max_connections},
         {"key", to_hex(key.key.view())},
         {"secret", to_hex(key.secret.view())}});
    for (std::string line; std::getline(std::cin, line);)
    {
        const auto value = codec::parse_json(line).value();
        const codec::JsonItem command{value, "command"};
        const auto op = text_of(command, "op");
        if (op == "inbox")
            inbox.script(command);
        else if (op == "send")
            send(*channel, pool.executor(0), command);
        else if (op == "listen")
            net::spawn(pool.executor(0), listen(*channel, inbox));
        say({{"event", "done"}, {"op", op}});
    }
    channel->stop();
    server.stop();
    pool.stop();
    pool.join();
    return 0;
}
