// SPDX-License-Identifier: Apache-2.0
#include "codec/abi.hpp"

#include <algorithm>

namespace dmid::codec
{
namespace
{
using Kind = AbiType::Kind;

bool all_zero(ByteView bytes) noexcept
{
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

class AbiDecoder
{
public:
    explicit AbiDecoder(std::size_t max_items, std::size_t max_bytes)
        : items_left_{max_items}
        , bytes_left_{max_bytes}
    {
    }

    /// Values whose heads stand one after the other from the start of `frame`; offsets count from there.
    Result<AbiValue::List> sequence(const AbiType* types, std::size_t step, std::size_t count, ByteView frame)
    {
        AbiValue::List out;
        std::size_t head = 0;
        for (std::size_t i = 0; i < count; ++i)
        {
            const auto& type = types[i * step];
            DMID_TRY(auto value, at_head(type, frame, head));
            head += type.head_size();
            out.push_back(std::move(value));
        }
        return out;
    }

private:
    static Result<ByteView> word(ByteView frame, std::size_t at)
    {
        if (at > frame.size() || frame.size() - at < 32)
            return fail(Errc::codec_truncated, "ABI");
        return frame.subspan(at, 32);
    }

    /// An offset or a length: whatever is over the frame is outside.
    static Result<std::size_t> size_at(ByteView frame, std::size_t at)
    {
        DMID_TRY(auto view, word(frame, at));
        const auto value = U256::from_word(*Hash32::from(view)).to_u64();
        if (!value || *value > frame.size())
            return fail(Errc::codec_truncated, "ABI: an offset or length points outside");
        return static_cast<std::size_t>(*value);
    }

    Result<> charge(std::size_t items, std::size_t bytes)
    {
        if (items > items_left_ || bytes > bytes_left_)
            return fail(Errc::codec_too_large, "ABI");
        items_left_ -= items;
        bytes_left_ -= bytes;
        return {};
    }

    Result<AbiValue> at_head(const AbiType& type, ByteView frame, std::size_t head)
    {
        DMID_TRY(charge(1, 0));
        if (!type.is_dynamic())
            return in_place(type, frame, head);
        DMID_TRY(auto offset, size_at(frame, head));
        return dynamic(type, frame.subspan(offset));
    }

    Result<AbiValue> in_place(const AbiType& type, ByteView frame, std::size_t head)
    {
        if (head > frame.size())
            return fail(Errc::codec_truncated, "ABI");
        if (type.kind == Kind::tuple)
            return list(sequence(type.inner.data(), 1, type.inner.size(), frame.subspan(head)));
        if (type.kind == Kind::fixed_array)
            return list(sequence(type.inner.data(), 0, type.size, frame.subspan(head)));
        DMID_TRY(auto view, word(frame, head));
        return scalar(type, view);
    }

    Result<AbiValue> dynamic(const AbiType& type, ByteView frame)
    {
        if (type.kind == Kind::tuple)
            return list(sequence(type.inner.data(), 1, type.inner.size(), frame));
        if (type.kind == Kind::fixed_array)
            return list(sequence(type.inner.data(), 0, type.size, frame));
        DMID_TRY(auto size, size_at(frame, 0));
        const auto rest = frame.subspan(32);
        if (type.kind == Kind::array)
        {
            // Items without a head of their own (empty tuples) cost an item each, so that the count is bound.
            const auto item = type.inner[0].head_size();
            if (item != 0 && size > rest.size() / item)
                return fail(Errc::codec_truncated, "ABI");
            return list(sequence(type.inner.data(), 0, size, rest));
        }
        return run(type, rest, size);
    }

    static Result<AbiValue> list(Result<AbiValue::List> values)
    {
        DMID_TRY(auto out, std::move(values));
        return AbiValue{std::move(out)};
    }

    Result<AbiValue> run(const AbiType& type, ByteView rest, std::size_t size)
    {
        const auto padded = (size + 31) / 32 * 32;
        if (padded > rest.size())
            return fail(Errc::codec_truncated, "ABI");
        if (!all_zero(rest.subspan(size, padded - size)))
            return fail(Errc::codec_not_canonical, "ABI: dirty padding");
        DMID_TRY(charge(0, padded));
        const auto view = rest.first(size);
        if (type.kind == Kind::bytes)
            return AbiValue{to_bytes(view)};
        if (!is_utf8(as_text(view)))
            return fail(Errc::codec_utf8, "ABI");
        return AbiValue{std::string{as_text(view)}};
    }

    static Result<AbiValue> scalar(const AbiType& type, ByteView view)
    {
        const auto value = U256::from_word(*Hash32::from(view));
        if (type.kind == Kind::fixed_bytes)
        {
            if (!all_zero(view.subspan(type.size)))
                return fail(Errc::codec_not_canonical, "ABI: dirty padding");
            return AbiValue{to_bytes(view.first(type.size))};
        }
        if (type.kind == Kind::address)
        {
            if (!all_zero(view.first(12)))
                return fail(Errc::codec_not_canonical, "ABI: dirty padding");
            return AbiValue{*Address::from(view.subspan(12))};
        }
        if (type.kind == Kind::boolean)
        {
            if (value > U256{1})
                return fail(Errc::codec_range, "ABI: a boolean over 1");
            return AbiValue{!value.is_zero()};
        }
        DMID_TRY(abi_word(type, AbiValue{value}));
        return AbiValue{value};
    }

    std::size_t items_left_;
    std::size_t bytes_left_;
};
} // namespace

Result<AbiValue::List> decode_abi(const std::vector<AbiType>& types, ByteView data, AbiLayout layout,
                                  std::size_t max_items)
{
    // Overlapping offsets must not multiply bytes: in all, no more come out than went in.
    AbiDecoder decoder{max_items, data.size()};
    DMID_TRY(auto values, decoder.sequence(types.data(), 1, types.size(), data));
    if (layout == AbiLayout::canonical)
    {
        DMID_TRY(auto again, encode_abi(types, values));
        if (!std::equal(again.begin(), again.end(), data.begin(), data.end()))
            return fail(Errc::codec_not_canonical, "ABI: another layout than the encoder's");
    }
    return values;
}
} // namespace dmid::codec
