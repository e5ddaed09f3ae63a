// SPDX-License-Identifier: Apache-2.0
// Requests one behind the other, cut anywhere, through the code that serves a connection: it ends when the
// peer has gone, answers in order what it handled, and at most once more (what was wrong with the next one).
// First byte: how the rest is cut.
#include "in_memory.hpp"

#include <algorithm>

using namespace dmid;

static std::size_t answers_in(std::string_view said)
{
    std::size_t count = 0;
    for (auto at = said.find("HTTP/1.1 "); at != std::string_view::npos; at = said.find("HTTP/1.1 ", at + 1))
        count += said.substr(at + 9, 3) != "100" ? 1 : 0;
    return count;
}

static net::Task<net::HttpResponse> answer(std::size_t number, net::HttpRequest request)
{
    if (request.body.size() > 2048 || request.target.size() > 2048)
        std::abort();
    net::HttpResponse response;
    response.body = "<" + std::to_string(number) + ">";
    co_return response;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0 || size > 16'384)
        return 0;
    std::size_t handled = 0;
    auto handler = [&handled](net::HttpRequest request) { return answer(handled++, std::move(request)); };
    const std::string_view input{reinterpret_cast<const char*>(data) + 1, size - 1};
    const auto said = fuzz::serve(handler, {}, {}, input, data[0]);
    if (answers_in(said) > handled + 1)
        std::abort();
    return 0;
}
