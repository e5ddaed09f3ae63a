// SPDX-License-Identifier: Apache-2.0
#include "tool/complete.hpp"

#include "tool/globals.hpp"

#include <algorithm>

namespace dmid::tool
{
namespace
{
/// What stands before the cursor, as far as it decides what may follow.
struct Place
{
    std::string path;               ///< of the command, as far as it is written
    std::size_t arguments = 0;      ///< words that stand by their place
    const Option* open = nullptr;   ///< the option whose value is next
    bool only_words = false;        ///< behind `--` or a greedy option
    std::vector<std::string> given; ///< options
};

const Option* find_option(const Command* command, std::string_view word)
{
    for (const auto& row : global_rows())
        if (row.option.name == word || (!row.alias.empty() && row.alias == word))
            return &row.option;
    if (command != nullptr)
        for (const auto& option : command->options)
            if (option.name == word)
                return &option;
    return nullptr;
}

bool leads_somewhere(std::span<const Command> table, std::string_view path)
{
    return find_command(table, path) != nullptr || is_group(table, path);
}

void take_word(std::span<const Command> table, Place& place, const std::string& word)
{
    const auto deeper = place.path.empty() ? word : place.path + " " + word;
    if (place.arguments == 0 && !place.only_words && leads_somewhere(table, deeper))
        place.path = deeper;
    else
        ++place.arguments;
}

Place read_words(std::span<const Command> table, const std::vector<std::string>& words)
{
    Place place;
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
    {
        const auto& word = words[i];
        if (place.open != nullptr)
        {
            place.open = nullptr;
            continue;
        }
        const auto* option = place.only_words ? nullptr : find_option(find_command(table, place.path), word);
        if (!place.only_words && word == "--")
            place.only_words = true;
        else if (option != nullptr)
        {
            place.given.push_back(word);
            if (!option->value.empty())
                place.open = option;
            place.only_words = option->greedy;
        }
        else if (place.only_words || !word.starts_with('-'))
            take_word(table, place, word);
    }
    return place;
}

void add(Completion& out, std::string_view begin, std::string_view text, std::string_view help)
{
    if (text.starts_with(begin))
        out.words.push_back({std::string{text}, std::string{help}});
}

void add_option(Completion& out, const Place& place, std::string_view begin, const Option& option)
{
    const bool given = std::find(place.given.begin(), place.given.end(), option.name) != place.given.end();
    if (!option.hidden && (!given || option.many))
        add(out, begin, option.name, option.help);
}

void add_values(Completion& out, std::string_view begin, std::string_view kind, const KnownValues& known)
{
    if (kind == "FILE")
        out.files = Completion::Files::files;
    else if (kind == "DIR")
        out.files = Completion::Files::folders;
    else if (kind == "WHEN")
        for (const auto* word : {"auto", "always", "never"})
            add(out, begin, word, "");
    else
        for (auto& word : known(kind))
            add(out, begin, word.text, word.help);
}

void add_children(Completion& out, std::span<const Command> table, const Place& place, std::string_view begin)
{
    const auto head = place.path.empty() ? std::string{} : place.path + " ";
    for (const auto& command : table)
    {
        if (command.hidden || !command.path.starts_with(head))
            continue;
        const auto rest = command.path.substr(head.size());
        const auto word = rest.substr(0, rest.find(' '));
        const bool seen = std::any_of(out.words.begin(), out.words.end(),
                                      [&](const Completion::Word& known) { return known.text == word; });
        if (!word.empty() && !seen)
            add(out, begin, word, word == rest ? command.summary : std::string_view{});
    }
}
} // namespace

Completion complete(std::span<const Command> table, const std::vector<std::string>& words,
                    const KnownValues& known)
{
    Completion out;
    const std::string begin = words.empty() ? "" : words.back();
    const auto place = read_words(table, words);
    const auto* command = find_command(table, place.path);
    if (place.open != nullptr)
    {
        add_values(out, begin, place.open->value, known);
        return out;
    }
    if (begin.starts_with('-') && !place.only_words)
    {
        if (command != nullptr)
            for (const auto& option : command->options)
                add_option(out, place, begin, option);
        for (const auto& row : global_rows())
            add_option(out, place, begin, row.option);
        return out;
    }
    if (place.arguments == 0)
        add_children(out, table, place, begin);
    if (command == nullptr || command->arguments.empty())
        return out;
    const auto& arguments = command->arguments;
    const auto at = std::min(place.arguments, arguments.size() - 1);
    if (place.arguments < arguments.size() || arguments[at].many)
        add_values(out, begin, arguments[at].name, known);
    return out;
}

} // namespace dmid::tool
