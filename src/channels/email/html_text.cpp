// SPDX-License-Identifier: Apache-2.0
#include "channels/email/html_text.hpp"

#include "channels/email/html_text_style.hpp"
#include "channels/email/html_text_tame.hpp"
#include "channels/email/html_text_writer.hpp"
#include "channels/email/mime_words.hpp"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace dmid::channels::email
{
namespace
{
using Names = std::initializer_list<std::string_view>;

bool one_of(std::string_view name, Names names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The attributes of a start tag; the parser's memory.
class Attributes
{
public:
    explicit Attributes(const xmlChar** list)
        : list_{list}
    {
    }
    std::string_view get(std::string_view name) const
    {
        for (auto at = list_; at != nullptr && *at != nullptr; at += 2)
            if (reinterpret_cast<const char*>(*at) == name)
                return at[1] == nullptr ? "" : reinterpret_cast<const char*>(at[1]);
        return {};
    }
    bool has(std::string_view name) const
    {
        for (auto at = list_; at != nullptr && *at != nullptr; at += 2)
            if (reinterpret_cast<const char*>(*at) == name)
                return true;
        return false;
    }
    bool has_class(Names names) const
    {
        auto rest = get("class");
        while (!rest.empty())
        {
            const auto word = rest.substr(0, rest.find(' '));
            rest.remove_prefix(std::min(rest.size(), word.size() + 1));
            if (one_of(word, names))
                return true;
        }
        return false;
    }

private:
    const xmlChar** list_;
};

/// Where mail programs put what they quote. Sources: what they send, see html_text_test.cpp.
bool is_quote(std::string_view name, const Attributes& of)
{
    return name == "blockquote" ||
           one_of(of.get("id"), {"OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container",
                                 "replySplit", "yahoo_quoted"}) ||
           of.has_class({"gmail_quote", "gmail_quote_container", "gmail_extra", "moz-cite-prefix",
                         "yahoo_quoted", "protonmail_quote", "zmail_extra", "tutanota_quote",
                         "OutlookMessageHeader", "moz-forward-container"});
}

/// Marks of Outlook: everything behind them is what was answered.
bool begins_quoted_rest(const Attributes& of)
{
    return one_of(of.get("id"), {"appendonsend", "divRplyFwdMsg", "x_divRplyFwdMsg"});
}

bool is_signature(const Attributes& of)
{
    return one_of(of.get("id"), {"Signature", "AppleMailSignature", "ms-outlook-mobile-signature",
                                 "lineBreakAtBeginningOfSignature"}) ||
           of.has_class({"gmail_signature", "gmail_signature_prefix", "moz-signature",
                         "protonmail_signature_block", "yahoo-signature", "elementToProof_signature"});
}

bool is_hidden(std::string_view name, const Attributes& of)
{
    return one_of(name, {"head", "script", "style", "title", "template", "object", "embed", "applet",
                         "iframe", "svg", "math", "select", "datalist", "textarea", "audio", "video",
                         "canvas", "map", "frameset"}) ||
           of.has("hidden") || style_hides(of.get("style"));
}

bool is_void(std::string_view name)
{
    return one_of(name, {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "wbr",
                         "param", "source", "track"});
}

/// How many line ends stand before and after an element: 0 inline, 1 its own lines, 2 an empty line too.
unsigned breaks_of(std::string_view name)
{
    if (one_of(name, {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "dl", "pre",
                      "hr"}))
        return 2;
    return one_of(name,
                  {"div",    "li",      "tr",      "dt",       "dd",         "address", "article", "aside",
                   "body",   "caption", "center",  "fieldset", "figcaption", "figure",  "footer",  "form",
                   "header", "legend",  "main",    "nav",      "option",     "section", "tbody",   "thead",
                   "tfoot",  "details", "summary", "dir",      "menu"})
               ? 1
               : 0;
}

struct Element
{
    std::string name;
    bool hidden = false, quote = false, pre = false, link = false;
    int item = -1; ///< of a list: -1 unordered, else the last number
    std::string target;
};

class Reader
{
public:
    explicit Reader(std::size_t limit)
        : writer_{limit}
    {
    }
    void parse_with(htmlParserCtxtPtr parser) { parser_ = parser; }

    void start(std::string_view name, const Attributes& attributes)
    {
        if (stopped_)
            return;
        if (stack_.size() >= kMaxHtmlDepth)
            return stop();
        if (is_void(name))
            return lone(name, attributes);
        Element element;
        element.name = name;
        element.hidden = is_hidden(name, attributes);
        element.pre = name == "pre";
        hidden_ += element.hidden ? 1 : 0;
        if (hidden_ == 0)
            open(element, attributes);
        stack_.push_back(std::move(element));
    }

    void end(std::string_view name)
    {
        const auto found =
            std::find_if(stack_.rbegin(), stack_.rend(), [name](const auto& e) { return e.name == name; });
        if (stopped_ || found == stack_.rend())
            return;
        const auto keep = static_cast<std::size_t>(stack_.rend() - found) - 1;
        while (stack_.size() > keep)
            pop();
    }

    void characters(std::string_view text)
    {
        if (stopped_ || hidden_ > 0)
            return;
        writer_.text(text, pre_ > 0);
        if (writer_.full())
            stop();
    }

    HtmlText finish()
    {
        while (!stack_.empty())
            pop();
        HtmlText out;
        out.cut = stopped_ || writer_.full();
        out.quoted = quoted_;
        out.text = clean_text(writer_.take());
        return out;
    }

private:
    void stop()
    {
        stopped_ = true;
        if (parser_ != nullptr)
            xmlStopParser(parser_);
    }

    void open(Element& element, const Attributes& attributes)
    {
        writer_.want_breaks(breaks_of(element.name));
        if (is_signature(attributes))
        {
            writer_.want_breaks(1);
            writer_.text("-- ", true);
            writer_.want_breaks(1);
        }
        if (begins_quoted_rest(attributes))
        {
            quoted_ = true;
            writer_.quote(1); // never taken back
        }
        element.quote = is_quote(element.name, attributes);
        if (element.quote)
        {
            quoted_ = true;
            writer_.want_breaks(1);
            writer_.quote(1);
        }
        pre_ += element.pre ? 1 : 0;
        if (element.name == "ol")
            element.item = 0;
        else if (element.name == "li")
            bullet();
        else if (element.name == "td" || element.name == "th")
            writer_.gap();
        else if (element.name == "a" && attributes.has("href"))
        {
            element.link = true;
            element.target = link_target(attributes.get("href"));
            writer_.begin_link();
        }
    }

    void lone(std::string_view name, const Attributes& attributes)
    {
        if (hidden_ > 0 || is_hidden(name, attributes))
            return;
        if (name == "br")
            writer_.line_end();
        else if (name == "hr")
        {
            writer_.want_breaks(1);
            writer_.text("________________", true);
            writer_.want_breaks(1);
        }
        else if (name == "img" && !attributes.get("alt").empty())
        {
            writer_.text("[", false);
            writer_.text(attributes.get("alt"), false);
            writer_.text("]", false);
        }
        if (begins_quoted_rest(attributes))
        {
            quoted_ = true;
            writer_.quote(1);
        }
    }

    void bullet()
    {
        const auto list = std::find_if(stack_.rbegin(), stack_.rend(),
                                       [](const auto& e) { return e.name == "ol" || e.name == "ul"; });
        const bool numbered = list != stack_.rend() && list->item >= 0 && list->item < 100000;
        writer_.text(numbered ? std::to_string(++list->item) + ". " : "- ", true);
    }

    void pop()
    {
        const auto element = std::move(stack_.back());
        stack_.pop_back();
        if (hidden_ > 0)
        {
            hidden_ -= element.hidden ? 1 : 0;
            return;
        }
        if (element.link)
            writer_.end_link(element.target);
        pre_ -= element.pre ? 1 : 0;
        if (element.quote)
        {
            writer_.want_breaks(1);
            writer_.quote(-1);
        }
        writer_.want_breaks(breaks_of(element.name));
    }

    HtmlWriter writer_;
    std::vector<Element> stack_;
    htmlParserCtxtPtr parser_ = nullptr;
    unsigned hidden_ = 0, pre_ = 0;
    bool quoted_ = false, stopped_ = false;
};

std::string_view view(const xmlChar* text)
{
    return reinterpret_cast<const char*>(text);
}
void on_start(void* reader, const xmlChar* name, const xmlChar** attributes)
{
    static_cast<Reader*>(reader)->start(view(name), Attributes{attributes});
}
void on_end(void* reader, const xmlChar* name)
{
    static_cast<Reader*>(reader)->end(view(name));
}
void on_text(void* reader, const xmlChar* text, int size)
{
    static_cast<Reader*>(reader)->characters(view(text).substr(0, static_cast<std::size_t>(size)));
}

struct FreeParser
{
    void operator()(htmlParserCtxtPtr parser) const noexcept { htmlFreeParserCtxt(parser); }
};
} // namespace

HtmlText html_to_text(std::string_view html, std::size_t limit)
{
    const bool too_long = html.size() > kMaxHtml;
    const auto tamed = tame_html(clean_text(html.substr(0, kMaxHtml)));
    Reader reader{limit};
    htmlSAXHandler handler{};
    handler.startElement = on_start;
    handler.endElement = on_end;
    handler.characters = on_text;
    handler.ignorableWhitespace = on_text;
    // No file name, no catalogue, no network: this parser is given bytes and nothing else.
    const std::unique_ptr<htmlParserCtxt, FreeParser> parser{
        htmlCreatePushParserCtxt(&handler, &reader, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8)};
    if (!parser)
        return {};
    htmlCtxtUseOptions(parser.get(), HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR |
                                         HTML_PARSE_NOWARNING | HTML_PARSE_IGNORE_ENC | HTML_PARSE_NODEFDTD);
    reader.parse_with(parser.get());
    constexpr std::size_t kPiece = 16U << 10U;
    for (std::size_t at = 0; at < tamed.size(); at += kPiece)
        htmlParseChunk(parser.get(), tamed.data() + at, static_cast<int>(std::min(kPiece, tamed.size() - at)),
                       0);
    htmlParseChunk(parser.get(), nullptr, 0, 1);
    auto out = reader.finish();
    out.cut = out.cut || too_long;
    return out;
}
} // namespace dmid::channels::email
