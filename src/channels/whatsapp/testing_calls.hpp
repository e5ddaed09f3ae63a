// SPDX-License-Identifier: Apache-2.0
// For tests only: requests as Meta makes them.
#pragma once

#include "channels/whatsapp/testing_api.hpp"
#include "crypto/hmac.hpp"

namespace dmid::channels::whatsapp::test
{
/// A request of Meta's, signed.
inline net::HttpResponse called_by_meta(WhatsAppChannel& channel, const std::string& body,
                                        std::string signature = {})
{
    if (signature.empty())
        signature =
            "sha256=" +
            to_hex(crypto::hmac_sha256(as_bytes(std::string_view{kAppSecret}), as_bytes(body)).view());
    net::HttpRequest request;
    request.method = "POST";
    request.path = "/v1/channels/whatsapp";
    request.headers.set("X-Hub-Signature-256", std::move(signature));
    request.body = body;
    auto calling = [](WhatsAppChannel& a_channel,
                      net::HttpRequest a_request) -> net::Task<Result<net::HttpResponse>>
    { co_return co_await a_channel.on_request(std::move(a_request)); };
    return net::run_blocking(calling(channel, std::move(request))).value();
}
} // namespace dmid::channels::whatsapp::test
