// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "model/identifier.hpp"
#include "tool/hand_in.hpp"
#include "tool/letter.hpp"
#include "tool/node_client.hpp"
#include "tool/wire_text.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;

/// More than this is not searched for without being told: 2^24 tries take half a minute.
constexpr unsigned kMostWork = 24;

Result<> send_by_node(const Invocation& call, const tool::NodeClient& node, const std::string& text)
{
    boost::json::object body{{"to", call.word("TO")}, {"text", text}};
    if (call.has("--subject"))
        body["subject"] = call.word("--subject");
    if (call.has("--unmask"))
        body["unmask"] = true;
    DMID_TRY(const auto answer, node.post("/v1/send", body));
    auto json = answer.as_object();
    json["by"] = "node";
    call.out().value(json);
    const auto id = tool::text_of(answer, "id");
    call.out().line("taken in by your node as " + id.substr(0, 8) + "; `dmid thread " + id.substr(0, 8) +
                    "` shows what becomes of it");
    return {};
}

struct Door
{
    std::string url;
    bool relay = false;
};

tool::DoorAnswer knock(tool::Doors& doors, const Door& door, const seal::Event& wrap)
{
    return door.relay ? doors.publish(door.url, wrap) : doors.post(door.url, wrap);
}

/// One door: wrapped anew, and once more with the work that it asks for.
Result<tool::DoorAnswer> try_door(const Invocation& call, tool::Doors& doors, const Door& door,
                                  const seal::Event& sealed, const tool::Reader& reader)
{
    const SystemClock clock;
    DMID_TRY(const auto wrap, tool::wrap_seal(sealed, reader, clock.now(), 0));
    auto answer = knock(doors, door, wrap);
    if (answer.accepted || answer.work == 0 || answer.work > kMostWork)
        return answer;
    call.out().progress(tool::safe_text(door.url) + " asks for " + std::to_string(answer.work) +
                        " bits of work; searching");
    DMID_TRY(const auto worked, tool::wrap_seal(sealed, reader, clock.now(), answer.work));
    return knock(doors, door, worked);
}

/// A clear no of the recipient's own policy ends the search; anything else is the door's trouble.
bool is_final(const tool::DoorAnswer& answer, const Door& door)
{
    return !door.relay && kind(answer.error.code) == ErrorKind::negative &&
           answer.error.code != Errc::gateway_not_served && name(answer.error.code).starts_with("policy.");
}

Result<> send_directly(const Invocation& call, const std::string& text)
{
    tool::KeyRing ring{call};
    DMID_TRY(const auto reader, tool::find_reader(call, call.word("TO")));
    DMID_TRY(const auto author, tool::find_author(call, ring));
    DMID_TRY(const auto doors, tool::Doors::make(call));
    DMID_TRY(const auto sealed, tool::seal_text(author, reader, text, SystemClock{}.now()));
    std::vector<Door> all;
    for (const auto& url : reader.gateways)
        all.push_back({url, false});
    for (const auto& url : reader.relays)
        all.push_back({url, true});
    Error first{Errc::resolve_not_published, reader.words + " names no gateway and no relay"};
    std::string said;
    for (const auto& door : all)
    {
        DMID_TRY(const auto answer, try_door(call, *doors, door, sealed, reader));
        if (answer.accepted)
        {
            call.out().value({{"id", answer.id},
                              {"status", "accepted"},
                              {"by", door.relay ? "relay" : "gateway"},
                              {"door", door.url}});
            call.out().line("accepted by " + tool::safe_text(door.url) +
                            (door.relay ? ", a relay, which keeps it until the recipient asks" : ""));
            return {};
        }
        call.out().progress(tool::safe_text(door.url) + ": " + tool::safe_text(to_string(answer.error)));
        if (is_final(answer, door))
            return tl::unexpected<Error>(answer.error);
        if (said.empty())
            first = answer.error;
        said += (said.empty() ? "" : "; ") + door.url + ": " + to_string(answer.error);
    }
    // A door that the recipient named badly is not the sender's wrong usage.
    const auto code = kind(first.code) == ErrorKind::usage ? Errc::net_address_forbidden : first.code;
    return fail(code, said.empty() ? first.context : said);
}

Result<> send(const Invocation& call)
{
    DMID_TRY(const auto text, tool::text_argument(call));
    if (!call.has("--direct"))
    {
        DMID_TRY(const auto node, tool::NodeClient::make(call, call.word("--as")));
        if (node.running())
            return send_by_node(call, node, text);
    }
    return send_directly(call, text);
}
} // namespace

Rows send_commands()
{
    return {{"send",
             "Write to anyone: a number, or an npub",
             {{"TO", "a number, a DID, a tel: or CAIP-19 URI, an npub"},
              {"TEXT", "the words; - reads the standard input", true, true}},
             {{"--as", "ID", "which of your numbers writes"},
              {"--subject", "TEXT", "through the node only"},
              {"--unmask", "", "send it although it names an address of yours"},
              {"--direct", "", "not through the node, even if one runs"}},
             send,
             nullptr,
             "Through the node where one runs: it tries again and keeps the thread. Else at once, to the "
             "gateways\n"
             "of the number in their order, then to its relays; without --as under a key without a name."}};
}
} // namespace dmid::commands
