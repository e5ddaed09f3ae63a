// SPDX-License-Identifier: Apache-2.0
#include "codec/dag_cbor.hpp"

#include <algorithm>
#include <array>

namespace dmid::codec
{
namespace
{
// Major types of RFC 8949 §3.1, already in place in the head byte.
constexpr std::uint8_t kUint = 0x00;
constexpr std::uint8_t kNegative = 0x20;
constexpr std::uint8_t kBytes = 0x40;
constexpr std::uint8_t kText = 0x60;
constexpr std::uint8_t kArray = 0x80;
constexpr std::uint8_t kMap = 0xa0;
constexpr std::uint8_t kFalse = 0xf4;
constexpr std::uint8_t kTrue = 0xf5;
constexpr std::uint8_t kNull = 0xf6;

void put_head(Bytes& out, std::uint8_t major, std::uint64_t value)
{
    unsigned width = 0;
    if (value < 24)
    {
        out.push_back(static_cast<std::uint8_t>(major | value));
        return;
    }
    std::uint8_t info = 24;
    for (width = 1; width < 8 && (value >> (8 * width)) != 0; width *= 2)
        ++info;
    out.push_back(static_cast<std::uint8_t>(major | info));
    for (unsigned shift = 8 * width; shift != 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
}

void put(Bytes& out, const Cbor& value)
{
    if (value.is_null())
        out.push_back(kNull);
    else if (const auto* flag = value.if_bool())
        out.push_back(*flag ? kTrue : kFalse);
    else if (const auto* number = value.if_uint())
        put_head(out, kUint, *number);
    else if (const auto* negative = value.if_negative())
        put_head(out, kNegative, ~static_cast<std::uint64_t>(*negative)); // -1 - n in two's complement
    else if (const auto* bytes = value.if_bytes())
    {
        put_head(out, kBytes, bytes->size());
        append(out, *bytes);
    }
    else if (const auto* text = value.if_text())
    {
        put_head(out, kText, text->size());
        append(out, as_bytes(*text));
    }
    else if (const auto* array = value.if_array())
    {
        put_head(out, kArray, array->size());
        for (const auto& item : *array)
            put(out, item);
    }
    else if (const auto* map = value.if_map())
    {
        put_head(out, kMap, map->size());
        for (const auto& [key, item] : *map)
        {
            put_head(out, kText, key.size());
            append(out, as_bytes(key));
            put(out, item);
        }
    }
}

class CborDecoder
{
public:
    CborDecoder(ByteView bytes, const CborLimits& limits)
        : bytes_{bytes}
        , items_left_{limits.max_items}
        , max_depth_{limits.max_depth}
    {
    }

    Result<Cbor> whole()
    {
        DMID_TRY(auto value, item(0));
        if (at_ != bytes_.size())
            return fail(Errc::codec_trailing, where());
        return value;
    }

private:
    std::string where() const { return "at byte " + std::to_string(at_); }
    std::size_t left() const noexcept { return bytes_.size() - at_; }

    Result<> charge()
    {
        if (items_left_ == 0)
            return fail(Errc::codec_too_large, "too many items " + where());
        --items_left_;
        return {};
    }

    Result<std::uint64_t> argument(std::uint8_t info)
    {
        if (info < 24)
            return info;
        if (info == 31)
            return fail(Errc::codec_not_canonical, "indefinite length " + where());
        if (info > 27)
            return fail(Errc::codec_syntax, "reserved head " + where());
        const std::size_t width = std::size_t{1} << (info - 24U);
        if (left() < width)
            return fail(Errc::codec_truncated, where());
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < width; ++i)
            value = (value << 8U) | bytes_[at_ + i];
        const std::uint64_t least = width == 1 ? 24 : std::uint64_t{1} << (4 * width);
        if (value < least)
            return fail(Errc::codec_not_canonical, "head longer than needed " + where());
        at_ += width;
        return value;
    }

    Result<ByteView> run(std::uint64_t size)
    {
        if (size > left())
            return fail(Errc::codec_truncated, where());
        const auto view = bytes_.subspan(at_, static_cast<std::size_t>(size));
        at_ += view.size();
        return view;
    }

    Result<std::string> text_run(std::uint64_t size)
    {
        DMID_TRY(auto view, run(size));
        if (!is_utf8(as_text(view)))
            return fail(Errc::codec_utf8, where());
        return std::string{as_text(view)};
    }

    Result<Cbor> item(unsigned depth)
    {
        DMID_TRY(charge());
        if (left() == 0)
            return fail(Errc::codec_truncated, where());
        const std::uint8_t head = bytes_[at_];
        if ((head & 0xe0U) == 0xe0U)
            return simple(head);
        if ((head & 0xe0U) == 0xc0U)
            return fail(Errc::codec_type, "tag " + where());
        ++at_;
        DMID_TRY(auto value, argument(head & 0x1fU));
        switch (head & 0xe0U)
        {
        case kUint:
            return Cbor{value};
        case kNegative:
            if (value >> 63U)
                return fail(Errc::codec_range, "below -2^63 " + where());
            return Cbor{-1 - static_cast<std::int64_t>(value)};
        case kBytes:
        {
            DMID_TRY(auto view, run(value));
            return Cbor{view};
        }
        case kText:
        {
            DMID_TRY(auto text, text_run(value));
            return Cbor{std::move(text)};
        }
        case kArray:
            return array(value, depth + 1);
        default:
            return map(value, depth + 1);
        }
    }

    Result<Cbor> simple(std::uint8_t head)
    {
        if (head != kFalse && head != kTrue && head != kNull)
            return fail(Errc::codec_type, "float or simple value " + where());
        ++at_;
        return head == kNull ? Cbor{} : Cbor{head == kTrue};
    }

    // An announced count is believed only as far as the bytes that are there: each item has at least one.
    Result<> container(std::uint64_t least_bytes, unsigned depth) const
    {
        if (depth > max_depth_)
            return fail(Errc::codec_too_deep, where());
        if (least_bytes > left())
            return fail(Errc::codec_truncated, where());
        if (least_bytes > items_left_)
            return fail(Errc::codec_too_large, "too many items " + where());
        return {};
    }

    Result<Cbor> array(std::uint64_t count, unsigned depth)
    {
        DMID_TRY(container(count, depth));
        Cbor::Array items;
        for (std::uint64_t i = 0; i < count; ++i)
        {
            DMID_TRY(auto value, item(depth));
            items.push_back(std::move(value));
        }
        return Cbor{std::move(items)};
    }

    Result<Cbor> map(std::uint64_t count, unsigned depth)
    {
        if (count > left())
            return fail(Errc::codec_truncated, where());
        DMID_TRY(container(2 * count, depth));
        Cbor::Map entries;
        std::string previous;
        for (std::uint64_t i = 0; i < count; ++i)
        {
            DMID_TRY(auto name, key());
            if (i != 0 && !cbor_key_less(previous, name))
                return fail(name == previous ? Errc::codec_duplicate_key : Errc::codec_not_canonical,
                            "key order " + where());
            previous = name;
            DMID_TRY(auto value, item(depth));
            entries.append_sorted(std::move(name), std::move(value));
        }
        return Cbor{std::move(entries)};
    }

    Result<std::string> key()
    {
        DMID_TRY(charge());
        if (left() == 0)
            return fail(Errc::codec_truncated, where());
        const std::uint8_t head = bytes_[at_];
        if ((head & 0xe0U) != kText)
            return fail(Errc::codec_type, "key is not text " + where());
        ++at_;
        DMID_TRY(auto size, argument(head & 0x1fU));
        return text_run(size);
    }

    ByteView bytes_;
    std::size_t at_ = 0;
    std::size_t items_left_;
    unsigned max_depth_;
};
} // namespace

bool cbor_key_less(std::string_view a, std::string_view b) noexcept
{
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

Cbor::Map::Map(std::initializer_list<Entry> entries)
{
    entries_.reserve(entries.size());
    for (const auto& [key, value] : entries)
        set(key, value);
}

void Cbor::Map::set(std::string key, Cbor value)
{
    const auto at =
        std::lower_bound(entries_.begin(), entries_.end(), key,
                         [](const Entry& e, const std::string& k) { return cbor_key_less(e.first, k); });
    if (at != entries_.end() && at->first == key)
        at->second = std::move(value);
    else
        entries_.emplace(at, std::move(key), std::move(value));
}

void Cbor::Map::append_sorted(std::string key, Cbor value)
{
    entries_.emplace_back(std::move(key), std::move(value));
}

const Cbor* Cbor::Map::find(std::string_view key) const noexcept
{
    const auto at =
        std::lower_bound(entries_.begin(), entries_.end(), key,
                         [](const Entry& e, std::string_view k) { return cbor_key_less(e.first, k); });
    return at != entries_.end() && at->first == key ? &at->second : nullptr;
}

bool Cbor::Map::erase(std::string_view key)
{
    return std::erase_if(entries_, [key](const Entry& e) { return e.first == key; }) != 0;
}

bool Cbor::Map::operator==(const Map& other) const
{
    return entries_ == other.entries_;
}

bool Cbor::operator==(const Cbor& other) const
{
    return value_ == other.value_;
}

std::string_view Cbor::type_name() const noexcept
{
    static constexpr std::array<std::string_view, 8> kNames{"null",  "bool", "uint",  "negative",
                                                            "bytes", "text", "array", "map"};
    return kNames[value_.index()];
}

Bytes encode_cbor(const Cbor& value)
{
    Bytes out;
    out.reserve(512); // most of what is kept fits
    put(out, value);
    return out;
}

Result<Cbor> decode_cbor(ByteView bytes, const CborLimits& limits)
{
    if (bytes.size() > limits.max_bytes)
        return fail(Errc::codec_too_large, std::to_string(bytes.size()) + " bytes");
    return CborDecoder{bytes, limits}.whole();
}
} // namespace dmid::codec
