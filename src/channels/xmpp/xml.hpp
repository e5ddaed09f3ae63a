// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmid::channels::xmpp
{
/// An element with all that is in it. Character data between children is joined: XMPP has no mixed content
/// that means anything.
struct Element
{
    std::string ns;
    std::string name;
    /// Those without a namespace, and `xml:lang`.
    std::vector<std::pair<std::string, std::string>> attributes;
    std::string text; ///< UTF-8, unescaped
    std::vector<Element> children;

    /// Empty where it is not there.
    std::string_view attribute(std::string_view key) const;
    /// The first such child, or null. It lives as long as this element is not changed.
    const Element* child(std::string_view child_name, std::string_view child_ns) const;
    /// The text of the first such child; empty where there is none.
    std::string_view text_of(std::string_view child_name, std::string_view child_ns) const;
    /// Adds a child and gives it back, valid until the next one is added.
    Element& add(std::string child_name, std::string child_ns, std::string child_text = {});
    /// Adds an attribute; the name must not be there yet.
    Element& set(std::string key, std::string value);

    bool operator==(const Element&) const = default;
};

/// The element as XML, in surroundings whose default namespace is `around`. Names must be names of XML; text
/// may be anything: what XML cannot carry becomes U+FFFD.
std::string to_xml(const Element& element, std::string_view around);

/// Text as XML 1.0 can carry it.
struct Carried
{
    std::string text;
    std::size_t replaced = 0; ///< characters that became U+FFFD
};

/// Replaces what XML 1.0 §2.2 forbids, even escaped: control characters but tab, CR and LF; U+FFFE, U+FFFF;
/// bytes that are no UTF-8.
Carried carried(std::string_view text);
} // namespace dmid::channels::xmpp
