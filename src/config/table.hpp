// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config.hpp"

#include <span>

namespace dmid::config
{
enum class Type : std::uint8_t
{
    text,
    count,
    flag,
    list,
};

/// One setting. Exactly the accessor of its type is set.
struct Row
{
    const char* key;
    Type type;
    const char* standard; ///< the default as TOML
    bool reloadable;      ///< taken over at SIGHUP
    const char* description;
    bool required = false;
    std::string& (*text)(void*) = nullptr;
    std::uint64_t& (*count)(void*) = nullptr;
    bool& (*flag)(void*) = nullptr;
    std::vector<std::string>& (*list)(void*) = nullptr;
    bool (*valid)(void*) = nullptr;
    const char* expected = "";
};

/// A table of the file: `[name]`, or `[[name]]` where it repeats.
struct Section
{
    const char* name;
    const char* description;
    bool repeats;
    void* (*make)(Config&); ///< the present one, or a new one where it repeats
    std::vector<Row> rows;
    /// All tables of a section that repeats, in the file's order; null otherwise.
    std::vector<void*> (*items)(Config&) = nullptr;

    const Row* find(std::string_view key) const;
    bool has_child(std::string_view key) const;
    std::string nearest(std::string_view key) const;
    void apply_defaults(void* target) const;
};

std::span<const Section> sections();
const Section* find_section(std::string_view name);
std::string nearest_section(std::string_view name);
} // namespace dmid::config
