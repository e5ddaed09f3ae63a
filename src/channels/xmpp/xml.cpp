// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/xml.hpp"

#include "base/bytes.hpp"
#include "base/utf8.hpp"

#include <algorithm>

namespace dmid::channels::xmpp
{
namespace
{
constexpr std::string_view kXmlNs = "http://www.w3.org/XML/1998/namespace";

bool is_carried(char32_t c) noexcept
{
    return c >= 0x20 ? c != 0xfffe && c != 0xffff : c == '\t' || c == '\n' || c == '\r';
}

/// Escapes text that carried() went over. A bare CR would be read as LF; in attributes, tab and LF as blanks.
void append_escaped(std::string& out, std::string_view text, bool in_attribute)
{
    for (const char c : text)
    {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '\r')
            out += "&#13;";
        else if (in_attribute && c == '\'')
            out += "&apos;";
        else if (in_attribute && c == '\n')
            out += "&#10;";
        else if (in_attribute && c == '\t')
            out += "&#9;";
        else
            out.push_back(c);
    }
}

void append_attribute(std::string& out, std::string_view key, std::string_view value)
{
    out += ' ';
    out += key;
    out += "='";
    append_escaped(out, carried(value).text, true);
    out += '\'';
}

// Its depth is that of the element: what comes from outside is bounded by the reader, the rest is ours.
void append_element(std::string& out, const Element& element, std::string_view around)
{
    const auto name = element.ns == kXmlNs ? "xml:" + element.name : element.name;
    out += '<';
    out += name;
    // The namespace xml cannot be a default one: its children inherit what stood before.
    const auto inside = element.ns == kXmlNs ? around : std::string_view{element.ns};
    if (inside != around)
        append_attribute(out, "xmlns", inside);
    for (const auto& [key, value] : element.attributes)
        append_attribute(out, key, value);
    if (element.text.empty() && element.children.empty())
    {
        out += "/>";
        return;
    }
    out += '>';
    append_escaped(out, carried(element.text).text, false);
    for (const auto& child : element.children)
        append_element(out, child, inside);
    out += "</";
    out += name;
    out += '>';
}
} // namespace

std::string_view Element::attribute(std::string_view key) const
{
    for (const auto& [name_of, value] : attributes)
        if (name_of == key)
            return value;
    return {};
}

const Element* Element::child(std::string_view child_name, std::string_view child_ns) const
{
    const auto found =
        std::find_if(children.begin(), children.end(),
                     [&](const Element& one) { return one.name == child_name && one.ns == child_ns; });
    return found == children.end() ? nullptr : &*found;
}

std::string_view Element::text_of(std::string_view child_name, std::string_view child_ns) const
{
    const auto* found = child(child_name, child_ns);
    return found != nullptr ? std::string_view{found->text} : std::string_view{};
}

Element& Element::add(std::string child_name, std::string child_ns, std::string child_text)
{
    Element made;
    made.name = std::move(child_name);
    made.ns = std::move(child_ns);
    made.text = std::move(child_text);
    return children.emplace_back(std::move(made));
}

Element& Element::set(std::string key, std::string value)
{
    attributes.emplace_back(std::move(key), std::move(value));
    return *this;
}

std::string to_xml(const Element& element, std::string_view around)
{
    std::string out;
    append_element(out, element, around);
    return out;
}

Carried carried(std::string_view text)
{
    Carried out;
    const bool well_formed = is_utf8(text);
    out.text.reserve(text.size());
    while (!text.empty())
    {
        const auto before = text;
        if (!well_formed && static_cast<unsigned char>(text.front()) >= 0x80)
        {
            text.remove_prefix(1);
            out.text += kReplacementUtf8;
            ++out.replaced;
            continue;
        }
        const auto c = take_code_point(text);
        if (is_carried(c))
            out.text += before.substr(0, before.size() - text.size());
        else
        {
            out.text += kReplacementUtf8;
            ++out.replaced;
        }
    }
    return out;
}
} // namespace dmid::channels::xmpp
