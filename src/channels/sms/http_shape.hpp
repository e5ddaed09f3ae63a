// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/http_types.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The HTTP interfaces of operators without SMPP: each has its own, and all are a request with a few values
/// in it. Pure.
namespace dmid::channels::sms
{
/// A request as the operator's manual has it. In all templates `{to}` is the number with its `+`,
/// `{to_digits}` without, `{from}` the sender, `{text}` the text, `{id}` an id that is the same at every
/// attempt, `{secret}` the secret; all other braces stand for themselves.
struct HttpShape
{
    std::string method{"POST"};
    std::string url; ///< https; without `{text}` and `{secret}`: what stands in a URL ends in logs
    std::vector<std::pair<std::string, std::string>>
        headers;      ///< with Content-Type: it says how the body is escaped
    std::string body; ///< JSON, a form (application/x-www-form-urlencoded), XML or plain text
    std::vector<unsigned> success{200, 201, 202};
    std::string
        id_pointer; ///< where the id stands in the answer (RFC 6901): `/messages/0/id`; empty: nowhere
};

struct ShapeValues
{
    std::string to; ///< `+…`
    std::string from;
    std::string text;
    std::string id;
    std::string secret;
};

/// How a value is written so that it stays one value.
enum class Escape : std::uint8_t
{
    none,
    url, ///< also of forms
    json,
    xml,
};
/// Of the body, by its Content-Type.
Escape escape_of(const HttpShape& shape);
std::string fill(std::string_view pattern, const ShapeValues& values, Escape escape);

/// The request with its values: the URL escaped as one, the body by its Content-Type, headers as they are.
net::HttpRequest fill_request(const HttpShape& shape, const ShapeValues& values);

/// config.value for a shape that cannot be: no URL, a text or secret in it, a method that is none, an id
/// pointer that is none.
Result<> check_shape(const HttpShape& shape);
/// The id in an answer, at most 128 printable bytes; empty where it has none.
std::string id_in_answer(std::string_view body, std::string_view pointer);
} // namespace dmid::channels::sms
