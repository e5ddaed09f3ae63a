// SPDX-License-Identifier: Apache-2.0
// However the bytes of a connection are cut, the same requests come out of them. Bytes that are no request
// may be refused at once when they come whole, and waited for when they come one by one: that is no
// difference.
#include "net/http_parser.hpp"

#include <cstdint>
#include <cstdlib>

static std::string read_all(std::string_view text, std::size_t step)
{
    dmid::net::HttpRequestParser parser{{4096, 4096}};
    std::string buffer, out;
    while (!text.empty())
    {
        buffer += text.substr(0, step);
        text.remove_prefix(std::min(step, text.size()));
        for (std::size_t used = 1; used != 0 && !buffer.empty();)
        {
            const auto fed = parser.feed(dmid::as_bytes(buffer));
            if (!fed)
                return out;
            used = *fed;
            buffer.erase(0, used);
            if (parser.done())
            {
                const auto request = parser.take();
                out += request.method + " " + request.target + " " + request.body + "\n";
            }
        }
    }
    return out;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (size < 4096 && read_all(text, size + 1) != read_all(text, 1))
        std::abort();
    return 0;
}
