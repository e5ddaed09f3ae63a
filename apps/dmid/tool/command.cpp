// SPDX-License-Identifier: Apache-2.0
#include "tool/command.hpp"

#include <algorithm>

namespace dmid::tool
{
const Command* find_command(std::span<const Command> table, std::string_view path)
{
    const auto at =
        std::find_if(table.begin(), table.end(), [&](const Command& c) { return c.path == path; });
    return at == table.end() ? nullptr : &*at;
}

bool is_group(std::span<const Command> table, std::string_view path)
{
    return std::any_of(table.begin(), table.end(),
                       [&](const Command& c) {
                           return c.path.size() > path.size() && c.path.starts_with(path) &&
                                  c.path[path.size()] == ' ';
                       });
}
} // namespace dmid::tool
