// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dmid::channels::email
{
/// The target of a link as it is shown: http, https, mailto and tel only, without blanks and controls, at
/// most 2000 bytes; empty for anything else.
std::string link_target(std::string_view href);

/// Puts words on lines as a browser without a style sheet would.
class HtmlWriter
{
public:
    explicit HtmlWriter(std::size_t limit)
        : limit_{limit}
    {
    }
    /// Blanks collapse unless `pre`.
    void text(std::string_view words, bool pre);
    /// At least so many line ends before the next word; none at the beginning.
    void want_breaks(unsigned n);
    /// A line end that stands, whatever follows.
    void line_end();
    /// A blank before the next word of this line.
    void gap() { gap_ = gap_ || !line_.empty(); }
    /// One level of quoting more or less, from the next line on.
    void quote(int levels);
    void begin_link();
    /// Adds ` <target>` unless the words since begin_link() say the same.
    void end_link(const std::string& target);
    bool full() const noexcept { return out_.size() + line_.size() > limit_; }
    /// Everything, at most `limit` bytes; once.
    std::string take();

private:
    void flush();
    void word(std::string_view bytes);

    std::size_t limit_;
    std::string out_, line_;
    unsigned breaks_ = 0; // wanted before the next word
    unsigned ends_ = 2;   // line ends that out_ ends with; the beginning counts as an empty line
    unsigned depth_ = 0;  // of quotes, of the line at hand
    bool gap_ = false;
    std::size_t link_ = 0, link_lines_ = 0, lines_ = 0;
};
} // namespace dmid::channels::email
