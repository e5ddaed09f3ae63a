// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "commands/table.hpp"
#include "model/classes.hpp"
#include "tool/complete.hpp"
#include "tool/man.hpp"
#include "tool/node_client.hpp"
#include "tool/own_numbers.hpp"
#include "tool/reference.hpp"
#include "tool/self.hpp"

namespace dmid::commands
{
namespace
{
using tool::Completion;
using tool::Invocation;
using Words = std::vector<Completion::Word>;

Words number_words_of(const Invocation& call)
{
    Words out;
    const auto config = call.config();
    const auto registry = config ? tool::registry_of(config->chain) : fail(Errc::config_missing);
    if (!registry)
        return out;
    if (const auto own = tool::own_numbers(call, {registry->chain_id, registry->registry}))
        for (const auto number : *own)
            out.push_back({number.digits(), "your number"});
    return out;
}

Words key_labels_of(const Invocation& call)
{
    Words out;
    if (const auto entries = keys::KeyDir{call.paths().keys}.list())
        for (const auto& entry : *entries)
            if (!entry.label.empty())
                out.push_back({entry.label, std::string{keys::role_name(entry.role)} + " key"});
    return out;
}

/// Names of the running node; nothing where none runs.
Words of_node(const Invocation& call, const char* list, const char* field, const char* help)
{
    Words out;
    const auto node = tool::NodeClient::make(call);
    const auto answer = node ? node->get("/v1/channels") : fail(Errc::gateway_not_running);
    if (!answer || !answer->is_object() || !answer->as_object().contains(list))
        return out;
    for (const auto& item : answer->as_object().at(list).as_array())
        if (item.is_object() && item.as_object().contains(field))
            out.push_back({std::string{item.as_object().at(field).as_string()}, help});
    return out;
}

/// What is known of a kind in the home of the words that are completed.
Words values_of(const Invocation& call, std::string_view kind)
{
    Words out;
    if (kind == "NUMBER")
        return number_words_of(call);
    if (kind == "LABEL" && call.command() != "unbind" && call.command() != "bind confirm")
        return key_labels_of(call);
    if (kind == "LABEL")
        return of_node(call, "bindings", "label", "bound");
    if (kind == "CHANNEL")
        return of_node(call, "channels", "name", "channel");
    if (kind == "ROLE")
        for (const auto role : keys::kAllRoles)
            out.push_back({std::string{keys::role_name(role)}, "key"});
    if (kind == "CLASS")
        for (unsigned i = 0; i < model::kClassCount; ++i)
            out.push_back({std::string{model::name(static_cast<model::Class>(i))}, "proof"});
    if (kind == "SHELL")
        for (const auto* shell : {"bash", "zsh", "fish"})
            out.push_back({shell, ""});
    if (kind == "COMMAND")
        for (const auto& command : table())
            if (!command.hidden)
                out.push_back({std::string{command.path.substr(0, command.path.find(' '))}, ""});
    return out;
}

/// Answers the scripts of tool/complete.cpp. Never fails: a shell in the middle of a word wants no
/// complaints.
Result<> complete(const Invocation& call)
{
    const auto words = call.words("WORDS");
    // Read as far as it goes, for --home and --config.
    tool::Parsed parsed;
    auto before = words;
    if (!before.empty())
        before.pop_back();
    (void)tool::parse_command_line(table(), before, parsed);
    const auto paths = tool::find_paths(parsed.globals);
    const Invocation theirs{std::move(parsed), paths ? *paths : call.paths(), call.out()};
    const auto known = [&](std::string_view kind) { return values_of(theirs, kind); };
    const auto found = tool::complete(table(), words, known);
    static constexpr std::string_view kinds[] = {"none", "files", "folders"};
    std::string out{kinds[static_cast<std::size_t>(found.files)]};
    for (const auto& word : found.words)
        out += "\n" + word.text + "\t" + word.help;
    call.out().raw(out + "\n");
    return {};
}

Result<> completion(const Invocation& call)
{
    const auto script = tool::completion_script(call.word("SHELL"));
    if (script.empty())
        return fail(Errc::input_usage, "the shells are bash, zsh and fish");
    call.out().value({{"script", script}});
    if (!call.out().json())
        call.out().raw(script);
    return {};
}

Result<> write_pages(const Invocation& call, const std::string& folder)
{
    std::vector<std::string_view> paths{""};
    for (const auto& command : table())
        if (!command.hidden)
            paths.push_back(command.path);
    for (const auto path : paths)
    {
        const auto file = std::filesystem::path{folder} / (tool::man_name(path) + ".1");
        DMID_TRY(tool::write_output(file, tool::man_page(table(), path)));
    }
    call.out().value({{"folder", folder}, {"pages", paths.size()}});
    call.out().line(std::to_string(paths.size()) + " pages in " + folder);
    return {};
}

Result<> man(const Invocation& call)
{
    if (call.has("--out"))
        return write_pages(call, call.word("--out"));
    if (call.has("--markdown"))
    {
        const auto page = tool::reference_markdown(table());
        call.out().value({{"markdown", page}});
        if (!call.out().json())
            call.out().raw(page);
        return {};
    }
    std::string path;
    for (const auto& word : call.words("COMMAND"))
        path += (path.empty() ? "" : " ") + word;
    const auto page = tool::man_page(table(), path);
    if (page.empty())
        return fail(Errc::input_usage, "there is no command `" + path + "`");
    call.out().value({{"roff", page}});
    if (!call.out().json())
        call.out().raw(page);
    return {};
}
} // namespace

Rows shell_commands()
{
    return {{"completion",
             "Print the script that completes commands in bash, zsh or fish",
             {{"SHELL", "bash, zsh or fish"}},
             {},
             completion,
             nullptr,
             "bash: eval \"$(dmid completion bash)\" in ~/.bashrc. zsh: the same after compinit. fish: dmid "
             "completion fish | source."},
            {"man",
             "Print a man page, or write all of them",
             {{"COMMAND", "its words; none: the page of the program", false, true}},
             {{"--out", "DIR", "write every page into this folder"},
              {"--markdown", "", "print all commands as one page for the documentation"}},
             man,
             nullptr,
             "dmid man send | man -l - shows one."},
            {"complete", "Answers a shell", {{"WORDS", "", false, true}}, {}, complete, nullptr, {}, true}};
}
} // namespace dmid::commands
