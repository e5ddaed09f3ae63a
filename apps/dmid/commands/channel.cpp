// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "commands/groups.hpp"
#include "tool/node_client.hpp"
#include "tool/passphrase.hpp"
#include "tool/wire_text.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;
using tool::text_of;

Result<> send_code(const Invocation& call, const tool::NodeClient& node, const std::string& label,
                   const std::string& code)
{
    DMID_TRY(const auto answer, node.post("/v1/bind/confirm", {{"label", label}, {"code", code}}));
    call.out().value(answer.as_object());
    call.out().line(call.out().shade(tool::Shade::good, "bound") + "  " + tool::safe_text(label));
    if (const auto secret = text_of(answer, "secret"); !secret.empty())
        call.out().line(
            "The secret that signs what goes there, and what you answer from there; bind it again to "
            "see it again:\n" +
            tool::safe_text(secret));
    return {};
}

Result<> bind(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    boost::json::object body{{"channel", call.word("CHANNEL")}, {"address", call.word("ADDRESS")}};
    if (call.has("--label"))
        body["label"] = call.word("--label");
    DMID_TRY(const auto answer, node.post("/v1/bind", body));
    const auto label = text_of(answer, "label");
    if (!call.out().json())
        if (const auto code = tool::prompt_line("The code that arrived at " + call.word("ADDRESS")); code)
            return send_code(call, node, label, *code);
    call.out().value(answer.as_object());
    call.out().line("A code is on its way. Within ten minutes: dmid bind confirm " + tool::safe_text(label) +
                    " CODE");
    return {};
}

Result<> confirm_binding(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    return send_code(call, node, call.word("LABEL"), call.word("CODE"));
}

Result<> app_password(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    boost::json::object body{{"label", call.word("LABEL")}};
    if (call.has("--revoke"))
        body["revoke"] = true;
    DMID_TRY(const auto answer, node.post("/v1/app-password", body));
    call.out().value(answer.as_object());
    if (call.has("--revoke"))
    {
        call.out().line("revoked  " + tool::safe_text(call.word("LABEL")));
        return {};
    }
    call.out().line("For your mail program, to send through your node; shown this once:");
    call.out().line("user      " + text_of(answer, "user"));
    call.out().line("password  " + text_of(answer, "password"));
    return {};
}

Result<> unbind(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(const auto answer, node.post("/v1/unbind", {{"label", call.word("LABEL")}}));
    call.out().value(answer.as_object());
    call.out().line("unbound  " + tool::safe_text(call.word("LABEL")));
    return {};
}

std::string count_of(const boost::json::value& object, std::string_view key)
{
    return std::to_string(tool::member_of(object, key).to_number<std::uint64_t>());
}

Result<> channels(const Invocation& call)
{
    DMID_TRY(const auto node, tool::NodeClient::make(call));
    DMID_TRY(const auto answer, node.get("/v1/channels"));
    call.out().value(answer.as_object());
    tool::Table bound{
        {"label", "channel", "address", "state", "proven", "app password", "last success", "last error"}};
    for (const auto& binding : tool::list_of(answer, "bindings"))
        bound.row({text_of(binding, "label"), text_of(binding, "channel"), text_of(binding, "address"),
                   text_of(binding, "state"), tool::when_of(binding, "proven"),
                   tool::when_of(binding, "app_password_since"), tool::when_of(binding, "last_success"),
                   text_of(binding, "last_error")});
    if (bound.empty())
        call.out().line("Nothing is bound yet: dmid bind CHANNEL ADDRESS");
    else
        call.out().table(bound);
    tool::Table kinds{{"channel", "waiting", "sent / h", "came / h", "last success", "last error"}};
    std::vector<std::string> troubles;
    for (const auto& channel : tool::list_of(answer, "channels"))
    {
        const auto name = text_of(channel, "name");
        kinds.row({name, count_of(channel, "waiting"), count_of(channel, "sent_last_hour"),
                   count_of(channel, "received_last_hour"), tool::when_of(channel, "last_success"),
                   text_of(channel, "last_error")});
        if (const auto trouble = text_of(channel, "trouble"); !trouble.empty())
            troubles.push_back(name + " does not work at present: " + trouble);
    }
    call.out().line("\nChannels of this node, for all its numbers:");
    call.out().table(kinds);
    for (const auto& trouble : troubles)
        call.out().line(trouble);
    return {};
}
} // namespace

Rows channel_commands()
{
    return {{"bind",
             "Bind an address of yours: a code goes there, and you bring it back",
             {{"CHANNEL", "as `dmid channels` lists them"}, {"ADDRESS", "in the form of that channel"}},
             {{"--label", "L", "how policies call it (the channel's name)"}},
             bind},
            {"bind confirm",
             "Bring the code back",
             {{"LABEL", "the label of the binding"}, {"CODE", "as it arrived"}},
             {},
             confirm_binding},
            {"bind app-password",
             "A password for a mail program that sends through your node, as you",
             {{"LABEL", "the label of the binding"}},
             {{"--revoke", "", "end it, and make no new one"}},
             app_password},
            {"unbind", "Take a binding away", {{"LABEL", "as `dmid channels` lists it"}}, {}, unbind},
            {"channels", "Your bindings, and the channels of the node", {}, {}, channels}};
}
} // namespace dmid::commands
