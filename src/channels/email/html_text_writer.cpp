// SPDX-License-Identifier: Apache-2.0
#include "channels/email/html_text_writer.hpp"

#include "base/ascii.hpp"
#include "channels/email/html_text_tame.hpp"
#include "channels/email/mime.hpp"

#include <algorithm>

namespace dmid::channels::email
{
namespace
{
constexpr std::size_t kMaxTarget = 2000;
constexpr unsigned kMaxQuotes = 16; // deeper ones look like this one

std::string_view without_scheme(std::string_view target)
{
    for (const std::string_view scheme : {"https://", "http://", "mailto:", "tel:"})
        if (target.starts_with(scheme))
            target.remove_prefix(scheme.size());
    if (target.ends_with('/'))
        target.remove_suffix(1);
    return target;
}
} // namespace

std::string link_target(std::string_view href)
{
    std::string out;
    // Browsers skip blanks and controls, wherever they stand.
    for (const char c : href.substr(0, kMaxTarget))
        if (static_cast<unsigned char>(c) > 0x20 && c != 0x7f)
            out.push_back(c);
    const auto colon = out.find(':');
    if (colon == std::string::npos)
        return {};
    std::transform(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(colon), out.begin(),
                   [](char c) { return ascii_lower(c); });
    const auto scheme = std::string_view{out}.substr(0, colon);
    if (scheme != "http" && scheme != "https" && scheme != "mailto" && scheme != "tel")
        return {};
    out = one_line(out);
    return href.size() > kMaxTarget ? out + "…" : out;
}

void HtmlWriter::text(std::string_view words, bool pre)
{
    while (!words.empty() && !full())
    {
        if (pre && words.front() == '\n')
        {
            line_end();
            words.remove_prefix(1);
            continue;
        }
        if (!pre && is_html_blank(words.front()))
        {
            gap();
            words.remove_prefix(1);
            continue;
        }
        const auto end = std::find_if(words.begin(), words.end(),
                                      [pre](char c) { return pre ? c == '\n' : is_html_blank(c); });
        const auto n = static_cast<std::size_t>(end - words.begin());
        word(words.substr(0, n));
        words.remove_prefix(n);
    }
}

void HtmlWriter::word(std::string_view bytes)
{
    if (breaks_ > 0)
        flush();
    if (gap_)
        line_.push_back(' ');
    gap_ = false;
    line_ += bytes;
}

/// The line at hand goes out, with as many line ends as are wanted.
void HtmlWriter::flush()
{
    if (!line_.empty())
    {
        for (unsigned i = 0; i < std::min(depth_, kMaxQuotes); ++i)
            out_ += "> ";
        out_ += line_ + "\n";
        ++lines_;
        ends_ = 1;
        line_.clear();
    }
    for (; ends_ < breaks_; ++ends_)
        out_ += "\n";
    breaks_ = 0;
    gap_ = false;
}

void HtmlWriter::want_breaks(unsigned n)
{
    if (n > 0 && !line_.empty())
        gap_ = false;
    breaks_ = std::max(breaks_, n);
}

void HtmlWriter::line_end()
{
    if (breaks_ > 0)
        flush();
    // One empty line says as much as ten.
    breaks_ = line_.empty() ? std::min(ends_ + 1, 2U) : 1U;
    flush();
}

void HtmlWriter::quote(int levels)
{
    breaks_ = std::max(breaks_, 1U);
    flush();
    depth_ = levels < 0 ? depth_ - std::min(depth_, 1U) : depth_ + 1;
}

void HtmlWriter::begin_link()
{
    if (breaks_ > 0)
        flush();
    link_ = line_.size();
    link_lines_ = lines_;
}

void HtmlWriter::end_link(const std::string& target)
{
    if (target.empty())
        return;
    const bool here = link_lines_ == lines_ && link_ <= line_.size();
    auto words = std::string_view{line_}.substr(here ? link_ : 0);
    while (!words.empty() && is_html_blank(words.front()))
        words.remove_prefix(1);
    if (words == target || without_scheme(words) == without_scheme(target))
        return;
    text(words.empty() ? "<" + target + ">" : " <" + target + ">", false);
}

std::string HtmlWriter::take()
{
    breaks_ = 1;
    flush();
    while (out_.ends_with("\n\n"))
        out_.pop_back();
    return shortened(std::move(out_), limit_);
}
} // namespace dmid::channels::email
