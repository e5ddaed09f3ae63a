// SPDX-License-Identifier: Apache-2.0
#include "channels/email/newest_text.hpp"

#include "channels/email/newest_text_marks.hpp"

#include <algorithm>
#include <vector>

namespace dmid::channels::email
{
namespace
{
constexpr std::string_view kGap = "[…]";
/// A "Sent from my phone" with more words than a signature has after it is the owner's own sentence.
constexpr std::size_t kDeviceTail = 6;

class Cutter
{
public:
    explicit Cutter(std::string_view text)
    {
        while (!text.empty())
        {
            const auto line = text.substr(0, text.find('\n'));
            lines_.push_back(line);
            text.remove_prefix(std::min(text.size(), line.size() + 1));
        }
    }

    NewestText run()
    {
        std::size_t at = 0;
        while (at < lines_.size())
            at = step(at);
        return finish();
    }

private:
    std::span<const std::string_view> from(std::size_t at) const { return std::span{lines_}.subspan(at); }
    bool quoted(std::size_t at) const { return marks::is_quoted(lines_[at]); }
    bool blank(std::size_t at) const { return marks::trim(lines_[at]).empty(); }

    /// The next line that is not empty, from `at` on.
    std::size_t behind_blanks(std::size_t at) const
    {
        while (at < lines_.size() && blank(at))
            ++at;
        return at;
    }
    std::size_t next_quote(std::size_t at) const
    {
        while (at < lines_.size() && !quoted(at))
            ++at;
        return at;
    }
    bool quote_follows(std::size_t at) const
    {
        const auto next = behind_blanks(at);
        return next < lines_.size() && quoted(next);
    }

    std::size_t step(std::size_t at)
    {
        if (quoted(at))
            return skip_quote(at);
        if (marks::is_signature(lines_[at]))
            return skip_signature(at);
        if (marks::is_divider(lines_[at]) || marks::is_header_block(from(at)))
            return end_here();
        if (const auto found = marks::attribution(from(at)); found.lines > 0)
        {
            // Also in a paragraph by itself two lines above: some programs leave a line empty.
            if (quote_follows(at + found.lines) && (found.strong || found.lines > 1))
            {
                cut_ = true;
                return at + found.lines;
            }
            if (found.strong)
                return end_here();
        }
        if (marks::is_device_line(lines_[at]) && ends_soon(at))
            return skip_signature(at);
        keep(at);
        return at + 1;
    }

    std::size_t skip_quote(std::size_t at)
    {
        cut_ = gap_ = true;
        for (;;)
        {
            while (at < lines_.size() && quoted(at))
                ++at;
            const auto next = behind_blanks(at);
            if (next == at || next == lines_.size() || !quoted(next))
                return at;
            at = next;
        }
    }

    std::size_t skip_signature(std::size_t at)
    {
        cut_ = true;
        return next_quote(at);
    }

    /// No more than a signature's words from here to the next quote, divider or the end.
    bool ends_soon(std::size_t at) const
    {
        std::size_t words = 0;
        for (auto i = at + 1; i < lines_.size() && !quoted(i) && words <= kDeviceTail; ++i)
        {
            if (marks::is_divider(lines_[i]) || marks::is_header_block(from(i)) ||
                marks::attribution(from(i)).strong)
                break;
            words += blank(i) ? 0 : 1;
        }
        return words <= kDeviceTail;
    }

    std::size_t end_here()
    {
        cut_ = true;
        while (!kept_.empty() && (marks::trim(kept_.back()).empty() || marks::is_rule(kept_.back())))
            kept_.pop_back();
        return lines_.size();
    }

    void keep(std::size_t at)
    {
        if (gap_ && !blank(at))
        {
            // Only between words: a quote above all of them or below needs no mark.
            while (!kept_.empty() && marks::trim(kept_.back()).empty())
                kept_.pop_back();
            if (words_)
                kept_.insert(kept_.end(), {std::string_view{}, std::string_view{kGap}, std::string_view{}});
            gap_ = false;
        }
        words_ = words_ || !blank(at);
        kept_.push_back(lines_[at]);
    }

    NewestText finish() const
    {
        NewestText out;
        out.cut = cut_;
        for (const auto line : kept_)
        {
            auto words = line;
            while (words.ends_with(' ') || words.ends_with('\t'))
                words.remove_suffix(1);
            if (!words.empty() || !out.text.empty())
                out.text.append(words).append("\n");
        }
        while (out.text.ends_with("\n\n"))
            out.text.pop_back();
        if (out.text == "\n")
            out.text.clear();
        return out;
    }

    std::vector<std::string_view> lines_, kept_;
    bool cut_ = false;
    bool gap_ = false;   // a quote was cut since the last words
    bool words_ = false; // some were kept
};
} // namespace

NewestText newest_text(std::string_view text)
{
    return Cutter{text}.run();
}
} // namespace dmid::channels::email
