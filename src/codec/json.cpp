// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cmath>
#include <unordered_set>
#include <utility>

namespace dmid::codec
{
namespace
{
namespace json = boost::json;

/// Listens to a parse and stops it at a second member of one name: two readers could otherwise see two
/// different values in the same bytes.
struct KeyWatch
{
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&)
    {
        open.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, json::error_code&)
    {
        open.pop_back();
        return true;
    }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t, json::error_code&) { return true; }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&)
    {
        key.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code& error)
    {
        key.append(part.data(), part.size());
        duplicate = !open.back().insert(std::exchange(key, {})).second;
        if (duplicate)
            error = json::error::syntax;
        return !duplicate;
    }
    bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
    bool on_double(double number, json::string_view, json::error_code& error)
    {
        infinite = !std::isfinite(number);
        if (infinite)
            error = json::error::exponent_overflow;
        return !infinite;
    }
    bool on_bool(bool, json::error_code&) { return true; }
    bool on_null(json::error_code&) { return true; }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

    std::vector<std::unordered_set<std::string>> open;
    std::string key;
    bool duplicate = false;
    bool infinite = false; ///< a number that no reader can hold, and that would not be written back
};

json::parse_options options(const JsonLimits& limits)
{
    json::parse_options out;
    out.max_depth = limits.max_depth;
    return out;
}

/// The first pass: syntax, depth, duplicate keys; nothing is built.
Result<> check(std::string_view text, const JsonLimits& limits)
{
    json::basic_parser<KeyWatch> parser{options(limits)};
    json::error_code error;
    const auto used = parser.write_some(false, text.data(), text.size(), error);
    const auto where = "at byte " + std::to_string(used);
    if (parser.handler().duplicate)
        return fail(Errc::codec_duplicate_key, where);
    if (parser.handler().infinite)
        return fail(Errc::codec_range, where);
    if (error == json::error::too_deep)
        return fail(Errc::codec_too_deep, where);
    if (error || used != text.size())
        return fail(Errc::codec_syntax, where);
    return {};
}
} // namespace

Result<json::value> parse_json(std::string_view text, const JsonLimits& limits)
{
    if (text.size() > limits.max_bytes)
        return fail(Errc::codec_too_large, std::to_string(text.size()) + " bytes of JSON");
    if (!is_utf8(text))
        return fail(Errc::codec_utf8, "JSON");
    try
    {
        DMID_TRY(check(text, limits));
        json::error_code error;
        auto value = json::parse(json::string_view{text.data(), text.size()}, error, {}, options(limits));
        if (error)
            return fail(Errc::codec_syntax, error.message());
        return value;
    }
    catch (const std::exception&)
    {
        return fail(Errc::codec_too_large, "JSON does not fit into memory");
    }
}

std::string serialise_json(const json::value& value)
{
    return json::serialize(value);
}

std::string to_quantity(std::uint64_t value)
{
    return U256{value}.to_quantity();
}
} // namespace dmid::codec
