// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/plan.hpp"

#include "base/utf8.hpp"
#include "channels/whatsapp/api_request.hpp"
#include "chat/text_split.hpp"

namespace dmid::channels::whatsapp
{
namespace
{
constexpr std::string_view kLineMark = " ⏎ ";
} // namespace

std::vector<chat::Step> plan(const channel::Outgoing& message)
{
    chat::CaptionedLimits limits;
    limits.files = {kMostFiles, kMaxFileBytes, kMaxFileBytes};
    limits.text = kMaxUnits;
    limits.caption = kMaxCaption;
    limits.takes_caption = [](const channel::File& file) { return best_shown(file) != Shown::audio; };
    return chat::captioned_plan(message, limits);
}

std::optional<std::string> as_parameter(const channel::Outgoing& message)
{
    if (!message.notice && !message.files.empty())
        return std::nullopt;
    const auto text = chat::whole_text(message, {});
    std::string out;
    std::size_t blanks = 0;
    for (std::string_view rest = text; !rest.empty();)
    {
        const auto c = take_code_point(rest);
        if (c == '\n')
        {
            // An empty line becomes one mark.
            if (!out.ends_with(kLineMark) && !out.empty())
                out += kLineMark;
            blanks = 1;
            continue;
        }
        const bool blank = c <= ' ' || c == 0x7f || c == 0x2028 || c == 0x2029;
        blanks = blank ? blanks + 1 : 0;
        if (blanks <= 1 && blank)
            out += ' ';
        else if (!blank)
            append_utf8(out, c);
    }
    if (out.empty() || chat::utf16_units(out) > kMaxParameter)
        return std::nullopt;
    return out;
}

std::string invitation(const channel::Outgoing& message)
{
    const auto number = chat::one_line(message.number, 40);
    return (message.to_owner ? "A message is waiting for " + number
                             : "A message from " + number + " is waiting") +
           ". Answer here to read it.";
}
} // namespace dmid::channels::whatsapp
