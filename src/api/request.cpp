// SPDX-License-Identifier: Apache-2.0
#include "api/request.hpp"

#include <charconv>

namespace dmid::api
{
Result<Body> Body::parse(const net::HttpRequest& request, std::initializer_list<std::string_view> keys)
{
    DMID_TRY(auto value, codec::parse_json(request.body.empty() ? "{}" : request.body));
    const Body body{std::move(value)};
    if (!body.value_.is_object())
        return fail(Errc::codec_type, "request: expected an object");
    DMID_TRY(body.root().only(keys));
    return body;
}

Result<std::string> Body::text(std::string_view key) const
{
    DMID_TRY(auto item, root().field(key));
    return item.text();
}

Result<std::optional<std::string>> Body::optional_text(std::string_view key) const
{
    const auto item = root().optional(key);
    if (!item)
        return std::optional<std::string>{};
    DMID_TRY(auto text, item->text());
    return std::optional{std::move(text)};
}

Result<bool> Body::flag(std::string_view key) const
{
    const auto item = root().optional(key);
    return item ? item->boolean() : false;
}

Result<std::uint64_t> number_in_query(const net::HttpRequest& request, std::string_view key,
                                      std::uint64_t standard)
{
    const auto text = net::query_value(request.query, key);
    if (text.empty())
        return standard;
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end)
        return fail(Errc::codec_type, std::string{key} + " expects a whole number");
    return value;
}
} // namespace dmid::api
