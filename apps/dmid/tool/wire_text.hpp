// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

/// Lenient reading of the node's answers for printing: what is missing or of another type is empty, and all
/// text is made safe for a terminal.
namespace dmid::tool
{
/// Text, or a number in decimal.
std::string text_of(const boost::json::value& object, std::string_view key);
/// The same with its line breaks.
std::string lines_of(const boost::json::value& object, std::string_view key);
bool flag_of(const boost::json::value& object, std::string_view key);
/// A time in Unix seconds as text; empty for zero.
std::string when_of(const boost::json::value& object, std::string_view key);
const boost::json::array& list_of(const boost::json::value& object, std::string_view key);
const boost::json::value& member_of(const boost::json::value& object, std::string_view key);
} // namespace dmid::tool
