// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/words.hpp"

#include "base/utf8.hpp"
#include "channels/whatsapp/api_request.hpp"
#include "channels/whatsapp/text_split.hpp"

namespace dmid::channels::whatsapp
{
namespace
{
/// Bytes of the line about files below the text; those above it have at most 1000 by their own limits.
constexpr std::size_t kMaxBelow = 600;
constexpr std::size_t kMaxName = 60;
constexpr std::size_t kMaxDetail = 300;
constexpr std::string_view kLineMark = " ⏎ ";

std::string above_for_owner(const channel::Outgoing& message)
{
    std::string out;
    if (message.sender.empty())
        return out;
    out = "From " + one_line(message.sender, 200);
    if (!message.number.empty())
        out += " to " + one_line(message.number, 40);
    std::string proofs;
    for (const auto& proof : message.proofs)
        proofs += (proofs.empty() ? "" : "; ") + one_line(proof, 120);
    out += proofs.empty() ? "\nNothing is proven about the sender." : "\nProven: " + one_line(proofs, 400);
    if (!message.encryption.empty())
        out += '\n' + one_line(message.encryption, 240);
    return out;
}

std::string below(const std::vector<const channel::File*>& left_out)
{
    if (left_out.empty())
        return {};
    std::string out = "\n\n(Not sent here, too large or too many:";
    std::size_t named = 0;
    for (const auto* file : left_out)
    {
        const auto name =
            file->name.empty() ? std::string{"a file without a name"} : one_line(file->name, kMaxName);
        if (out.size() + name.size() + 40 > kMaxBelow)
            break;
        out += (named == 0 ? " " : ", ") + name;
        ++named;
    }
    if (named < left_out.size())
        out += ", and " + std::to_string(left_out.size() - named) + " more";
    return out + ".)";
}

std::string whole_text(const channel::Outgoing& message, const std::vector<const channel::File*>& left_out)
{
    if (message.notice)
        return "A message is waiting for " + one_line(message.number, 40) + '.';
    std::string out = message.to_owner ? above_for_owner(message) : one_line(message.number, 40);
    if (!message.subject.empty())
        out += (out.empty() ? "" : "\n\n") + one_line(message.subject, 400);
    if (!message.text.empty())
        out += (out.empty() ? "" : "\n\n") + message.text;
    return out + below(left_out);
}
} // namespace

std::vector<Step> plan(const channel::Outgoing& message)
{
    std::vector<const channel::File*> carried;
    std::vector<const channel::File*> left_out;
    std::uint64_t bytes = 0;
    if (!message.notice)
        for (const auto& file : message.files)
        {
            const bool fits =
                carried.size() < kMostFiles && file.size > 0 && file.size <= kMaxFileBytes - bytes;
            (fits ? carried : left_out).push_back(&file);
            bytes += fits ? file.size : 0;
        }
    auto text = whole_text(message, left_out);
    std::vector<Step> steps;
    if (carried.size() == 1 && best_shown(*carried.front()) != Shown::audio &&
        utf16_units(text) + kUnitsForMarks <= kMaxCaption)
    {
        steps.push_back({std::move(text), carried.front()});
        return steps;
    }
    for (auto& piece : split_text(text, kMaxUnits - kUnitsForMarks))
        steps.push_back({std::move(piece), nullptr});
    for (const auto* file : carried)
        steps.push_back({{}, file});
    return steps;
}

std::optional<std::string> as_parameter(const channel::Outgoing& message)
{
    if (!message.notice && !message.files.empty())
        return std::nullopt;
    const auto text = whole_text(message, {});
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
    if (out.empty() || utf16_units(out) > kMaxParameter)
        return std::nullopt;
    return out;
}

std::string invitation(const channel::Outgoing& message)
{
    const auto number = one_line(message.number, 40);
    return (message.to_owner ? "A message is waiting for " + number
                             : "A message from " + number + " is waiting") +
           ". Answer here to read it.";
}

std::string with_marks(const std::vector<Step>& steps, std::size_t index, bool repeated)
{
    std::size_t texts = 0;
    for (const auto& step : steps)
        texts += step.file == nullptr ? 1 : 0;
    std::string out;
    if (index > 0 && steps[index].file == nullptr)
        out = '[' + std::to_string(index + 1) + '/' + std::to_string(texts) + "]\n";
    if (repeated)
        out += "(Sent again: it may have arrived before.)\n";
    return out + steps[index].text;
}

std::string one_line(std::string_view text, std::size_t max)
{
    std::string out;
    if (!is_utf8(text))
        return out;
    while (!text.empty())
    {
        auto c = take_code_point(text);
        // Line and paragraph separators, and what turns the direction of all that follows.
        const bool breaks = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
        if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
            continue;
        std::string next;
        append_utf8(next, breaks ? U' ' : c);
        if (out.size() + next.size() > max)
            break;
        out += next;
    }
    return out;
}

std::string masked(std::string_view words, const std::vector<std::string>& secrets)
{
    std::string out{words.substr(0, 4096)};
    for (const auto& secret : secrets)
        for (std::size_t at = 0; !secret.empty() && (at = out.find(secret, at)) != std::string::npos; at += 1)
            out.replace(at, secret.size(), "…");
    // Cut in the middle of a character, or never well-formed.
    for (std::size_t tail = 0; tail < 4 && !out.empty() && !is_utf8(out); ++tail)
        out.pop_back();
    return one_line(out, kMaxDetail);
}
} // namespace dmid::channels::whatsapp
