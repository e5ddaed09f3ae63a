// SPDX-License-Identifier: Apache-2.0
#include "codec/rlp.hpp"

namespace dmid::codec
{
namespace
{
// Heads of the Yellow Paper, appendix B: short forms up to 55 bytes, then a length of the length.
constexpr std::uint8_t kString = 0x80;
constexpr std::uint8_t kList = 0xc0;
constexpr std::size_t kShort = 55;

void put_rlp_head(Bytes& out, std::uint8_t base, std::size_t size)
{
    if (size <= kShort)
    {
        out.push_back(static_cast<std::uint8_t>(base + size));
        return;
    }
    std::uint8_t width = 1;
    while (width < sizeof size && (size >> (8U * width)) != 0)
        ++width;
    out.push_back(static_cast<std::uint8_t>(base + kShort + width));
    for (unsigned shift = 8U * width; shift != 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(size >> (shift - 8)));
}

tl::unexpected<Error> refuse(RlpFault fault)
{
    return fault == RlpFault::truncated ? fail(Errc::codec_truncated, "RLP")
                                        : fail(Errc::codec_not_canonical, "RLP");
}

/// Length of a long form, `width` bytes after the head.
RlpFault long_size(ByteView input, std::size_t width, std::size_t& size) noexcept
{
    if (input.size() - 1 < width)
        return RlpFault::truncated;
    if (input[1] == 0)
        return RlpFault::not_canonical;
    if (width > 4) // no input of ours is over 4 GiB
        return RlpFault::truncated;
    size = 0;
    for (std::size_t i = 1; i <= width; ++i)
        size = (size << 8U) | input[i];
    return size <= kShort ? RlpFault::not_canonical : RlpFault::none;
}
} // namespace

RlpFault take_rlp(ByteView& input, RlpItem& item) noexcept
{
    if (input.empty())
        return RlpFault::truncated;
    const std::uint8_t head = input[0];
    std::size_t head_size = 1;
    std::size_t size = 0;
    if (head < kString)
    {
        head_size = 0;
        size = 1;
    }
    else
    {
        const std::size_t form = static_cast<std::size_t>(head) - (head < kList ? kString : kList);
        size = form;
        if (form > kShort)
        {
            head_size = 1 + form - kShort;
            if (const auto fault = long_size(input, form - kShort, size); fault != RlpFault::none)
                return fault;
        }
    }
    if (input.size() - head_size < size)
        return RlpFault::truncated;
    if (head == kString + 1 && input[1] < kString)
        return RlpFault::not_canonical;
    item.is_list = head >= kList;
    item.raw = input.first(head_size + size);
    item.payload = item.raw.subspan(head_size);
    input = input.subspan(head_size + size);
    return RlpFault::none;
}

Result<RlpItem> decode_rlp(ByteView input)
{
    RlpItem item;
    if (const auto fault = take_rlp(input, item); fault != RlpFault::none)
        return refuse(fault);
    if (!input.empty())
        return fail(Errc::codec_trailing, "RLP");
    return item;
}

Result<RlpReader> RlpReader::list(ByteView input, std::size_t max_bytes)
{
    if (input.size() > max_bytes)
        return fail(Errc::codec_too_large, std::to_string(input.size()) + " bytes of RLP");
    DMID_TRY(auto item, decode_rlp(input));
    if (!item.is_list)
        return fail(Errc::codec_type, "RLP: expected a list");
    return RlpReader{item.payload};
}

Result<RlpItem> RlpReader::next()
{
    RlpItem item;
    if (const auto fault = take_rlp(left_, item); fault != RlpFault::none)
        return refuse(fault);
    return item;
}

Result<ByteView> RlpReader::bytes()
{
    DMID_TRY(auto item, next());
    if (item.is_list)
        return fail(Errc::codec_type, "RLP: expected a string");
    return item.payload;
}

Result<std::uint64_t> RlpReader::uint()
{
    DMID_TRY(auto value, u256());
    const auto small = value.to_u64();
    if (!small)
        return fail(Errc::codec_range, "RLP: a number over 64 bits");
    return *small;
}

Result<U256> RlpReader::u256()
{
    DMID_TRY(auto view, bytes());
    if (!view.empty() && view[0] == 0)
        return fail(Errc::codec_not_canonical, "RLP: a number with leading zeroes");
    return U256::from_bytes(view);
}

Result<RlpReader> RlpReader::list()
{
    DMID_TRY(auto item, next());
    if (!item.is_list)
        return fail(Errc::codec_type, "RLP: expected a list");
    return RlpReader{item.payload};
}

Result<> RlpReader::finish() const
{
    if (!left_.empty())
        return fail(Errc::codec_trailing, "RLP: more items than expected");
    return {};
}

RlpWriter& RlpWriter::bytes(ByteView value)
{
    if (value.size() != 1 || value[0] >= kString)
        put_rlp_head(out_, kString, value.size());
    append(out_, value);
    return *this;
}

RlpWriter& RlpWriter::uint(std::uint64_t value)
{
    return u256(U256{value});
}

RlpWriter& RlpWriter::u256(const U256& value)
{
    return bytes(value.to_minimal());
}

RlpWriter& RlpWriter::raw(ByteView encoded)
{
    append(out_, encoded);
    return *this;
}

RlpWriter& RlpWriter::list(const RlpWriter& items)
{
    put_rlp_head(out_, kList, items.out_.size());
    append(out_, items.out_);
    return *this;
}

Bytes RlpWriter::wrap() const
{
    Bytes out;
    out.reserve(out_.size() + 9);
    put_rlp_head(out, kList, out_.size());
    append(out, out_);
    return out;
}
} // namespace dmid::codec
