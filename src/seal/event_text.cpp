// SPDX-License-Identifier: Apache-2.0
#include "seal/event_text.hpp"

#include "codec/json_text.hpp"

namespace dmid::seal
{
namespace
{
void append_escaped(std::string& out, char c)
{
    static constexpr std::string_view kHex = "0123456789abcdef";
    switch (c)
    {
    case '"':
        out += "\\\"";
        return;
    case '\\':
        out += "\\\\";
        return;
    case '\b':
        out += "\\b";
        return;
    case '\t':
        out += "\\t";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\f':
        out += "\\f";
        return;
    case '\r':
        out += "\\r";
        return;
    default:
        // NIP-01 says "verbatim", which no JSON writer in the world does (docs/protocol/envelope.md, ENV-03).
        out += "\\u00";
        out += kHex[static_cast<unsigned char>(c) >> 4U];
        out += kHex[static_cast<unsigned char>(c) & 15U];
    }
}

void append_member(std::string& out, std::string_view key, std::string_view value)
{
    out += out.back() == '{' ? "\"" : ",\"";
    out += key;
    out += "\":";
    out += value;
}

template <class Fixed> std::string quoted_hex(const Fixed& bytes)
{
    return '"' + to_hex(bytes.view()) + '"';
}

void append_body(std::string& out, const EventBody& body)
{
    append_member(out, "pubkey", quoted_hex(body.pubkey));
    append_member(out, "created_at", std::to_string(body.created_at));
    append_member(out, "kind", std::to_string(body.kind));
    append_member(out, "tags", {});
    append_tags(out, body.tags);
    append_member(out, "content", {});
    append_quoted(out, body.content);
}
} // namespace

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty())
    {
        const auto run = codec::plain_json_run(text);
        out.append(text, 0, run);
        text.remove_prefix(run);
        if (text.empty())
            break;
        append_escaped(out, text.front());
        text.remove_prefix(1);
    }
    out += '"';
}

void append_tags(std::string& out, const std::vector<Tag>& tags)
{
    out += '[';
    for (const auto& tag : tags)
    {
        out += out.back() == '[' ? "[" : ",[";
        for (std::size_t i = 0; i < tag.size(); ++i)
        {
            if (i > 0)
                out += ',';
            append_quoted(out, tag[i]);
        }
        out += ']';
    }
    out += ']';
}

std::size_t canonical_size_hint(const EventBody& body) noexcept
{
    std::size_t size = 128 + body.content.size() + body.content.size() / 8;
    for (const auto& tag : body.tags)
        for (const auto& value : tag)
            size += value.size() + 4;
    return size;
}

std::string to_json(const Event& event)
{
    std::string out = "{";
    out.reserve(canonical_size_hint(event) + 320);
    append_member(out, "id", quoted_hex(event.id));
    append_body(out, event);
    append_member(out, "sig", quoted_hex(event.sig));
    out += '}';
    return out;
}

std::string to_json(const Rumor& rumor)
{
    std::string out = "{";
    out.reserve(canonical_size_hint(rumor) + 160);
    append_member(out, "id", quoted_hex(rumor.id));
    append_body(out, rumor);
    out += '}';
    return out;
}
} // namespace dmid::seal
