// SPDX-License-Identifier: Apache-2.0
#include "config/differences.hpp"

#include "config/table.hpp"

namespace dmid::config
{
namespace
{
bool same(const Row& row, void* a, void* b)
{
    switch (row.type)
    {
    case Type::text:
        return row.text(a) == row.text(b);
    case Type::count:
        return row.count(a) == row.count(b);
    case Type::flag:
        return row.flag(a) == row.flag(b);
    case Type::list:
        return row.list(a) == row.list(b);
    }
    return true;
}

std::string words_of(const Row& row, void* a, void* b)
{
    if (row.type == Type::count)
        return std::to_string(row.count(a)) + " → " + std::to_string(row.count(b));
    if (row.type == Type::flag)
        return row.flag(b) ? "false → true" : "true → false";
    return "changed";
}

void copy(const Row& row, void* to, void* from)
{
    switch (row.type)
    {
    case Type::text:
        row.text(to) = row.text(from);
        break;
    case Type::count:
        row.count(to) = row.count(from);
        break;
    case Type::flag:
        row.flag(to) = row.flag(from);
        break;
    case Type::list:
        row.list(to) = row.list(from);
        break;
    }
}

/// The section's tables in the file's order: one, unless it repeats.
std::vector<void*> tables_of(const Section& section, Config& config)
{
    return section.repeats ? section.items(config) : std::vector<void*>{section.make(config)};
}

std::string name_of(const Section& section, std::size_t i)
{
    return section.repeats ? "[[" + std::string{section.name} + "]] " + std::to_string(i + 1)
                           : "[" + std::string{section.name} + "]";
}
} // namespace

std::vector<Difference> differences(const Config& present, const Config& next)
{
    auto a = present;
    auto b = next;
    std::vector<Difference> out;
    for (const auto& section : sections())
    {
        const auto left = tables_of(section, a);
        const auto right = tables_of(section, b);
        if (left.size() != right.size())
        {
            out.push_back({"[[" + std::string{section.name} + "]]", false,
                           std::to_string(left.size()) + " → " + std::to_string(right.size())});
            continue;
        }
        for (std::size_t i = 0; i < left.size(); ++i)
            for (const auto& row : section.rows)
                if (!same(row, left[i], right[i]))
                    out.push_back({name_of(section, i) + " " + row.key, row.reloadable,
                                   words_of(row, left[i], right[i])});
    }
    return out;
}

void take_over(Config& present, const Config& next)
{
    auto from = next;
    for (const auto& section : sections())
    {
        const auto left = tables_of(section, present);
        const auto right = tables_of(section, from);
        if (left.size() != right.size())
            continue;
        for (std::size_t i = 0; i < left.size(); ++i)
            for (const auto& row : section.rows)
                if (row.reloadable)
                    copy(row, left[i], right[i]);
    }
}
} // namespace dmid::config
