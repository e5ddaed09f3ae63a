// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/node_client.hpp"

namespace dmid::tool
{
/// How many hex digits of an id an abbreviation has at least.
inline constexpr std::size_t kShortestId = 6;
/// How many are printed.
inline constexpr std::size_t kPrintedId = 8;

/// True for 6 to 64 hex digits, in either case, that are no number of our own.
bool is_id(std::string_view text);
/// The one id that begins with `prefix` (lower case). gateway.no-such-entry where there is none, input.usage
/// where there are several.
Result<std::string> expand_id(std::string_view prefix, const std::vector<std::string>& ids);

/// What a word of the command line names on the node.
struct Entry
{
    std::string kind;  ///< `message`, `thread` or `party`: the key of the call's body
    std::string value; ///< a whole id, or a party as it was written
};
/// Finds a message or thread by its id or the beginning of it; what is no id names a party.
Result<Entry> find_entry(const NodeClient& node, const std::string& text);
/// The thread of an entry; gateway.no-such-entry for parties without one.
Result<std::string> thread_of(const NodeClient& node, const std::string& text);
} // namespace dmid::tool
