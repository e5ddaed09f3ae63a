// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/errors.hpp"

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "channels/xmpp/namespaces.hpp"

#include <algorithm>
#include <array>

namespace dmid::channels::xmpp
{
namespace
{
constexpr std::size_t kMaxDetail = 300; // channel::Attempt::detail
constexpr std::size_t kMaxWords = 200;

/// The name of the defined condition among the children of an error.
std::string condition_of(const Element& error, std::string_view ns)
{
    for (const auto& child : error.children)
        if (child.ns == ns && child.name != "text")
            return one_line(child.name, kMaxWords);
    return "undefined-condition";
}

template <std::size_t N> bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Whatever looks like an address: what it stands for is a secret of the binding.
std::string without_addresses(std::string_view text)
{
    std::string out;
    while (!text.empty())
    {
        const auto word = text.substr(0, text.find(' '));
        const bool address =
            word.find('@') != std::string_view::npos || word.find("\xEF\xBC\xA0") != std::string_view::npos;
        out += address ? std::string_view{"(address)"} : word;
        text.remove_prefix(word.size());
        const auto blanks = std::min(text.find_first_not_of(' '), text.size());
        out.append(blanks, ' ');
        text.remove_prefix(blanks);
    }
    return out;
}
} // namespace

std::string one_line(std::string_view text, std::size_t limit)
{
    std::string out;
    if (!is_utf8(text))
        return out;
    while (!text.empty())
    {
        const auto c = take_code_point(text);
        const auto before = out.size();
        append_utf8(out, c < 0x20 || (c >= 0x7f && c < 0xa0) ? U' ' : c);
        if (out.size() > limit)
        {
            out.resize(before);
            break;
        }
    }
    return out;
}

StanzaError read_stanza_error(const Element& stanza)
{
    StanzaError out;
    out.condition = "undefined-condition";
    for (const auto& child : stanza.children)
    {
        if (child.name != "error" || child.ns != stanza.ns)
            continue;
        out.type = one_line(child.attribute("type"), kMaxWords);
        out.condition = condition_of(child, kStanzaErrorNs);
        out.text = one_line(child.text_of("text", kStanzaErrorNs), kMaxWords);
        break;
    }
    return out;
}

Meaning meaning_of(const StanzaError& error)
{
    // Servers say `cancel` for a name server that failed or a server that was asleep: it passes.
    static constexpr std::array<std::string_view, 4> kPasses{
        "remote-server-not-found", "remote-server-timeout", "recipient-unavailable", "resource-constraint"};
    static constexpr std::array<std::string_view, 3> kGone{"item-not-found", "gone", "jid-malformed"};
    if (error.type == "wait" || is_one_of(error.condition, kPasses))
        return {channel::Outcome::deferred, Errc::channel_deferred, false};
    return {channel::Outcome::refused, Errc::channel_refused, is_one_of(error.condition, kGone)};
}

std::string detail_of(const StanzaError& error)
{
    auto out = error.condition;
    if (!error.text.empty())
        out += ": " + without_addresses(error.text);
    return one_line(out, kMaxDetail);
}

Error read_stream_error(const Element& error)
{
    static constexpr std::array<std::string_view, 3> kNotOurs{"host-unknown", "host-gone",
                                                              "improper-addressing"};
    static constexpr std::array<std::string_view, 11> kLanguage{
        "bad-format",          "bad-namespace-prefix",    "invalid-from",       "invalid-namespace",
        "invalid-xml",         "not-well-formed",         "restricted-xml",     "unsupported-encoding",
        "unsupported-feature", "unsupported-stanza-type", "unsupported-version"};
    const auto condition = condition_of(error, kStreamErrorNs);
    auto words = condition;
    if (const auto text = error.text_of("text", kStreamErrorNs); !text.empty())
        words += ": " + without_addresses(one_line(text, kMaxWords));
    words = one_line(words, kMaxDetail);
    if (condition == "not-authorized")
        return {Errc::channel_auth_failed, words};
    if (is_one_of(condition, kNotOurs))
        return {Errc::channel_refused, words};
    if (is_one_of(condition, kLanguage))
        return {Errc::channel_peer_protocol, words};
    if (condition == "policy-violation")
        return {Errc::channel_too_large, words};
    return {Errc::channel_unreachable, words};
}

Element error_reply(const Element& stanza, std::string type, std::string condition, std::string words)
{
    Element out;
    // RFC 6120 §8.3.1: an error is never answered with an error.
    if (stanza.attribute("type") == "error" || stanza.attribute("from").empty())
        return out;
    out.name = stanza.name;
    out.ns = kComponentNs;
    out.set("type", "error");
    out.set("from", std::string{stanza.attribute("to")}).set("to", std::string{stanza.attribute("from")});
    if (const auto id = stanza.attribute("id"); !id.empty())
        out.set("id", std::string{id});
    auto& error = out.add("error", kComponentNs).set("type", std::move(type));
    error.add(std::move(condition), kStanzaErrorNs);
    if (!words.empty())
        error.add("text", kStanzaErrorNs, std::move(words)).set("xml:lang", "en");
    return out;
}
} // namespace dmid::channels::xmpp
