// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.hpp"
#include "channels/nostr/wire.hpp"
#include "seal/event_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dmid::channels::nostr
{
namespace
{
/// Collects the items of a message; strings are quoted, the rest is JSON already.
class Writer
{
public:
    explicit Writer(std::string_view verb)
        : text_{"["}
    {
        text_.reserve(128); // an OK, which is what there are most of
        seal::append_quoted(text_, verb);
    }
    Writer& quoted(std::string_view text)
    {
        text_ += ',';
        seal::append_quoted(text_, text);
        return *this;
    }
    Writer& raw(std::string_view json)
    {
        text_ += ',';
        text_ += json;
        return *this;
    }
    std::string done() { return std::move(text_) + ']'; }

private:
    std::string text_;
};

class ObjectWriter
{
public:
    void member(std::string_view key, std::string_view value)
    {
        text_ += text_.empty() ? "{" : ",";
        seal::append_quoted(text_, key);
        text_ += ':';
        text_ += value;
    }
    template <class Fixed>
    void hex_list(std::string_view key, const std::optional<std::vector<Fixed>>& values)
    {
        if (!values)
            return;
        std::string list;
        for (const auto& value : *values)
            list += (list.empty() ? "\"" : ",\"") + to_hex(value.view()) + '"';
        member(key, '[' + list + ']');
    }
    void text_list(std::string_view key, const std::optional<std::vector<std::string>>& values)
    {
        if (!values)
            return;
        std::string list;
        for (const auto& value : *values)
        {
            list += list.empty() ? "" : ",";
            seal::append_quoted(list, value);
        }
        member(key, '[' + list + ']');
    }
    template <class Number> void number(std::string_view key, const std::optional<Number>& value)
    {
        if (value)
            member(key, std::to_string(*value));
    }
    std::string done() { return text_.empty() ? "{}" : std::move(text_) + '}'; }

private:
    std::string text_;
};

std::string encode_filter(const Filter& filter)
{
    ObjectWriter out;
    out.hex_list("ids", filter.ids);
    out.hex_list("authors", filter.authors);
    if (filter.kinds)
    {
        std::string list;
        for (const auto kind : *filter.kinds)
            list += (list.empty() ? "" : ",") + std::to_string(kind);
        out.member("kinds", '[' + list + ']');
    }
    out.hex_list("#p", filter.p);
    out.text_list("#d", filter.d);
    out.number("since", filter.since);
    out.number("until", filter.until);
    out.number("limit", filter.limit);
    if (filter.other_tags)
        out.member("#", "[]");
    return out.done();
}

struct Encode
{
    std::string operator()(const client::Event& m) const
    {
        return Writer{"EVENT"}.raw(seal::to_json(m.event)).done();
    }
    std::string operator()(const client::Auth& m) const
    {
        return Writer{"AUTH"}.raw(seal::to_json(m.event)).done();
    }
    std::string operator()(const client::Close& m) const
    {
        return Writer{"CLOSE"}.quoted(m.subscription).done();
    }
    std::string operator()(const client::Req& m) const
    {
        Writer out{"REQ"};
        out.quoted(m.subscription);
        for (const auto& filter : m.filters)
            out.raw(encode_filter(filter));
        return out.done();
    }
    std::string operator()(const client::BadEvent&) const { return {}; }
    std::string operator()(const client::BadReq&) const { return {}; }
    std::string operator()(const client::Unknown&) const { return {}; }

    std::string operator()(const relay::Event& m) const
    {
        return Writer{"EVENT"}.quoted(m.subscription).raw(seal::to_json(m.event)).done();
    }
    std::string operator()(const relay::Ok& m) const
    {
        return Writer{"OK"}
            .quoted(to_hex(m.id.view()))
            .raw(m.accepted ? "true" : "false")
            .quoted(m.words)
            .done();
    }
    std::string operator()(const relay::Eose& m) const
    {
        return Writer{"EOSE"}.quoted(m.subscription).done();
    }
    std::string operator()(const relay::Closed& m) const
    {
        return Writer{"CLOSED"}.quoted(m.subscription).quoted(m.words).done();
    }
    std::string operator()(const relay::Notice& m) const { return Writer{"NOTICE"}.quoted(m.words).done(); }
    std::string operator()(const relay::Auth& m) const { return Writer{"AUTH"}.quoted(m.challenge).done(); }
    std::string operator()(const relay::Unknown&) const { return {}; }
};
} // namespace

std::string encode(const ClientMessage& message)
{
    return std::visit(Encode{}, message);
}

std::string encode(const RelayMessage& message)
{
    return std::visit(Encode{}, message);
}

Prefix prefix_of(std::string_view words) noexcept
{
    using Row = std::pair<std::string_view, Prefix>;
    static constexpr std::array kPrefixes{Row{"duplicate", Prefix::duplicate},
                                          Row{"pow", Prefix::pow},
                                          Row{"blocked", Prefix::blocked},
                                          Row{"rate-limited", Prefix::rate_limited},
                                          Row{"invalid", Prefix::invalid},
                                          Row{"restricted", Prefix::restricted},
                                          Row{"mute", Prefix::mute},
                                          Row{"error", Prefix::error},
                                          Row{"auth-required", Prefix::auth_required}};
    const auto word = words.substr(0, words.find(':'));
    for (const auto& [name, prefix] : kPrefixes)
        if (word == name && word.size() < words.size())
            return prefix;
    return Prefix::none;
}

unsigned pow_bits(std::string_view words) noexcept
{
    for (std::size_t i = 0; i < words.size(); ++i)
    {
        unsigned value = 0;
        const auto start = i;
        for (; i < words.size() && is_ascii_digit(words[i]); ++i)
            value = std::min(value * 10 + static_cast<unsigned>(words[i] - '0'), 1000U);
        if (i > start && value >= 1 && value <= 256)
            return value;
    }
    return 0;
}

std::string printable(std::string_view words)
{
    auto size = std::min(words.size(), kMaxWords);
    // Never through the middle of a character.
    while (size > 0 && size < words.size() && (static_cast<unsigned char>(words[size]) & 0xC0U) == 0x80U)
        --size;
    std::string out{words.substr(0, size)};
    if (!is_utf8(out))
        return {};
    for (auto& c : out)
        if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F)
            c = ' ';
    return out;
}
} // namespace dmid::channels::nostr
