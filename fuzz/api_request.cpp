// SPDX-License-Identifier: Apache-2.0
#include "api/inbound.hpp"
#include "seal/event.hpp"
#include "seal/signed_text.hpp"

#include <cstdlib>

using namespace dmid;

// The body of POST /v1/messages: what the door hands on is of the shape that it says, or refused by its
// parser.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    net::HttpRequest request;
    request.body = as_text({data, size});
    const auto in = api::inbound_of(request);
    if (!in)
        return 0;
    if (in->body.empty() || in->door != "http")
        std::abort();
    if (in->shape == channel::Shape::wrap)
        (void)seal::parse_event(in->body);
    else
        (void)seal::parse_signed_text(in->body, {});
    return 0;
}
