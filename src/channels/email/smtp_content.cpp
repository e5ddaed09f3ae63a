// SPDX-License-Identifier: Apache-2.0
#include "channels/email/smtp_content.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace dmid::channels::email
{
namespace
{
constexpr std::string_view kReceived = "received:";
constexpr std::string_view kLineEnd = "\r\n";
} // namespace

void SmtpContent::blame(unsigned code, const char* status, const char* words)
{
    if (!fault_)
        fault_.emplace(code, status, words);
}

void SmtpContent::tear()
{
    torn_ = true;
    fault_.reset();
    blame(554, "5.6.11", "A CR or LF stands alone; lines end with CRLF (RFC 5321 section 2.3.8)");
}

void SmtpContent::count(std::size_t bytes)
{
    size_ += bytes;
    // Before any other fault: where it is noticed depends on the pieces, and the answer must not.
    if (size_ > limits_.message && !torn_)
        fault_.emplace(552, "5.3.4", "The message is larger than this server takes");
}

void SmtpContent::end_line()
{
    if (line_ + kLineEnd.size() > limits_.line)
        blame(554, "5.6.11", "A line is longer than 1000 bytes");
    if (in_header_)
    {
        header_ += line_ + kLineEnd.size();
        ++fields_;
        hops_ += start_ == kReceived ? 1 : 0;
        if (header_ > limits_.header || fields_ > limits_.fields)
            blame(554, "5.6.11", "The header is larger than this server takes");
        if (hops_ > limits_.hops)
            blame(554, "5.4.6", "Too many hops; this message goes round in circles");
        in_header_ = line_ != 0;
    }
    line_ = 0;
    start_.clear();
    place_ = Place::line_start;
}

std::size_t SmtpContent::run(std::string_view input, std::size_t at)
{
    const auto begin = at;
    while (at < input.size() && input[at] != '\r' && input[at] != '\n')
    {
        const char c = input[at++];
        if (c == '\0')
            blame(554, "5.6.11", "The message contains a NUL byte");
        if (in_header_ && start_.size() < kReceived.size())
            start_.push_back(ascii_lower(c));
    }
    line_ += at - begin;
    return at;
}

SmtpContent::Piece SmtpContent::cut(std::string_view& input, std::size_t from, std::size_t to,
                                    std::size_t consumed)
{
    const auto bytes = input.substr(from, to - from);
    input.remove_prefix(consumed);
    count(bytes.size());
    return {fault_ ? std::string_view{} : bytes, false};
}

SmtpContent::Piece SmtpContent::resume(std::string_view& input)
{
    held_cr_ = false;
    if (input.front() != '\n')
    {
        tear();
        return {};
    }
    input.remove_prefix(1);
    end_line();
    count(kLineEnd.size());
    return {fault_ ? std::string_view{} : kLineEnd, false};
}

SmtpContent::Piece SmtpContent::take(std::string_view& input, bool dotted)
{
    if (torn_ || input.empty())
        return {};
    if (held_cr_)
        return resume(input);
    std::size_t from = 0;
    std::size_t at = 0;
    while (at < input.size())
    {
        const char c = input[at];
        if (place_ == Place::line_start && dotted && c == '.')
        {
            // The dot itself never comes out: it is doubled, or the end (RFC 5321 §4.5.2).
            place_ = Place::dot;
            return cut(input, from, at, at + 1);
        }
        if (place_ == Place::dot && c == '\r')
        {
            place_ = Place::dot_cr;
            from = ++at;
            continue;
        }
        if (place_ == Place::dot_cr || place_ == Place::cr)
        {
            if (c != '\n')
            {
                tear();
                return {};
            }
            ++at;
            if (place_ == Place::dot_cr)
            {
                input.remove_prefix(at);
                return {{}, true};
            }
            end_line();
            continue;
        }
        place_ = Place::line;
        at = run(input, at);
        if (at == input.size())
            break;
        if (input[at] == '\n')
        {
            tear();
            return {};
        }
        place_ = Place::cr;
        ++at;
    }
    // A CR is held back until its LF is there.
    const bool hold = place_ == Place::cr;
    held_cr_ = hold;
    return cut(input, from, at - (hold ? 1 : 0), at);
}

void SmtpContent::end_plain()
{
    if (held_cr_)
        tear();
    if (line_ > limits_.line)
        blame(554, "5.6.11", "A line is longer than 1000 bytes");
}
} // namespace dmid::channels::email
