// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/json.hpp"
#include "net/http_types.hpp"

#include <boost/json.hpp>

#include <initializer_list>
#include <optional>

namespace dmid::api
{
/// The JSON object of a request, with known keys only.
class Body
{
public:
    static Result<Body> parse(const net::HttpRequest& request, std::initializer_list<std::string_view> keys);
    /// codec.missing-key, codec.type.
    Result<std::string> text(std::string_view key) const;
    Result<std::optional<std::string>> optional_text(std::string_view key) const;
    /// False where absent.
    Result<bool> flag(std::string_view key) const;

private:
    explicit Body(boost::json::value value)
        : value_(std::move(value)) // braces would make it an array of one
    {
    }
    codec::JsonItem root() const { return {value_, "request"}; }
    boost::json::value value_;
};

/// A whole number of the query; `standard` where absent; codec.type otherwise.
Result<std::uint64_t> number_in_query(const net::HttpRequest& request, std::string_view key,
                                      std::uint64_t standard);

/// The first of several results that failed; one must have.
template <class First, class... Rest> const Error& first_error(const First& first, const Rest&... rest)
{
    if constexpr (sizeof...(Rest) == 0)
        return first.error();
    else
        return first ? first_error(rest...) : first.error();
}
} // namespace dmid::api
