// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "net/http_types.hpp"

#include <boost/json/fwd.hpp>

namespace dmid::api
{
/// An error as a problem of RFC 9457: status, stable code, context and what to do next.
net::HttpResponse problem(const Error& error);
/// A JSON answer.
net::HttpResponse answer(unsigned status, const boost::json::value& body);
/// The same of a text that is JSON.
net::HttpResponse answer_text(unsigned status, std::string json);
} // namespace dmid::api
