// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "tool/entries.hpp"
#include "tool/older_copy.hpp"
#include "tool/relay_inbox.hpp"
#include "tool/wire_text.hpp"

#include <cctype>
#include <filesystem>

namespace dmid::commands
{
namespace
{
using tool::Invocation;
using tool::list_of;
using tool::member_of;
using tool::text_of;

std::string party_of(const boost::json::value& message)
{
    const auto& with = member_of(message, "with");
    const auto words = text_of(with, "words");
    return words.empty() ? text_of(with, "id") : words;
}

/// The first line, cut where a table would grow too wide.
std::string head_of(const boost::json::value& message)
{
    auto text = tool::lines_of(message, "text");
    text = text.substr(0, text.find('\n'));
    if (text.size() <= 60)
        return text;
    text.resize(57);
    return tool::safe_text(text) + "…"; // a character that was cut in two becomes `?`
}

std::string state_of(const boost::json::value& message)
{
    const auto why = text_of(message, "why");
    return text_of(message, "state") + (why.empty() ? "" : ": " + why);
}

Result<> inbox(const Invocation& call)
{
    DMID_TRY(const auto limit, call.count("--limit", 500));
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    auto target = "/v1/inbox?limit=" + std::to_string(limit.value_or(100));
    if (call.has("--requests"))
        target += "&requests=1";
    if (call.has("--after"))
        target += "&after=" + tool::encode_query(call.word("--after"));
    auto answer = node.get(target);
    // Without a node the answers to what was sent from here lie with the relays.
    if (!answer && answer.error().code == Errc::gateway_not_running && !call.has("--requests"))
    {
        tool::settle_copies(call);
        answer = tool::read_relay_inbox(call);
    }
    DMID_TRY(const auto page, std::move(answer));
    call.out().value(page.as_object());
    tool::Table rows{{"id", "received", "from", "state", "text"}};
    for (const auto& message : list_of(page, "messages"))
        rows.row({text_of(message, "id").substr(0, tool::kPrintedId), tool::when_of(message, "received_at"),
                  party_of(message), state_of(message), head_of(message)});
    if (rows.empty())
        call.out().line(call.has("--requests") ? "No requests." : "No messages.");
    else
        call.out().table(rows);
    if (const auto next = text_of(page, "next"); !next.empty())
        call.out().line("\nMore: --after " + next);
    return {};
}

void print_message(const Invocation& call, const boost::json::value& message)
{
    const bool incoming = text_of(message, "direction") == "in";
    auto& out = call.out();
    out.line(out.shade(tool::Shade::strong, (incoming ? "from " : "to ") + party_of(message)) + "  " +
             tool::when_of(message, "received_at") + "  " +
             text_of(message, "id").substr(0, tool::kPrintedId) + "  " + state_of(message));
    std::string proofs;
    for (const auto& proof : list_of(message, "proofs"))
        if (const auto* text = proof.if_string())
            (proofs += proofs.empty() ? "" : ", ") +=
                tool::safe_text(std::string_view{text->data(), text->size()});
    const auto by = text_of(message, "by");
    std::string how = by.empty() ? std::string{} : (incoming ? "by " : "said on ") + by + "; ";
    if (!proofs.empty())
        how += "proven: " + proofs + "; ";
    else if (incoming)
        how += "nothing proven; ";
    out.line(out.shade(tool::Shade::dim, how + text_of(message, "encryption")));
    if (const auto subject = text_of(message, "subject"); !subject.empty())
        out.line("subject: " + subject);
    if (const auto* amends = message.as_object().if_contains("amends");
        amends != nullptr && amends->is_object())
        out.line(out.shade(tool::Shade::dim, text_of(*amends, "what") + " " +
                                                 text_of(*amends, "message").substr(0, tool::kPrintedId)));
    out.line(tool::lines_of(message, "text"));
    for (const auto& file : list_of(message, "files"))
        out.line("file: " + text_of(file, "name") + "  " + text_of(file, "type") + "  " +
                 text_of(file, "size") + " bytes");
    if (const auto lost = text_of(message, "lost"); !lost.empty())
        out.line(out.shade(tool::Shade::dim, "left out: " + lost));
    for (const auto& receipt : list_of(message, "receipts"))
        out.line(out.shade(tool::Shade::dim, "  " + tool::when_of(receipt, "time") + "  " +
                                                 text_of(receipt, "state") + "  " +
                                                 text_of(receipt, "label") +
                                                 (tool::flag_of(receipt, "repeated") ? "  (repeated)" : "") +
                                                 "  " + text_of(receipt, "detail")));
    out.line();
}

/// A name that can do no harm in a folder: what a sender calls a file is a claim like any other.
std::string plain_name(const std::string& claimed)
{
    std::string out;
    for (const char c : claimed)
    {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = std::isalnum(byte) != 0 || c == '-' || c == '_' || (c == '.' && !out.empty());
        out += plain ? c : '_';
    }
    return out.substr(0, 80);
}

Result<> save_files(const Invocation& call, const tool::NodeClient& node, const boost::json::value& message)
{
    const std::filesystem::path folder{call.word("--save")};
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return fail(Errc::input_file, folder.string() + ": " + failed.message());
    const auto id = text_of(message, "id");
    std::size_t index = 0;
    for (const auto& file : list_of(message, "files"))
    {
        const auto place = std::to_string(index++);
        DMID_TRY(const auto bytes, node.get_bytes("/v1/messages/" + id + "/files/" + place));
        // The message's id in front: two files of one name do not meet, and none that was there is replaced.
        const auto path =
            folder / (id.substr(0, tool::kPrintedId) + "-" + place + "-" + plain_name(text_of(file, "name")));
        if (std::filesystem::exists(path, failed))
            continue;
        DMID_TRY(tool::write_output(path, bytes));
        call.out().line("saved  " + tool::safe_text(path.string()));
    }
    return {};
}

Result<> thread(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    if (!call.has("ID"))
    {
        DMID_TRY(const auto answer, node.get("/v1/threads"));
        call.out().value(answer.as_object());
        tool::Table rows{{"thread", "with", "last", "state"}};
        for (const auto& one : list_of(answer, "threads"))
            rows.row({text_of(one, "thread").substr(0, tool::kPrintedId), party_of(one),
                      tool::when_of(one, "last"), text_of(one, "state")});
        call.out().table(rows);
        return {};
    }
    DMID_TRY(const auto id, tool::thread_of(node, call.word("ID")));
    DMID_TRY(const auto answer, node.get("/v1/threads/" + id + "?limit=500"));
    call.out().value(answer.as_object());
    for (const auto& message : list_of(answer, "messages"))
    {
        print_message(call, message);
        if (call.has("--save"))
        {
            DMID_TRY(save_files(call, node, message));
        }
    }
    return {};
}

Result<> reply(const Invocation& call)
{
    DMID_TRY(const auto text, tool::text_argument(call));
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(const auto entry, tool::find_entry(node, call.word("ID")));
    boost::json::object body{{entry.kind, entry.value}, {"text", text}};
    if (call.has("--unmask"))
        body["unmask"] = true;
    DMID_TRY(const auto answer, node.post("/v1/reply", body));
    call.out().value(answer.as_object());
    call.out().line("taken in as " + text_of(answer, "id").substr(0, tool::kPrintedId) + "; `dmid thread " +
                    text_of(answer, "thread").substr(0, tool::kPrintedId) + "` shows what becomes of it");
    return {};
}
/// Sends what is done to one message, which the command line names.
Result<> amend(const Invocation& call, const char* path, boost::json::object body)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(const auto entry, tool::find_entry(node, call.word("ID")));
    if (entry.kind != "message")
        return fail(Errc::input_usage, "a message is meant: `dmid thread` shows their ids");
    body["message"] = entry.value;
    DMID_TRY(const auto answer, node.post(path, body));
    call.out().value(answer.as_object());
    call.out().line("taken in as " + text_of(answer, "id").substr(0, tool::kPrintedId) + "; `dmid thread " +
                    text_of(answer, "thread").substr(0, tool::kPrintedId) + "` shows what becomes of it");
    return {};
}

Result<> edit(const Invocation& call)
{
    DMID_TRY(const auto text, tool::text_argument(call));
    if (text.empty())
        return fail(Errc::input_usage, "an empty text: `dmid unsend` takes a message back");
    boost::json::object body{{"text", text}};
    if (call.has("--unmask"))
        body["unmask"] = true;
    return amend(call, "/v1/edit", std::move(body));
}

Result<> unsend(const Invocation& call)
{
    return amend(call, "/v1/edit", {{"text", ""}});
}

Result<> react(const Invocation& call)
{
    return amend(call, "/v1/react", {{"emoji", call.has("EMOJI") ? call.word("EMOJI") : std::string{}}});
}
} // namespace

