// SPDX-License-Identifier: Apache-2.0
#include "channels/email/mail_in_body.hpp"

#include "channels/email/html_text.hpp"
#include "channels/email/mail_in.hpp"
#include "channels/email/mime_words.hpp"
#include "model/envelope.hpp"

#include <algorithm>

namespace dmid::channels::email
{
namespace
{
// Of one part: the longest text four times over, for quotes that are cut and for wide character sets.
constexpr std::size_t kMaxPlain = 4 * model::kMaxText;
constexpr std::size_t kMaxTexts = 64;

bool is_empty_text(std::string_view text)
{
    return text.find_first_not_of(" \t\n\xC2\xA0") == std::string_view::npos;
}

class BodyReader
{
public:
    BodyReader(const Spool& spool, Body& out)
        : spool_{spool}
        , out_{out}
    {
    }

    Result<> walk(const MimePart& part)
    {
        if (part.type == "multipart/alternative")
        {
            BodyText text;
            DMID_TRY(collect(part, text));
            add(std::move(text));
            return {};
        }
        if (part.type == "multipart/encrypted")
            lost("the message is encrypted in a way that this node does not open");
        if (is_text(part))
        {
            BodyText text;
            DMID_TRY(read(part, text));
            add(std::move(text));
        }
        else if (!part.multipart())
            out_.files.push_back(&part);
        for (const auto& child : part.children)
        {
            DMID_TRY(walk(child));
        }
        return {};
    }

private:
    /// All that is inside an alternative says the same thing, except for files.
    Result<> collect(const MimePart& part, BodyText& text)
    {
        if (is_text(part))
            return read(part, text);
        if (!part.multipart())
            out_.files.push_back(&part);
        for (const auto& child : part.children)
        {
            DMID_TRY(collect(child, text));
        }
        return {};
    }

    static bool is_text(const MimePart& part)
    {
        return (part.type == "text/plain" || part.type == "text/html") && !part.attachment &&
               part.name.empty();
    }

    Result<> read(const MimePart& part, BodyText& text)
    {
        const bool html = part.type == "text/html";
        const auto limit = html ? kMaxHtml : kMaxPlain;
        DMID_TRY(const auto bytes, part_text(spool_, part, limit));
        if (bytes.size() == limit)
            lost("a text was cut");
        auto decoded = decode_charset(bytes, part.charset);
        if (!decoded.fallback.empty())
            lost("a text names a character set that is not known here; it was read as " + decoded.fallback);
        if (!html)
        {
            text.plain += part.flowed ? unflow(decoded.text, part.delsp) : decoded.text;
            return {};
        }
        auto reduced = html_to_text(decoded.text, kMaxPlain);
        if (reduced.cut)
            lost("a text was cut");
        text.html += reduced.text;
        text.html_quotes = text.html_quotes || reduced.quoted;
        return {};
    }

    void add(BodyText text)
    {
        if (is_empty_text(text.plain) && is_empty_text(text.html))
            return;
        if (out_.texts.size() == kMaxTexts)
            lost("a text was cut");
        else
            out_.texts.push_back(std::move(text));
    }

    void lost(const std::string& words)
    {
        if (std::find(out_.lost.begin(), out_.lost.end(), words) == out_.lost.end())
            out_.lost.push_back(words);
    }

    const Spool& spool_;
    Body& out_;
};
} // namespace

const std::string& BodyText::best() const
{
    return is_empty_text(plain) ? html : plain;
}

std::string Body::joined() const
{
    std::string out;
    for (const auto& text : texts)
    {
        std::string_view piece = text.best();
        while (piece.starts_with('\n'))
            piece.remove_prefix(1);
        while (piece.ends_with('\n'))
            piece.remove_suffix(1);
        if (!out.empty())
            out += "\n\n";
        out += piece;
    }
    return out;
}

Result<Body> read_body(const Spool& spool, const MimeMessage& message)
{
    Body out;
    if (message.broken)
        out.lost.emplace_back("the message is broken; it was read as far as it goes");
    DMID_TRY((BodyReader{spool, out}.walk(message.root)));
    return out;
}

std::string in_words(const std::vector<std::string>& lost)
{
    std::string out;
    for (const auto& words : lost)
        out += (out.empty() ? "" : "; ") + words;
    return out;
}
} // namespace dmid::channels::email
