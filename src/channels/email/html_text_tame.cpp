// SPDX-License-Identifier: Apache-2.0
#include "channels/email/html_text_tame.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <bitset>

namespace dmid::channels::email
{
namespace
{
constexpr std::size_t kMaxValue = 4096;
constexpr std::array<std::string_view, 9> kAttributes{"alt", "class", "color", "hidden", "href",
                                                      "id",  "start", "style", "type"};
/// Elements whose content is no HTML, and none that a reader sees.
constexpr std::array<std::string_view, 10> kRaw{"script", "style",   "title",    "textarea", "xmp",
                                                "iframe", "noembed", "noframes", "template", "plaintext"};

bool is_letter(char c) noexcept
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}
class Tamer
{
public:
    explicit Tamer(std::string_view html)
        : html_{html}
    {
        out_.reserve(html.size());
    }

    std::string run()
    {
        while (at_ < html_.size())
        {
            const auto open = std::min(html_.find('<', at_), html_.size());
            out_ += html_.substr(at_, open - at_);
            at_ = open;
            if (at_ < html_.size())
                angle();
        }
        return std::move(out_);
    }

private:
    char peek(std::size_t ahead) const { return at_ + ahead < html_.size() ? html_[at_ + ahead] : '\0'; }

    void angle()
    {
        if (html_.substr(at_, 4) == "<!--")
            skip_behind("-->", 4);
        else if (peek(1) == '!' || peek(1) == '?')
            skip_behind(">", 1);
        else if (peek(1) == '/' && is_letter(peek(2)))
            tag(2, true);
        else if (is_letter(peek(1)))
            tag(1, false);
        else
        {
            out_ += "&lt;";
            ++at_;
        }
    }

    void skip_behind(std::string_view mark, std::size_t from)
    {
        const auto found = html_.find(mark, at_ + from);
        at_ = found == std::string_view::npos ? html_.size() : found + mark.size();
    }

    std::string word(std::string_view ends)
    {
        std::string out;
        while (at_ < html_.size() && !is_html_blank(html_[at_]) &&
               ends.find(html_[at_]) == std::string_view::npos)
        {
            if (out.size() < 64)
                out.push_back(ascii_lower(html_[at_]));
            ++at_;
        }
        return out;
    }

    void skip_blanks()
    {
        while (at_ < html_.size() && is_html_blank(html_[at_]))
            ++at_;
    }

    void tag(std::size_t name_at, bool closing)
    {
        at_ += name_at;
        const auto name = word("/>");
        // Names of other things than letters (`o:p`, `v:shape`) say nothing to a reader of text.
        const bool known =
            std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_ascii_digit(c); });
        std::string written = (closing ? "</" : "<") + name;
        seen_.reset();
        while (attribute(written))
        {
        }
        if (known)
            out_ += written + ">";
        if (!closing && std::find(kRaw.begin(), kRaw.end(), name) != kRaw.end())
        {
            skip_raw(name);
            out_ += "</" + name + ">";
        }
    }

    /// Takes one attribute, or the end of the tag: false then.
    bool attribute(std::string& written)
    {
        while (at_ < html_.size() && (is_html_blank(html_[at_]) || html_[at_] == '/'))
            ++at_;
        if (at_ >= html_.size())
            return false;
        if (html_[at_] == '>')
        {
            ++at_;
            return false;
        }
        const auto begin = at_;
        const auto name = word("/>=");
        skip_blanks();
        std::string_view value;
        if (peek(0) == '=')
        {
            ++at_;
            skip_blanks();
            value = take_value();
        }
        if (at_ == begin) // cannot be, and must not be for ever
            ++at_;
        const auto found = std::find(kAttributes.begin(), kAttributes.end(), name);
        if (found != kAttributes.end() && !seen_[static_cast<std::size_t>(found - kAttributes.begin())])
        {
            seen_.set(static_cast<std::size_t>(found - kAttributes.begin()));
            written += " " + name + "=\"" + escaped(value) + "\"";
        }
        return true;
    }

    std::string_view take_value()
    {
        const char quote = peek(0);
        if (quote == '"' || quote == '\'')
        {
            const auto begin = at_ + 1;
            const auto end = std::min(html_.find(quote, begin), html_.size());
            at_ = std::min(end + 1, html_.size());
            return html_.substr(begin, end - begin);
        }
        const auto begin = at_;
        while (at_ < html_.size() && !is_html_blank(html_[at_]) && html_[at_] != '>')
            ++at_;
        return html_.substr(begin, at_ - begin);
    }

    static std::string escaped(std::string_view value)
    {
        std::string out;
        for (const char c : value.substr(0, kMaxValue))
        {
            if (c == '"')
                out += "&quot;";
            else if (c == '<')
                out += "&lt;";
            else if (c == '>')
                out += "&gt;";
            else
                out.push_back(c);
        }
        return out;
    }

    void skip_raw(std::string_view name)
    {
        for (;;)
        {
            at_ = std::min(html_.find("</", at_), html_.size());
            if (at_ == html_.size())
                return;
            const auto here = html_.substr(at_ + 2, name.size());
            if (std::equal(here.begin(), here.end(), name.begin(), name.end(),
                           [](char a, char b) { return ascii_lower(a) == b; }))
            {
                skip_behind(">", 2);
                return;
            }
            at_ += 2;
        }
    }

    std::string_view html_;
    std::size_t at_ = 0;
    std::string out_;
    std::bitset<kAttributes.size()> seen_;
};
} // namespace

std::string tame_html(std::string_view html)
{
    return Tamer{html}.run();
}
} // namespace dmid::channels::email
