// SPDX-License-Identifier: Apache-2.0
// A whole dialogue, SMTP or LMTP as the first byte says, is the same in one piece and byte by byte; no
// message comes out of it that holds a bare CR or LF, or a line that is too long; what was not admitted gets
// none.
#include "channels/email/testing_session.hpp"

#include <cstdint>
#include <cstdlib>

namespace
{
void check(bool holds)
{
    if (!holds)
        std::abort();
}

void check_content(std::string_view content)
{
    std::size_t line = 0;
    for (std::size_t i = 0; i < content.size(); ++i)
    {
        check(content[i] != '\n' || (i > 0 && content[i - 1] == '\r'));
        check(content[i] != '\r' || (i + 1 < content.size() && content[i + 1] == '\n'));
        line = content[i] == '\n' ? 0 : line + 1;
        check(line <= 1000 && content[i] != '\0');
    }
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid::channels::email;
    if (size == 0)
        return 0;
    auto options = test::smtp_options();
    options.lmtp = (data[0] & 1U) != 0;
    options.forwarded = options.lmtp;
    options.auth_in_clear = (data[0] & 2U) != 0;
    options.content.message = 4096;
    const std::string_view dialogue{reinterpret_cast<const char*>(data) + 1, size - 1};
    test::SessionDriver driver{options};
    driver.patient = true;
    driver.say(dialogue, 1);
    for (const auto& mail : driver.mails)
    {
        check_content(mail.content);
        check(mail.content.size() <= 4096 && !mail.to.empty() && (options.lmtp || mail.to.size() == 1));
    }
    for (const auto part : {std::size_t{7}, std::size_t{64}})
    {
        test::SessionDriver other{options};
        other.patient = true;
        other.say(dialogue, part);
        check(other.said == driver.said && other.mails.size() == driver.mails.size());
        for (std::size_t i = 0; i < other.mails.size(); ++i)
            check(other.mails[i].content == driver.mails[i].content &&
                  other.mails[i].to == driver.mails[i].to);
    }
    return 0;
}
