// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/wire_items.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace dmid::channels::nostr
{
namespace json = boost::json;

namespace
{
std::string_view text_of(const json::string& text) noexcept
{
    return {text.data(), text.size()};
}

/// A list of at most kMaxFilterValues items, each read by `read`.
template <class T, class Read> Result<std::vector<T>> read_list(const json::value& value, Read read)
{
    const auto* items = value.if_array();
    if (items == nullptr)
        return fail(Errc::codec_type, "filter");
    if (items->size() > kMaxFilterValues)
        return fail(Errc::codec_range, "filter");
    std::vector<T> out;
    out.reserve(items->size());
    for (const auto& item : *items)
    {
        DMID_TRY(auto one, read(item));
        out.push_back(std::move(one));
    }
    return out;
}

template <class Fixed> Result<Fixed> read_hex(const json::value& item)
{
    const auto* text = item.if_string();
    const auto lower = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (text == nullptr)
        return fail(Errc::codec_type, "hex");
    if (text->size() != 2 * Fixed::kSize || !std::all_of(text->begin(), text->end(), lower))
        return fail(Errc::codec_syntax, "hex");
    return fixed_from_hex<Fixed>(text_of(*text));
}

Result<std::int64_t> read_integer(const json::value& item, std::int64_t max)
{
    const auto* number = item.if_int64();
    if (number == nullptr)
        return fail(Errc::codec_type, "number");
    if (*number < 0 || *number > max)
        return fail(Errc::codec_range, "number");
    return *number;
}

Result<std::uint32_t> read_kind(const json::value& item)
{
    DMID_TRY(const auto kind, read_integer(item, seal::kMaxKind));
    return static_cast<std::uint32_t>(kind);
}

Result<std::string> read_tag_value(const json::value& item)
{
    const auto* text = item.if_string();
    if (text == nullptr)
        return fail(Errc::codec_type, "tag value");
    if (text->size() > kMaxTagValue)
        return fail(Errc::codec_range, "tag value");
    return std::string{text_of(*text)};
}

Result<> read_member(Filter& filter, std::string_view key, const json::value& value)
{
    constexpr std::int64_t kMaxTime = (1LL << 53) - 1;
    if (key == "ids")
    {
        DMID_TRY(filter.ids, read_list<Hash32>(value, read_hex<Hash32>));
    }
    else if (key == "authors")
    {
        DMID_TRY(filter.authors, read_list<XOnlyKey>(value, read_hex<XOnlyKey>));
    }
    else if (key == "kinds")
    {
        DMID_TRY(filter.kinds, read_list<std::uint32_t>(value, read_kind));
    }
    else if (key == "#p")
    {
        DMID_TRY(filter.p, read_list<XOnlyKey>(value, read_hex<XOnlyKey>));
    }
    else if (key == "#d")
    {
        DMID_TRY(filter.d, read_list<std::string>(value, read_tag_value));
    }
    else if (key == "since")
    {
        DMID_TRY(filter.since, read_integer(value, kMaxTime));
    }
    else if (key == "until")
    {
        DMID_TRY(filter.until, read_integer(value, kMaxTime));
    }
    else if (key == "limit")
    {
        DMID_TRY(const auto limit, read_integer(value, 1LL << 31U));
        filter.limit = static_cast<std::uint32_t>(limit);
    }
    else if (key.starts_with('#'))
        filter.other_tags = true;
    return {};
}

template <class T> bool has(const std::optional<std::vector<T>>& list, const T& value)
{
    return !list || std::find(list->begin(), list->end(), value) != list->end();
}

bool names_one(const std::vector<XOnlyKey>& keys, const seal::Event& event)
{
    for (const auto& tag : event.tags)
        if (tag.size() > 1 && tag[0] == "p")
            for (const auto& key : keys)
                if (to_hex(key.view()) == tag[1])
                    return true;
    return false;
}

/// NIP-01: an addressable event is named by its first `d` tag.
bool has_d(const std::vector<std::string>& values, const seal::Event& event)
{
    const auto* tag = seal::find_tag(event, "d");
    return tag != nullptr && std::find(values.begin(), values.end(), (*tag)[1]) != values.end();
}
} // namespace

bool matches(const Filter& filter, const seal::Event& event)
{
    return !filter.other_tags && has(filter.ids, event.id) && has(filter.authors, event.pubkey) &&
           has(filter.kinds, event.kind) && (!filter.since || event.created_at >= *filter.since) &&
           (!filter.until || event.created_at <= *filter.until) &&
           (!filter.p || names_one(*filter.p, event)) && (!filter.d || has_d(*filter.d, event));
}

Result<std::string> read_subscription(const json::value* item)
{
    const auto* text = item == nullptr ? nullptr : item->if_string();
    if (text == nullptr)
        return fail(Errc::codec_type, "subscription");
    if (text->empty() || text->size() > kMaxSubscriptionId)
        return fail(Errc::codec_range, "subscription");
    return std::string{text_of(*text)};
}

Result<Hash32> read_id(const json::value* item)
{
    if (item == nullptr)
        return fail(Errc::codec_type, "id");
    return read_hex<Hash32>(*item);
}

Result<seal::Event> read_event(const json::value* item)
{
    if (item == nullptr || !item->is_object())
        return fail(Errc::codec_type, "event");
    return seal::parse_event(codec::serialise_json(*item));
}

std::optional<Hash32> read_event_id(const json::value* item)
{
    const auto* object = item == nullptr ? nullptr : item->if_object();
    const auto* id = object == nullptr ? nullptr : object->if_contains("id");
    const auto read = read_id(id);
    return read ? std::optional{*read} : std::nullopt;
}

std::string read_words(const json::value* item)
{
    const auto* text = item == nullptr ? nullptr : item->if_string();
    return text == nullptr ? std::string{} : printable(text_of(*text));
}

Result<Filter> read_filter(const json::value& item)
{
    const auto* object = item.if_object();
    if (object == nullptr)
        return fail(Errc::codec_type, "filter");
    Filter filter;
    for (const auto& member : *object)
    {
        const std::string_view key{member.key().data(), member.key().size()};
        DMID_TRY(read_member(filter, key, member.value()));
    }
    return filter;
}
} // namespace dmid::channels::nostr
