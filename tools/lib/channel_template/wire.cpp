// SPDX-License-Identifier: Apache-2.0
#include "channels/@name@/wire.hpp"

namespace dmid::channels::@name@
{
Result<std::string> parse_account(std::string_view text)
{
    if (text.empty() || text.size() > kMaxAccount)
        return fail(Errc::channel_address_invalid, "1 to 64 letters and digits are expected");
    std::string out;
    for (const char c : text)
    {
        const bool capital = c >= 'A' && c <= 'Z';
        if (!capital && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            return fail(Errc::channel_address_invalid, "letters and digits are expected");
        out.push_back(capital ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return out;
}

std::string compose(const channel::Outgoing& message)
{
    std::string out = "For " + message.number;
    if (message.notice)
        return "A message is waiting. " + out;
    if (message.to_owner)
        out = "From " + message.sender;
    for (const auto& proof : message.proofs)
        out += "; " + proof;
    if (!message.encryption.empty())
        out += "\n" + message.encryption;
    out += "\n\n" + message.text;
    for (const auto& file : message.files)
        out += "\n(Not sent here: " + (file.name.empty() ? std::string{"a file"} : file.name) + ")";
    return out;
}
} // namespace dmid::channels::@name@
