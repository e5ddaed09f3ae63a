// SPDX-License-Identifier: Apache-2.0
#include "channels/email/smtp_reply.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace dmid::channels::email
{
namespace
{
/// A number of one to three digits from the front of the text.
std::optional<unsigned> take_number(std::string_view& text)
{
    unsigned value = 0;
    std::size_t n = 0;
    while (n < text.size() && n < 3 && is_ascii_digit(text[n]))
        value = value * 10 + static_cast<unsigned>(text[n++] - '0');
    if (n == 0 || (n < text.size() && is_ascii_digit(text[n])))
        return std::nullopt;
    text.remove_prefix(n);
    return value;
}

bool take_dot(std::string_view& text)
{
    if (!text.starts_with('.'))
        return false;
    text.remove_prefix(1);
    return true;
}

/// `X.Y.Z ` at the front of the text, with the class of the code.
std::optional<EnhancedStatus> take_enhanced(std::string_view& text, unsigned code)
{
    auto rest = text;
    const auto first = take_number(rest);
    if (!first || *first != code / 100 || !take_dot(rest))
        return std::nullopt;
    const auto second = take_number(rest);
    if (!second || !take_dot(rest))
        return std::nullopt;
    const auto third = take_number(rest);
    if (!third || (!rest.empty() && rest.front() != ' '))
        return std::nullopt;
    text = rest.empty() ? rest : rest.substr(1);
    return EnhancedStatus{*first, *second, *third};
}

std::vector<std::string> split(std::string_view text)
{
    std::vector<std::string> out;
    while (!text.empty())
    {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (!word.empty())
            out.push_back(ascii_upper(word));
    }
    return out;
}
} // namespace

std::string SmtpReply::words() const
{
    auto out = std::to_string(code);
    if (enhanced)
        out += " " + std::to_string(enhanced->status_class) + "." + std::to_string(enhanced->subject) + "." +
               std::to_string(enhanced->detail);
    for (const auto& line : lines)
        if (!line.empty())
            out += " " + line;
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    out.resize(std::min(out.size(), kMaxWords));
    return out;
}

Result<bool> SmtpReplyParser::feed(std::string_view line)
{
    if (line.size() > kMaxLine || reply_.lines.size() == kMaxLines)
        return fail(Errc::channel_peer_protocol, "reply too long");
    if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, is_ascii_digit))
        return fail(Errc::channel_peer_protocol, "no reply code");
    unsigned code = 0;
    std::from_chars(line.data(), line.data() + 3, code);
    if (code < 200 || code > 599)
        return fail(Errc::channel_peer_protocol, "reply code");
    if (!reply_.lines.empty() && code != reply_.code)
        return fail(Errc::channel_peer_protocol, "two codes in one reply");
    const bool last = line.size() == 3 || line[3] == ' ';
    if (!last && line[3] != '-')
        return fail(Errc::channel_peer_protocol, "no separator after the code");
    reply_.code = code;
    auto text = line.size() > 3 ? line.substr(4) : std::string_view{};
    const auto enhanced = take_enhanced(text, code);
    if (enhanced && !reply_.enhanced)
        reply_.enhanced = enhanced;
    reply_.lines.emplace_back(text);
    return last;
}

SmtpReply SmtpReplyParser::take()
{
    auto out = std::move(reply_);
    reply_ = {};
    return out;
}

SmtpOffers parse_offers(const SmtpReply& reply)
{
    SmtpOffers offers;
    for (std::size_t i = 1; i < reply.lines.size(); ++i)
    {
        const auto words = split(reply.lines[i]);
        if (words.empty())
            continue;
        const auto has = [&words](std::string_view word)
        { return std::find(words.begin() + 1, words.end(), word) != words.end(); };
        if (words[0] == "STARTTLS")
            offers.starttls = true;
        else if (words[0] == "8BITMIME")
            offers.eight_bit = true;
        else if (words[0] == "SMTPUTF8")
            offers.smtputf8 = true;
        else if (words[0] == "PIPELINING")
            offers.pipelining = true;
        else if (words[0] == "AUTH")
        {
            offers.auth_plain = offers.auth_plain || has("PLAIN");
            offers.auth_login = offers.auth_login || has("LOGIN");
        }
        else if (words[0] == "SIZE" && words.size() > 1)
        {
            std::uint64_t size = 0;
            const auto& text = words[1];
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
            // Zero means that there is no fixed limit (RFC 1870 §4).
            if (error == std::errc{} && end == text.data() + text.size() && size != 0)
                offers.size = size;
        }
    }
    return offers;
}
} // namespace dmid::channels::email
