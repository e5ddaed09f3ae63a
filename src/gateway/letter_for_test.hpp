// SPDX-License-Identifier: Apache-2.0
#pragma once

// Letters as a channel hands them in, and a channel that reaches mail addresses in the clear.
#include "crypto/sha256.hpp"
#include "gateway/files.hpp"
#include "gateway/node_for_test.hpp"

namespace dmid::gateway::testing
{
inline Hash32 hash(std::string_view text)
{
    return crypto::sha256(as_bytes(text));
}

inline model::Party mail(const std::string& address)
{
    return model::EmailAddress{address};
}

/// A number that the node does not serve.
inline model::Number other_number(const Node& node)
{
    for (std::uint64_t value = 8300000000000000;; ++value)
        if (const auto number = model::Number::from_value(value); number && *number != node.identity().number)
            return *number;
}

/// A file of these bytes.
inline channel::File file_of(const std::string& name, Bytes bytes)
{
    channel::File file;
    file.name = name;
    file.media_type = "application/octet-stream";
    file.size = bytes.size();
    file.read = [bytes = std::move(bytes)](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    {
        const auto from = std::min<std::size_t>(offset, bytes.size());
        const auto view = ByteView{bytes}.subspan(from, std::min(limit, bytes.size() - from));
        return to_bytes(view);
    };
    return file;
}

inline Bytes noise(std::size_t size)
{
    Bytes out(size);
    std::uint32_t state = 12345;
    for (auto& byte : out)
    {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::uint8_t>(state >> 24U);
    }
    return out;
}

inline Bytes all_of(const channel::File& file)
{
    return file.read(0, static_cast<std::size_t>(file.size) + 1).value();
}

/// From an address that its domain vouches for.
inline channel::Letter letter(const Node& node, const std::string& from, const std::string& id,
                              const std::string& text)
{
    channel::Letter out;
    out.number = node.identity().number;
    if (!from.empty())
    {
        out.from = {mail(from)};
        out.classes = model::bit(model::Class::dmarc);
        out.once = {hash("signature of " + id + text)};
    }
    out.native_id = id;
    out.content = hash(text);
    out.subject = "A question";
    out.text = text;
    out.sent_at = node.clock.now();
    return out;
}

inline channel::Answer hand_in(Node& node, channel::Letter what, const std::string& source = "192.0.2.1")
{
    channel::Inbound in;
    in.door = "email";
    in.source = source;
    in.shape = channel::Shape::letter;
    in.letter = std::move(what);
    return run(node.flow->receive(std::move(in)));
}

/// A policy that delivers contacts and dmarc to one label.
inline constexpr std::string_view kToMail = R"(
default = "request"
[[rule]]
who = ["contact", "answered-before"]
do = "deliver"
via = ["mail"]
)";
} // namespace dmid::gateway::testing
