// SPDX-License-Identifier: Apache-2.0
#include "api/problem.hpp"

#include "codec/json.hpp"

#include <boost/json.hpp>

namespace dmid::api
{
net::HttpResponse answer_text(unsigned status, std::string json)
{
    net::HttpResponse response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.headers.set("Cache-Control", "no-store");
    response.body = std::move(json);
    return response;
}

net::HttpResponse answer(unsigned status, const boost::json::value& body)
{
    return answer_text(status, codec::serialise_json(body));
}

net::HttpResponse problem(const Error& error)
{
    const auto status = static_cast<unsigned>(http_status(error.code));
    auto response = answer(status, {{"type", "about:blank"},
                                    {"title", net::reason_phrase(status)},
                                    {"status", status},
                                    {"code", name(error.code)},
                                    {"detail", error.context},
                                    {"next", advice(error.code)}});
    response.headers.set("Content-Type", "application/problem+json");
    if (retryable(error.code))
        response.headers.set("Retry-After", "30");
    return response;
}
} // namespace dmid::api
