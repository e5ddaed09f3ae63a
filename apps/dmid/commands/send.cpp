// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "tool/hand_over.hpp"
#include "tool/letter.hpp"
#include "tool/node_client.hpp"
#include "tool/older_copy.hpp"
#include "tool/wire_text.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;

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

Result<> send_directly(const Invocation& call, const std::string& text)
{
    tool::KeyRing ring{call};
    tool::settle_copies(call);
    DMID_TRY(const auto reader, tool::find_reader(call, call.word("TO")));
    DMID_TRY(const auto author, tool::find_author(call, ring));
    const auto now = SystemClock{}.now();
    DMID_TRY(const auto rumor, tool::write_rumor(author, reader, text, now));
    DMID_TRY(const auto sealed, tool::seal_rumor(author, rumor, reader.key, now));
    DMID_TRY(const auto handed, tool::hand_over(call, reader, sealed));
    boost::json::object json{{"id", handed.id},
                             {"status", "accepted"},
                             {"by", handed.relay ? "relay" : "gateway"},
                             {"door", handed.url},
                             {"copy", nullptr}};
    call.out().line("accepted by " + tool::safe_text(handed.url) +
                    (handed.relay ? ", a relay, which keeps it until the recipient asks" : ""));
    if (reader.older)
    {
        DMID_TRY(json["copy"], tool::keep_copy(call, author, rumor, reader));
        call.out().line(
            "its key is not final on the chain yet: a copy for the former key is kept here, and goes "
            "out with the next `dmid send` or `dmid inbox` if the chain takes the new one back");
    }
    call.out().value(json);
    return {};
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
