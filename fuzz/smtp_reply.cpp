// SPDX-License-Identifier: Apache-2.0
// Whatever a server says, its reply has a code of three digits, printable words, and at most 64 lines.
#include "channels/email/smtp_reply.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid::channels::email;
    std::string_view text{reinterpret_cast<const char*>(data), size};
    SmtpReplyParser parser;
    while (!text.empty())
    {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto whole = parser.feed(line);
        if (!whole)
            return 0;
        if (!*whole)
            continue;
        const auto reply = parser.take();
        parse_offers(reply);
        if (reply.code < 200 || reply.code > 599 || reply.lines.size() > 64 || reply.words().size() > 300)
            std::abort();
    }
    return 0;
}
