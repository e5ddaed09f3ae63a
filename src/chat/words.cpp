// SPDX-License-Identifier: Apache-2.0
#include "chat/words.hpp"

#include "base/utf8.hpp"

namespace dmid::chat
{
namespace
{
/// Bytes of the line about files below the text; those above it have at most 1350 by their own limits.
constexpr std::size_t kMaxBelow = 600;
constexpr std::size_t kMaxName = 60;
constexpr std::size_t kMaxDetail = 300;

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
} // namespace

Sorted sort_files(const channel::Outgoing& message, const FileLimits& limits)
{
    Sorted out;
    if (message.notice)
        return out;
    std::uint64_t room = limits.together;
    for (const auto& file : message.files)
    {
        const bool fits = out.carried.size() < limits.most && file.size > 0 && file.size <= limits.each &&
                          file.size <= room;
        (fits ? out.carried : out.left_out).push_back(&file);
        room -= fits ? file.size : 0;
    }
    return out;
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

std::string marked(std::string_view text, std::size_t part, std::size_t parts, bool repeated)
{
    std::string out;
    if (part > 0)
        out = '[' + std::to_string(part + 1) + '/' + std::to_string(parts) + "]\n";
    if (repeated)
        out += "(Sent again: it may have arrived before.)\n";
    return out.append(text);
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
} // namespace dmid::chat
