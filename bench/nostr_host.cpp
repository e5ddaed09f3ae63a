// SPDX-License-Identifier: Apache-2.0
// The server of P14 (bench/nostr_bench.mjs): the relay door with an inbox that verifies each wrap and says
// yes ("verify"), or with the whole flow behind it, opening and keeping each ("keep DIRECTORY"); or no door,
// but a WebSocket that answers each message with an OK without looking at it ("answer"). It says its port
// first; then a line in, a line out:
//   wraps N FILE    makes N wraps for the served key, one EVENT message a line, and writes them there
//   cpu             microseconds of CPU that this process has used, the kernel's part included
//   floor SECONDS   microseconds of CPU of one Schnorr verification by the library alone
//   reading SECONDS the same of reading and hashing one event, and parsing its author's key, by libraries
//   alone
#include "bench_node.hpp"
#include "channels/nostr/relay_door.hpp"
#include "prepared_wraps.hpp"
#include "wrap_floor.hpp"

#include <fstream>
#include <iostream>
#include <sstream>

namespace
{
using namespace dmid;

class OneKey final : public channels::nostr::ServedKeys
{
public:
    std::vector<channels::nostr::Presence> presences() const override
    {
        return {{bench::inbox_key().key, "8312 3456 7890 1210", "", {}}};
    }
    Result<seal::Event> sign(const XOnlyKey& /*key*/, seal::EventBody /*body*/) const override
    {
        return fail(Errc::crypto_key_invalid);
    }
};

/// What a relay does with an event before it takes it.
class VerifyingInbox final : public channel::Inbox
{
public:
    net::Task<channel::Answer> receive(channel::Inbound message) override
    {
        channel::Answer answer;
        answer.yes = channel::Yes::no;
        answer.code = Errc::message_event_invalid;
        const auto wrap = seal::parse_event(message.body);
        if (wrap && seal::wrap_recipient(*wrap) && seal::verify(*wrap))
        {
            answer.yes = channel::Yes::yes;
            answer.id = wrap->id;
        }
        co_return answer;
    }
};

/// What an answer over a WebSocket costs, whatever it says.
net::Task<> answer_all(net::WebSocketPtr socket, net::HttpRequest /*request*/)
{
    const std::string ok = R"(["OK",")" + std::string(2 * Hash32::kSize, '0') + R"(",true,""])";
    for (;;)
    {
        const auto text = co_await socket->read();
        if (!text)
            co_return;
        const auto written = co_await socket->write(ok);
        if (!written)
            co_return;
    }
}

void write_wraps(bench::PreparedWraps& prepared, std::size_t count, const std::string& file)
{
    std::ofstream out{file};
    for (const auto& wrap : prepared.make(count, SystemClock{}.now()))
        out << R"(["EVENT",)" << seal::to_json(wrap) << "]\n";
    if (!out.flush())
        bench::die("cannot write " + file);
}

void obey(bench::PreparedWraps& prepared, const bench::WrapFloor& floor)
{
    for (std::string line; std::getline(std::cin, line);)
    {
        std::istringstream words{line};
        std::string op;
        words >> op;
        if (op == "wraps")
        {
            std::size_t count = 0;
            std::string file;
            words >> count >> file;
            write_wraps(prepared, count, file);
            std::cout << "done" << std::endl;
        }
        else if (op == "cpu")
            std::cout << bench::process_cpu() * 1e6 << std::endl;
        else if (op == "floor")
        {
            double seconds = 0;
            words >> seconds;
            std::cout << floor.one_signature(seconds) << std::endl;
        }
        else if (op == "reading")
        {
            double seconds = 0;
            words >> seconds;
            std::cout << floor.one_reading(seconds) << std::endl;
        }
        else
            bench::die("what is " + op + "?");
    }
}
} // namespace

int main(int argc, char** argv)
{
    const std::string mode = argc > 1 ? argv[1] : "";
    if (mode != "verify" && mode != "answer" && !(mode == "keep" && argc == 3))
        bench::die("usage: nostr_host verify | answer | keep DIRECTORY");
    const SystemClock clock;
    const OneKey keys;
    VerifyingInbox verifying;
    std::unique_ptr<bench::Node> node;
    if (mode == "keep")
        node = std::make_unique<bench::Node>(argv[2]);
    channel::Inbox& inbox = node ? static_cast<channel::Inbox&>(node->flow) : verifying;
    channels::nostr::RelayDoorOptions options;
    options.messages_per_minute = 1'000'000'000; // the load is ours
    options.shelf_per_key = 1;
    const channels::nostr::RelayDoor door{inbox, keys, clock, options};
    net::IoPool pool;
    net::HttpServer server{pool,
                           [](net::HttpRequest /*request*/) -> net::Task<net::HttpResponse>
                           { co_return net::HttpResponse{}; },
                           mode == "answer" ? net::WebSocketHandler{&answer_all} : door.handler()};
    const auto port = bench::need(server.listen_tcp("127.0.0.1", 0));
    pool.start();
    bench::PreparedWraps prepared{bench::inbox_key().key, 64, 200};
    const bench::WrapFloor floor{prepared.make(1, clock.now()).front(), bench::inbox_key().secret};
    std::cout << port << std::endl;
    obey(prepared, floor);
    server.stop();
    pool.stop();
    pool.join();
    return 0;
}
