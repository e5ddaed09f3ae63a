// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/phone_text.hpp"

#include "base/utf8.hpp"

namespace dmid::channels::sms
{
namespace
{
// Together with the words between them under kMostFrame.
constexpr std::size_t kSender = 50;
constexpr std::size_t kProof = 30;
constexpr std::size_t kSubject = 60;
constexpr std::size_t kFileName = 20;
constexpr std::size_t kNumber = 30;

/// One line of at most so many UTF-16 units; `...`, which every alphabet has, where it was cut.
std::string one_line(std::string_view text, std::size_t most)
{
    std::string out;
    std::size_t units = 0;
    if (!is_utf8(text))
        return out;
    while (!text.empty())
    {
        const auto c = take_code_point(text);
        units += c > 0xffff ? 2 : 1;
        if (units > most)
            return out + "...";
        append_utf8(out, c < 0x20 || c == 0x7f ? U' ' : c);
    }
    return out;
}

std::string from_line(const channel::Outgoing& message)
{
    auto out = "From " + one_line(message.sender, kSender);
    if (!message.proofs.empty())
    {
        out += " [" + one_line(message.proofs.front(), kProof);
        if (message.proofs.size() > 1)
            out += " +" + std::to_string(message.proofs.size() - 1);
        out += ']';
    }
    return out;
}

std::string files_line(const std::vector<channel::File>& files)
{
    const auto name = one_line(files.front().name, kFileName);
    auto out = "[" + std::to_string(files.size()) + (files.size() == 1 ? " file" : " files") + " not carried";
    if (!name.empty())
        out += ": " + name;
    return out + "]";
}
} // namespace

std::string words_for_phone(const channel::Outgoing& message)
{
    std::string out;
    if (message.to_owner && message.notice)
        out = "A message is waiting for " + one_line(message.number, kNumber) + ".";
    else
    {
        if (message.to_owner && !message.sender.empty())
            out = from_line(message) + ":\n";
        else if (!message.to_owner && !message.number.empty())
            out = one_line(message.number, kNumber) + ":\n";
        if (!message.subject.empty())
            out += one_line(message.subject, kSubject) + '\n';
        out += message.text;
        if (!message.files.empty())
            out += '\n' + files_line(message.files);
    }
    if (message.to_owner && !message.answer_code.empty())
        out += "\nAnswer: " + one_line(message.answer_code, 8) + " and your text";
    return out;
}
} // namespace dmid::channels::sms
