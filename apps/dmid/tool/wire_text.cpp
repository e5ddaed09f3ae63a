// SPDX-License-Identifier: Apache-2.0
#include "tool/wire_text.hpp"

#include "tool/output.hpp"

#include <boost/json.hpp>

namespace dmid::tool
{
const boost::json::value& member_of(const boost::json::value& object, std::string_view key)
{
    static const boost::json::value nothing;
    const auto* map = object.if_object();
    const auto* found = map == nullptr ? nullptr : map->if_contains(key);
    return found == nullptr ? nothing : *found;
}

std::string lines_of(const boost::json::value& object, std::string_view key)
{
    const auto& value = member_of(object, key);
    if (const auto* text = value.if_string())
        return safe_text(std::string_view{text->data(), text->size()}, true);
    return value.is_number() ? boost::json::serialize(value) : std::string{};
}

std::string text_of(const boost::json::value& object, std::string_view key)
{
    return safe_text(lines_of(object, key));
}

bool flag_of(const boost::json::value& object, std::string_view key)
{
    const auto* flag = member_of(object, key).if_bool();
    return flag != nullptr && *flag;
}

std::string when_of(const boost::json::value& object, std::string_view key)
{
    const auto* seconds = member_of(object, key).if_int64();
    return seconds == nullptr || *seconds == 0 ? std::string{} : time_text(*seconds);
}

const boost::json::array& list_of(const boost::json::value& object, std::string_view key)
{
    static const boost::json::array nothing;
    const auto* list = member_of(object, key).if_array();
    return list == nullptr ? nothing : *list;
}
} // namespace dmid::tool
