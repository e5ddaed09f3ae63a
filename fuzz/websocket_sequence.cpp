// SPDX-License-Identifier: Apache-2.0
// An upgrade that is in order, then frames that are whatever they are, cut anywhere: the session ends when
// the peer has gone, and what it reads is within its limit and UTF-8. First byte: how the rest is cut.
#include "base/bytes.hpp"
#include "in_memory.hpp"

using namespace dmid;

static constexpr std::string_view kUpgrade =
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

static net::Task<> read_all(net::WebSocketPtr socket, net::HttpRequest)
{
    for (;;)
    {
        auto message = co_await socket->read();
        if (!message)
            break;
        if (message->size() > 2048 || !is_utf8(*message))
            std::abort();
        co_await socket->write(std::move(*message));
    }
    co_await socket->close();
}

// A function with a name: g++ 12 gives a lambda that is a coroutine the same symbol twice here.
static net::Task<net::HttpResponse> answer_empty(net::HttpRequest)
{
    co_return net::HttpResponse{};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0 || size > 16'384)
        return 0;
    // The upgrade alone first: nothing may come with it.
    const std::string_view frames{reinterpret_cast<const char*>(data) + 1, size - 1};
    fuzz::serve(&answer_empty, &read_all, kUpgrade, frames, data[0]);
    return 0;
}
