// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"

#include "config/table.hpp"

#include <toml++/toml.h>

#include <sstream>

namespace dmid::config
{
namespace
{
std::string where(const toml::source_region& region)
{
    return "line " + std::to_string(region.begin.line) + ", column " + std::to_string(region.begin.column);
}

Result<> set(const Row& row, void* section, const toml::node& node)
{
    const auto wrong = [&](std::string_view expected)
    {
        return fail(Errc::config_value,
                    where(node.source()) + ": " + row.key + " expects " + std::string{expected});
    };

    if (row.type == Type::text)
    {
        if (!node.is_string())
            return wrong("text");
        row.text(section) = node.as_string()->get();
    }
    else if (row.type == Type::count)
    {
        if (!node.is_integer() || node.as_integer()->get() < 0)
            return wrong("a whole number, not negative");
        row.count(section) = static_cast<std::uint64_t>(node.as_integer()->get());
    }
    else if (row.type == Type::flag)
    {
        if (!node.is_boolean())
            return wrong("true or false");
        row.flag(section) = node.as_boolean()->get();
    }
    else
    {
        const auto* list = node.as_array();
        if (list == nullptr)
            return wrong("a list of texts");
        row.list(section).clear();
        for (const auto& item : *list)
        {
            if (!item.is_string())
                return wrong("a list of texts");
            row.list(section).push_back(item.as_string()->get());
        }
    }
    if (row.valid != nullptr && !row.valid(section))
        return wrong(row.expected);
    return {};
}

Result<> read_section(const Section& section, void* target, const toml::table& table)
{
    for (const auto& [key, node] : table)
    {
        const auto* row = section.find(key.str());
        if (row == nullptr && section.has_child(key.str()))
            continue;
        if (row == nullptr)
            return fail(Errc::config_unknown_key, where(key.source()) + ": [" + std::string{section.name} +
                                                      "] " + std::string{key.str()} + "; did you mean " +
                                                      section.nearest(key.str()) + "?");
        DMID_TRY(set(*row, target, node));
    }
    for (const auto& row : section.rows)
        if (row.required && !table.contains(row.key))
            return fail(Errc::config_missing, "[" + std::string{section.name} + "] needs " + row.key);
    return {};
}

Result<> read_list(const Section& section, Config& config, const toml::node& node)
{
    const auto* list = node.as_array();
    if (list == nullptr)
        return fail(Errc::config_value,
                    where(node.source()) + ": write it as [[" + std::string{section.name} + "]]");
    for (const auto& item : *list)
    {
        if (!item.is_table())
            return fail(Errc::config_value, where(item.source()) + ": write it as a table");
        auto* target = section.make(config);
        section.apply_defaults(target);
        DMID_TRY(read_section(section, target, *item.as_table()));
    }
    return {};
}

Result<> read_one(const Section& section, Config& config, const toml::node& node)
{
    if (section.repeats)
        return read_list(section, config, node);
    if (!node.is_table())
        return fail(Errc::config_value,
                    where(node.source()) + ": write it as [" + std::string{section.name} + "]");
    return read_section(section, section.make(config), *node.as_table());
}

Result<> read_all(Config& config, const toml::table& root)
{
    for (const auto& [key, node] : root)
    {
        const auto* section = find_section(key.str());
        if (section == nullptr)
            return fail(Errc::config_unknown_key, where(key.source()) + ": " + std::string{key.str()} +
                                                      "; did you mean " + nearest_section(key.str()) + "?");
        DMID_TRY(read_one(*section, config, node));
        if (section->repeats)
            continue;
        for (const auto& [child, child_node] : *node.as_table())
            if (section->has_child(child.str()))
            {
                const auto full = std::string{section->name} + "." + std::string{child.str()};
                DMID_TRY(read_one(*find_section(full), config, child_node));
            }
    }
    return {};
}
} // namespace

Config defaults()
{
    Config config;
    for (const auto& section : sections())
        if (!section.repeats)
            section.apply_defaults(section.make(config));
    return config;
}

Result<Config> parse(std::string_view text)
{
    if (text.size() > 256 * 1024)
        return fail(Errc::config_value, "the file is larger than 256 KiB");
    try
    {
        auto config = defaults();
        const auto root = toml::parse(text);
        DMID_TRY(read_all(config, root));
        return config;
    }
    catch (const toml::parse_error& error)
    {
        return fail(Errc::config_syntax, where(error.source()) + ": " + std::string{error.description()});
    }
}
} // namespace dmid::config
