// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "seal/event_read.hpp"
#include "seal/json_members.hpp"

#include <array>

namespace dmid::seal
{
namespace
{
constexpr UnixTime kMaxTime = (1LL << 53) - 1;

enum class Part : std::uint8_t
{
    id,
    pubkey,
    created_at,
    kind,
    tags,
    content,
    sig,
    unknown, ///< dropped
};
constexpr std::array<std::string_view, 7> kNames{"id",   "pubkey",  "created_at", "kind",
                                                 "tags", "content", "sig"};

Part part_of(std::string_view key) noexcept
{
    std::size_t i = 0;
    while (i < kNames.size() && kNames[i] != key)
        ++i;
    return static_cast<Part>(i);
}

/// What was read so far.
struct Reading
{
    EventBody body;
    Hash32 id{};
    SchnorrSignature sig{};
    unsigned seen = 0; ///< a bit for each Part

    bool has(Part part) const noexcept { return (seen >> static_cast<unsigned>(part) & 1U) != 0; }
};

constexpr int nibble(char c) noexcept
{
    // NIP-01 wants lower-case hex: another spelling would be another event with the same id.
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

template <class Fixed> bool read_lower_hex(codec::JsonReader& from, Fixed& out)
{
    std::string_view text;
    if (!from.text(text) || text.size() != 2 * Fixed::kSize)
        return false;
    int wrong = 0;
    for (std::size_t i = 0; i < Fixed::kSize; ++i)
    {
        const int high = nibble(text[2 * i]);
        const int low = nibble(text[2 * i + 1]);
        wrong |= high | low; // negative where one of them was
        out.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return wrong >= 0;
}

bool read_tag(codec::JsonReader& from, Tag& tag)
{
    if (!from.begin_array())
        return false;
    std::string_view text;
    while (from.next_item())
    {
        if (tag.size() == kMaxTagValues || !from.text(text))
            return false;
        tag.emplace_back(text);
    }
    return from.ok();
}

bool read_tags(codec::JsonReader& from, std::vector<Tag>& tags)
{
    if (!from.begin_array())
        return false;
    while (from.next_item())
        if (tags.size() == kMaxTags || !read_tag(from, tags.emplace_back()))
            return false;
    return from.ok();
}

bool read_part(codec::JsonReader& from, Part part, Reading& out)
{
    std::int64_t number = 0;
    std::string_view text;
    switch (part)
    {
    case Part::id:
        return read_lower_hex(from, out.id);
    case Part::pubkey:
        return read_lower_hex(from, out.body.pubkey);
    case Part::created_at:
        return read_integer(from, out.body.created_at, kMaxTime);
    case Part::kind:
        if (!read_integer(from, number, kMaxKind))
            return false;
        out.body.kind = static_cast<std::uint32_t>(number);
        return true;
    case Part::tags:
        return read_tags(from, out.body.tags);
    case Part::content:
        if (!from.text(text))
            return false;
        out.body.content = text;
        return true;
    case Part::sig:
        return read_lower_hex(from, out.sig);
    case Part::unknown:
        return from.skip();
    }
    return false;
}

tl::unexpected<Error> invalid(std::string_view what)
{
    return fail(Errc::message_event_invalid, std::string{what});
}

constexpr unsigned bit(Part part) noexcept
{
    return 1U << static_cast<unsigned>(part);
}
constexpr unsigned kBody =
    bit(Part::pubkey) | bit(Part::created_at) | bit(Part::kind) | bit(Part::tags) | bit(Part::content);

/// One object that must have the members `needed`; `ignored` is not looked at.
Result<Reading> read_object(codec::JsonReader& from, unsigned needed, Part ignored)
{
    Reading out;
    if (!from.begin_object())
        return invalid("not an object");
    std::string_view key;
    while (from.next_key(key))
    {
        const auto part = part_of(key);
        if (!read_part(from, part == ignored ? Part::unknown : part, out))
            return invalid(part == Part::unknown ? "JSON" : kNames[static_cast<std::size_t>(part)]);
        out.seen |= bit(part);
    }
    if (!from.ok())
        return invalid("JSON");
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if ((needed & ~out.seen & bit(static_cast<Part>(i))) != 0)
            return invalid(kNames[i]);
    return out;
}

/// Whether the text may be read at all, and why it could not be: JSON's own reasons say more.
Result<> check_size(std::string_view text)
{
    if (text.size() > kMaxEventBytes)
        return fail(Errc::message_too_large);
    return {};
}
Error reason(std::string_view text, Error found)
{
    const auto value = codec::parse_json(text, {kMaxEventBytes, kMaxEventDepth});
    if (!value)
        found.context = name(value.error().code);
    return found;
}
} // namespace

Result<Event> read_event(codec::JsonReader& from)
{
    DMID_TRY(auto read, read_object(from, kBody | bit(Part::id) | bit(Part::sig), Part::unknown));
    return Event{std::move(read.body), read.id, read.sig};
}

Result<Event> parse_event(std::string_view text)
{
    DMID_TRY(check_size(text));
    codec::JsonReader reader{text, kMaxEventDepth};
    auto event = read_event(reader);
    if (!event)
        return tl::unexpected(reason(text, std::move(event).error()));
    if (!reader.finish())
        return tl::unexpected(reason(text, {Errc::message_event_invalid, "JSON"}));
    return event;
}

Result<Rumor> parse_rumor(std::string_view text)
{
    DMID_TRY(check_size(text));
    codec::JsonReader reader{text, kMaxEventDepth};
    auto read = read_object(reader, kBody, Part::sig);
    if (!read)
        return tl::unexpected(reason(text, std::move(read).error()));
    if (!reader.finish())
        return tl::unexpected(reason(text, {Errc::message_event_invalid, "JSON"}));
    Rumor rumor{std::move(read->body), {}};
    rumor.id = event_id(rumor);
    if (read->has(Part::id) && read->id != rumor.id)
        return fail(Errc::message_id_mismatch);
    return rumor;
}
} // namespace dmid::seal