Rows inbox_commands()
{
    return {
        {"inbox",
         "What came in; --requests: what waits for your word",
         {},
         {{"--requests", "", "requests only"},
          {"--after", "POSITION", "go on from there"},
          {"--relay", "URL", "without a node: the relays to read from", true},
          {"--limit", "N", "at most 500 (100)"}},
         inbox},
        {"thread",
         "One conversation, or the list of them",
         {{"ID", "a thread, message or party", false}},
         {{"--save", "DIR", "write its files there"}},
         thread},
        {"reply",
         "Answer, wherever it came from",
         {{"ID", "a message, thread or party"},
          {"TEXT", "the words; - reads the standard input", true, true}},
         {{"--unmask", "", "send it although it names an address of yours"}},
         reply},
        {"edit",
         "Change what you wrote: there, where their channel can; in words elsewhere",
         {{"ID", "a message of yours"}, {"TEXT", "what it says now; - reads the standard input", true, true}},
         {{"--unmask", "", "send it although it names an address of yours"}},
         edit},
        {"unsend",
         "Take back what you wrote: gone there, where their channel can; said in words elsewhere",
         {{"ID", "a message of yours"}},
         {},
         unsend},
        {"react",
         "Put an emoji to a message of theirs; without one, take it off",
         {{"ID", "a message of theirs"}, {"EMOJI", "one emoji", false}},
         {},
         react}};
}
} // namespace dmid::commands
