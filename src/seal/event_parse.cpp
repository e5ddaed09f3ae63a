// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "seal/event.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace dmid::seal
{
namespace
{
namespace json = boost::json;

constexpr UnixTime kMaxTime = (1LL << 53) - 1;
constexpr unsigned kMaxDepth = 8; // an event itself needs three

tl::unexpected<Error> invalid(std::string_view what)
{
    return fail(Errc::message_event_invalid, std::string{what});
}

std::string_view text_of(const json::string& text) noexcept
{
    return {text.data(), text.size()};
}

// NIP-01 wants lower-case hex: another spelling would be another event with the same id.
template <class Fixed> Result<Fixed> read_hex(const json::object& object, std::string_view key)
{
    const auto* value = object.if_contains(key);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    const auto lower = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (text == nullptr || text->size() != 2 * Fixed::kSize ||
        !std::all_of(text->begin(), text->end(), lower))
        return invalid(key);
    return fixed_from_hex<Fixed>(text_of(*text));
}

Result<std::int64_t> read_integer(const json::object& object, std::string_view key, std::int64_t max)
{
    const auto* value = object.if_contains(key);
    const auto* number = value == nullptr ? nullptr : value->if_int64();
    if (number == nullptr || *number < 0 || *number > max)
        return invalid(key);
    return *number;
}

Result<std::string> read_text(const json::object& object, std::string_view key)
{
    const auto* value = object.if_contains(key);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    if (text == nullptr)
        return invalid(key);
    return std::string{text_of(*text)};
}

Result<Tag> read_tag(const json::value& value)
{
    const auto* values = value.if_array();
    if (values == nullptr || values->size() > kMaxTagValues)
        return invalid("a tag");
    Tag tag;
    tag.reserve(values->size());
    for (const auto& item : *values)
    {
        const auto* text = item.if_string();
        if (text == nullptr)
            return invalid("a tag's value");
        tag.emplace_back(text_of(*text));
    }
    return tag;
}

Result<std::vector<Tag>> read_tags(const json::object& object)
{
    const auto* value = object.if_contains("tags");
    const auto* items = value == nullptr ? nullptr : value->if_array();
    if (items == nullptr || items->size() > kMaxTags)
        return invalid("tags");
    std::vector<Tag> tags;
    tags.reserve(items->size());
    for (const auto& item : *items)
    {
        DMID_TRY(auto tag, read_tag(item));
        tags.push_back(std::move(tag));
    }
    return tags;
}

Result<EventBody> read_body(const json::object& object)
{
    EventBody body;
    DMID_TRY(body.pubkey, read_hex<XOnlyKey>(object, "pubkey"));
    DMID_TRY(body.created_at, read_integer(object, "created_at", kMaxTime));
    DMID_TRY(const auto kind, read_integer(object, "kind", kMaxKind));
    body.kind = static_cast<std::uint32_t>(kind);
    DMID_TRY(body.tags, read_tags(object));
    DMID_TRY(body.content, read_text(object, "content"));
    return body;
}

Result<json::value> read_json(std::string_view text)
{
    if (text.size() > kMaxEventBytes)
        return fail(Errc::message_too_large);
    auto value = codec::parse_json(text, {kMaxEventBytes, kMaxDepth});
    if (!value)
        return invalid(name(value.error().code));
    if (!value->is_object())
        return invalid("not an object");
    return value;
}
} // namespace

Result<Event> parse_event(std::string_view text)
{
    DMID_TRY(const auto value, read_json(text));
    const auto& object = value.get_object();
    DMID_TRY(auto body, read_body(object));
    Event event{std::move(body), {}, {}};
    DMID_TRY(event.id, read_hex<Hash32>(object, "id"));
    DMID_TRY(event.sig, read_hex<SchnorrSignature>(object, "sig"));
    return event;
}

Result<Rumor> parse_rumor(std::string_view text)
{
    DMID_TRY(const auto value, read_json(text));
    const auto& object = value.get_object();
    DMID_TRY(auto body, read_body(object));
    Rumor rumor{std::move(body), {}};
    rumor.id = event_id(rumor);
    if (object.contains("id"))
    {
        DMID_TRY(const auto claimed, read_hex<Hash32>(object, "id"));
        if (claimed != rumor.id)
            return fail(Errc::message_id_mismatch);
    }
    return rumor;
}
} // namespace dmid::seal
