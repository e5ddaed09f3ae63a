// SPDX-License-Identifier: Apache-2.0
#include "codec/cbor_reader.hpp"

#include <algorithm>

namespace dmid::codec
{
tl::unexpected<Error> CborItem::wrong_type(std::string_view expected) const
{
    return fail(Errc::codec_type, path_ + ": expected " + std::string{expected} + ", found " +
                                      std::string{value_->type_name()});
}

tl::unexpected<Error> CborItem::refuse(std::string_view why) const
{
    return fail(Errc::codec_range, path_ + ": " + std::string{why});
}

Result<bool> CborItem::boolean() const
{
    const auto* flag = value_->if_bool();
    if (flag == nullptr)
        return wrong_type("bool");
    return *flag;
}

Result<std::uint64_t> CborItem::uint(std::uint64_t max) const
{
    const auto* number = value_->if_uint();
    if (number == nullptr)
        return wrong_type("uint");
    if (*number > max)
        return refuse("over " + std::to_string(max));
    return *number;
}

Result<std::int64_t> CborItem::integer(std::int64_t min, std::int64_t max) const
{
    std::int64_t number = 0;
    if (const auto* negative = value_->if_negative())
        number = *negative;
    else if (const auto* positive = value_->if_uint())
    {
        if (*positive > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return refuse("over 2^63 - 1");
        number = static_cast<std::int64_t>(*positive);
    }
    else
        return wrong_type("integer");
    if (number < min || number > max)
        return refuse("outside " + std::to_string(min) + " to " + std::to_string(max));
    return number;
}

Result<std::string> CborItem::text(std::size_t max_bytes) const
{
    const auto* text = value_->if_text();
    if (text == nullptr)
        return wrong_type("text");
    if (text->size() > max_bytes)
        return refuse("longer than " + std::to_string(max_bytes) + " bytes");
    return *text;
}

Result<Bytes> CborItem::bytes(std::size_t max_bytes) const
{
    const auto* bytes = value_->if_bytes();
    if (bytes == nullptr)
        return wrong_type("bytes");
    if (bytes->size() > max_bytes)
        return refuse("longer than " + std::to_string(max_bytes) + " bytes");
    return *bytes;
}

Result<ByteView> CborItem::exact_bytes(std::size_t size) const
{
    const auto* bytes = value_->if_bytes();
    if (bytes == nullptr)
        return wrong_type("bytes");
    if (bytes->size() != size)
        return refuse("expected " + std::to_string(size) + " bytes, found " + std::to_string(bytes->size()));
    return ByteView{*bytes};
}

Result<std::vector<CborItem>> CborItem::array(std::size_t max_items) const
{
    const auto* array = value_->if_array();
    if (array == nullptr)
        return wrong_type("array");
    if (array->size() > max_items)
        return refuse("more than " + std::to_string(max_items) + " items");
    std::vector<CborItem> items;
    items.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i)
        items.emplace_back((*array)[i], path_ + "[" + std::to_string(i) + "]");
    return items;
}

Result<MapReader> CborItem::map() const
{
    return MapReader::open(*value_, path_);
}

Result<MapReader> MapReader::open(const Cbor& value, std::string path)
{
    const auto* map = value.if_map();
    if (map == nullptr)
        return fail(Errc::codec_type, path + ": expected map, found " + std::string{value.type_name()});
    return MapReader{*map, std::move(path)};
}

std::optional<CborItem> MapReader::optional(std::string_view key)
{
    const auto* value = map_->find(key);
    if (value == nullptr)
        return std::nullopt;
    taken_.emplace_back(key);
    return CborItem{*value, path_ + "." + std::string{key}};
}

Result<CborItem> MapReader::required(std::string_view key)
{
    auto item = optional(key);
    if (!item)
        return fail(Errc::codec_missing_key, path_ + "." + std::string{key});
    return *std::move(item);
}

Result<bool> MapReader::boolean(std::string_view key)
{
    DMID_TRY(auto item, required(key));
    return item.boolean();
}

Result<std::uint64_t> MapReader::uint(std::string_view key, std::uint64_t max)
{
    DMID_TRY(auto item, required(key));
    return item.uint(max);
}

Result<std::int64_t> MapReader::integer(std::string_view key)
{
    DMID_TRY(auto item, required(key));
    return item.integer();
}

Result<std::string> MapReader::text(std::string_view key, std::size_t max_bytes)
{
    DMID_TRY(auto item, required(key));
    return item.text(max_bytes);
}

Result<Bytes> MapReader::bytes(std::string_view key, std::size_t max_bytes)
{
    DMID_TRY(auto item, required(key));
    return item.bytes(max_bytes);
}

Result<std::vector<CborItem>> MapReader::array(std::string_view key, std::size_t max_items)
{
    DMID_TRY(auto item, required(key));
    return item.array(max_items);
}

Result<MapReader> MapReader::map(std::string_view key)
{
    DMID_TRY(auto item, required(key));
    return item.map();
}

namespace
{
/// Reads the item where there is one.
template <class Read> auto where_present(const std::optional<CborItem>& item, Read read)
{
    using Value = typename decltype(read(*item))::value_type;
    using Found = Result<std::optional<Value>>;
    if (!item)
        return Found{std::optional<Value>{}};
    auto value = read(*item);
    if (!value)
        return Found{tl::unexpected<Error>(std::move(value).error())};
    return Found{std::optional<Value>{*std::move(value)}};
}
} // namespace

Result<std::optional<bool>> MapReader::optional_boolean(std::string_view key)
{
    return where_present(optional(key), [](const CborItem& item) { return item.boolean(); });
}

Result<std::optional<std::uint64_t>> MapReader::optional_uint(std::string_view key, std::uint64_t max)
{
    return where_present(optional(key), [max](const CborItem& item) { return item.uint(max); });
}

Result<std::optional<std::string>> MapReader::optional_text(std::string_view key, std::size_t max_bytes)
{
    return where_present(optional(key), [max_bytes](const CborItem& item) { return item.text(max_bytes); });
}

Result<std::optional<Bytes>> MapReader::optional_bytes(std::string_view key, std::size_t max_bytes)
{
    return where_present(optional(key), [max_bytes](const CborItem& item) { return item.bytes(max_bytes); });
}

Result<std::vector<CborItem>> MapReader::optional_array(std::string_view key, std::size_t max_items)
{
    auto item = optional(key);
    if (!item)
        return std::vector<CborItem>{};
    return item->array(max_items);
}

Result<std::optional<MapReader>> MapReader::optional_map(std::string_view key)
{
    return where_present(optional(key), [](const CborItem& item) { return item.map(); });
}

Result<> MapReader::finish() const
{
    for (const auto& [key, value] : *map_)
        if (std::find(taken_.begin(), taken_.end(), key) == taken_.end())
            return fail(Errc::codec_unknown_key, path_ + "." + key);
    return {};
}
} // namespace dmid::codec
