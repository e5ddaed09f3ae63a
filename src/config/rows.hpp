// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/table.hpp"

#include <charconv>
#include <string>
#include <vector>

/// How the sections of the configuration are written down.
namespace dmid::config
{
template <auto Member> struct Field;
template <class S, class T, T S::*Member> struct Field<Member>
{
    static T& get(void* section) { return static_cast<S*>(section)->*Member; }
};

template <auto Member>
inline Row text(const char* key, const char* standard, const char* description, bool reloadable = false)
{
    Row row{key, Type::text, standard, reloadable, description};
    row.text = &Field<Member>::get;
    return row;
}
template <auto Member>
inline Row count(const char* key, const char* standard, const char* description, bool reloadable = false)
{
    Row row{key, Type::count, standard, reloadable, description};
    row.count = &Field<Member>::get;
    return row;
}
template <auto Member>
inline Row flag(const char* key, const char* standard, const char* description, bool reloadable = false)
{
    Row row{key, Type::flag, standard, reloadable, description};
    row.flag = &Field<Member>::get;
    return row;
}
template <auto Member>
inline Row list(const char* key, const char* standard, const char* description, bool reloadable = false)
{
    Row row{key, Type::list, standard, reloadable, description};
    row.list = &Field<Member>::get;
    return row;
}
inline Row need(Row row)
{
    row.required = true;
    return row;
}
inline Row check(Row row, bool (*valid)(void*), const char* expected)
{
    row.valid = valid;
    row.expected = expected;
    return row;
}

inline bool host_and_port(const std::string& value)
{
    const auto colon = value.rfind(':');
    if (colon == std::string::npos || colon == 0)
        return false;
    std::uint16_t port = 0;
    const auto* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data() + colon + 1, end, port);
    return error == std::errc{} && stop == end;
}

template <class T> std::vector<void*> pointers(std::vector<T>& items)
{
    std::vector<void*> out;
    for (auto& item : items)
        out.push_back(&item);
    return out;
}

/// Of the platforms (chat_sections.cpp).
std::vector<Section> chat_sections();
} // namespace dmid::config
