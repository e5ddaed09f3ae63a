// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/http_shape.hpp"

#include "base/ascii.hpp"
#include "codec/json.hpp"
#include "net/http_types.hpp"
#include "net/url.hpp"

#include <boost/json/string.hpp>

#include <algorithm>
#include <array>

namespace dmid::channels::sms
{
namespace
{
constexpr std::size_t kMostId = 128;

std::string for_url(std::string_view value)
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : value)
    {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = is_ascii_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            out.push_back(c);
        else
            out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
    return out;
}

std::string for_json(std::string_view value)
{
    const auto quoted = codec::serialise_json(boost::json::string{value});
    return quoted.substr(1, quoted.size() - 2);
}

std::string for_xml(std::string_view value)
{
    std::string out;
    for (const char c : value)
    {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\'')
            out += "&apos;";
        else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t')
            out.push_back(c); // XML 1.0 has no other control characters
    }
    return out;
}

std::string escaped(std::string_view value, Escape escape)
{
    switch (escape)
    {
    case Escape::url:
        return for_url(value);
    case Escape::json:
        return for_json(value);
    case Escape::xml:
        return for_xml(value);
    case Escape::none:
        break;
    }
    return std::string{value};
}
} // namespace

Escape escape_of(const HttpShape& shape)
{
    for (const auto& [name, value] : shape.headers)
    {
        if (!ascii_same(name, "content-type"))
            continue;
        const auto type = ascii_lower(value);
        if (type.find("json") != std::string::npos)
            return Escape::json;
        if (type.find("x-www-form-urlencoded") != std::string::npos)
            return Escape::url;
        if (type.find("xml") != std::string::npos)
            return Escape::xml;
    }
    return Escape::none;
}

std::string fill(std::string_view pattern, const ShapeValues& values, Escape escape)
{
    const auto digits = std::string_view{values.to}.substr(std::min<std::size_t>(values.to.size(), 1));
    const std::array<std::pair<std::string_view, std::string_view>, 6> table{{{"{to}", values.to},
                                                                              {"{to_digits}", digits},
                                                                              {"{from}", values.from},
                                                                              {"{text}", values.text},
                                                                              {"{id}", values.id},
                                                                              {"{secret}", values.secret}}};
    std::string out;
    while (!pattern.empty())
    {
        const auto* const at = std::find_if(table.begin(), table.end(),
                                            [&](const auto& row) { return pattern.starts_with(row.first); });
        if (at == table.end())
        {
            out.push_back(pattern.front());
            pattern.remove_prefix(1);
            continue;
        }
        out += escaped(at->second, escape);
        pattern.remove_prefix(at->first.size());
    }
    return out;
}

net::HttpRequest fill_request(const HttpShape& shape, const ShapeValues& values)
{
    net::HttpRequest out;
    out.method = shape.method;
    out.url = fill(shape.url, values, Escape::url);
    for (const auto& [name, value] : shape.headers)
        out.headers.set(name, fill(value, values, Escape::none));
    out.body = fill(shape.body, values, escape_of(shape));
    return out;
}

Result<> check_shape(const HttpShape& shape)
{
    for (const auto* secret : {"{text}", "{secret}"})
        if (shape.url.find(secret) != std::string::npos)
            return fail(Errc::config_value, std::string{secret} + " belongs into a header or the body");
    const ShapeValues example{"+491701234567", "DMID", {}, "0", {}};
    if (!net::parse_url(fill(shape.url, example, Escape::url)))
        return fail(Errc::config_value, "the url of a service for short messages");
    if (!net::is_http_token(shape.method) || shape.success.empty())
        return fail(Errc::config_value, "a method, and the statuses that mean success");
    for (const auto& [name, value] : shape.headers)
        if (!net::is_http_token(name))
            return fail(Errc::config_value, "the name of a header");
    if (!shape.id_pointer.empty() && !shape.id_pointer.starts_with('/'))
        return fail(Errc::config_value, "a JSON pointer begins with `/`");
    return {};
}

std::string id_in_answer(std::string_view body, std::string_view pointer)
{
    if (pointer.empty())
        return {};
    const auto value = codec::parse_json(body);
    if (!value)
        return {};
    boost::system::error_code error;
    const auto* found = value->find_pointer(pointer, error);
    if (found == nullptr)
        return {};
    std::string id;
    if (found->is_string())
        id = std::string{found->get_string()};
    else if (found->is_int64() || found->is_uint64())
        id = codec::serialise_json(*found);
    const bool good =
        id.size() <= kMostId && std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
    return good ? id : std::string{};
}
} // namespace dmid::channels::sms
