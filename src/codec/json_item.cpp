// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"

#include <algorithm>
#include <string>

namespace dmid::codec
{
tl::unexpected<Error> JsonItem::refuse(Errc code, std::string_view why) const
{
    return fail(code, path_ + ": " + std::string{why});
}

Result<JsonItem> JsonItem::field(std::string_view key) const
{
    const auto* object = value_->if_object();
    if (object == nullptr)
        return refuse(Errc::codec_type, "expected an object");
    const auto* member = object->if_contains({key.data(), key.size()});
    if (member == nullptr)
        return fail(Errc::codec_missing_key, path_ + "." + std::string{key});
    return JsonItem{*member, path_ + "." + std::string{key}};
}

std::optional<JsonItem> JsonItem::optional(std::string_view key) const
{
    const auto* object = value_->if_object();
    const auto* member = object == nullptr ? nullptr : object->if_contains({key.data(), key.size()});
    if (member == nullptr || member->is_null())
        return std::nullopt;
    return JsonItem{*member, path_ + "." + std::string{key}};
}

Result<> JsonItem::only(std::initializer_list<std::string_view> keys) const
{
    const auto* object = value_->if_object();
    if (object == nullptr)
        return refuse(Errc::codec_type, "expected an object");
    for (const auto& member : *object)
    {
        const std::string_view key{member.key().data(), member.key().size()};
        if (std::find(keys.begin(), keys.end(), key) == keys.end())
            return fail(Errc::codec_unknown_key, path_ + "." + std::string{key.substr(0, 64)});
    }
    return {};
}

Result<bool> JsonItem::boolean() const
{
    const auto* flag = value_->if_bool();
    if (flag == nullptr)
        return refuse(Errc::codec_type, "expected true or false");
    return *flag;
}

Result<std::string_view> JsonItem::view() const
{
    const auto* text = value_->if_string();
    if (text == nullptr)
        return refuse(Errc::codec_type, "expected text");
    return std::string_view{text->data(), text->size()};
}

Result<std::string> JsonItem::text(std::size_t max_bytes) const
{
    DMID_TRY(auto text, view());
    if (text.size() > max_bytes)
        return refuse(Errc::codec_range, "longer than " + std::to_string(max_bytes) + " bytes");
    return std::string{text};
}

Result<std::int64_t> JsonItem::integer(std::int64_t min, std::int64_t max) const
{
    const auto* number = value_->if_int64();
    if (number == nullptr)
        return value_->is_uint64() ? refuse(Errc::codec_range, "over 2^63 - 1")
                                   : refuse(Errc::codec_type, "expected a whole number");
    if (*number < min || *number > max)
        return refuse(Errc::codec_range, "outside " + std::to_string(min) + " to " + std::to_string(max));
    return *number;
}

Result<std::uint64_t> JsonItem::uint(std::uint64_t max) const
{
    std::uint64_t number = 0;
    if (const auto* large = value_->if_uint64())
        number = *large;
    else if (const auto* small = value_->if_int64())
    {
        if (*small < 0)
            return refuse(Errc::codec_range, "below zero");
        number = static_cast<std::uint64_t>(*small);
    }
    else
        return refuse(Errc::codec_type, "expected a whole number");
    if (number > max)
        return refuse(Errc::codec_range, "over " + std::to_string(max));
    return number;
}

Result<std::vector<JsonItem>> JsonItem::array(std::size_t max_items) const
{
    const auto* array = value_->if_array();
    if (array == nullptr)
        return refuse(Errc::codec_type, "expected an array");
    if (array->size() > max_items)
        return refuse(Errc::codec_range, "more than " + std::to_string(max_items) + " items");
    std::vector<JsonItem> items;
    items.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i)
        items.emplace_back((*array)[i], path_ + "[" + std::to_string(i) + "]");
    return items;
}

Result<std::uint64_t> JsonItem::quantity() const
{
    DMID_TRY(auto value, quantity256());
    const auto small = value.to_u64();
    if (!small)
        return refuse(Errc::codec_range, "over 64 bits");
    return *small;
}

Result<U256> JsonItem::quantity256() const
{
    DMID_TRY(auto text, view());
    auto value = U256::from_quantity(text);
    if (!value)
        return refuse(value.error().code, value.error().context);
    return value;
}

Result<Bytes> JsonItem::data(std::size_t max_bytes) const
{
    DMID_TRY(auto text, view());
    if (text.substr(0, 2) != "0x")
        return refuse(Errc::codec_syntax, "expected 0x and hex digits");
    if (text.size() / 2 - 1 > max_bytes)
        return refuse(Errc::codec_range, "longer than " + std::to_string(max_bytes) + " bytes");
    auto bytes = from_hex(text);
    if (!bytes)
        return refuse(Errc::codec_syntax, "expected 0x and hex digits");
    return bytes;
}

Result<Bytes> JsonItem::exact(std::size_t size, bool prefixed) const
{
    DMID_TRY(auto text, view());
    const bool has_prefix = text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X";
    if (has_prefix != prefixed)
        return refuse(Errc::codec_syntax,
                      prefixed ? "expected 0x and hex digits" : "expected bare hex digits");
    if (text.size() != 2 * size + (prefixed ? 2 : 0))
        return refuse(Errc::codec_range, "expected " + std::to_string(size) + " bytes");
    auto bytes = from_hex(text);
    if (!bytes || bytes->size() != size)
        return refuse(Errc::codec_syntax, "expected hex digits");
    return bytes;
}
} // namespace dmid::codec
