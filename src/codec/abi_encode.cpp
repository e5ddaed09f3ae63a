// SPDX-License-Identifier: Apache-2.0
#include "codec/abi.hpp"

#include <algorithm>

namespace dmid::codec
{
namespace
{
using Kind = AbiType::Kind;

tl::unexpected<Error> mismatch()
{
    return fail(Errc::codec_type, "the value does not fit its ABI type");
}

Result<Hash32> number_word(const AbiType& type, const U256& value)
{
    const auto bits = static_cast<unsigned>(type.size);
    if (type.kind == Kind::uint)
    {
        if (value.bit_length() > bits)
            return fail(Errc::codec_range, "over " + std::to_string(bits) + " bits");
        return value.to_word();
    }
    // Two's complement: the bits from the sign upward are all the same.
    const auto sign = value.shifted_right(bits - 1);
    if (!sign.is_zero() && sign != U256::max().shifted_right(bits - 1))
        return fail(Errc::codec_range, "over " + std::to_string(bits) + " bits");
    return value.to_word();
}

void put_padded(Bytes& out, ByteView bytes)
{
    append(out, bytes);
    out.resize((out.size() + 31) / 32 * 32);
}

Result<> put_sequence(Bytes& out, const AbiType* types, std::size_t step, const AbiValue::List& values);

/// The encoding of a dynamic value behind its offset, or of a static value in place.
Result<> put(Bytes& out, const AbiType& type, const AbiValue& value)
{
    switch (type.kind)
    {
    case Kind::bytes:
    case Kind::text:
    {
        const auto* bytes = value.if_bytes();
        const auto* text = value.if_text();
        if (type.kind == Kind::bytes ? bytes == nullptr : text == nullptr)
            return mismatch();
        const auto view = type.kind == Kind::bytes ? ByteView{*bytes} : as_bytes(*text);
        append(out, U256{view.size()}.to_word().view());
        put_padded(out, view);
        return {};
    }
    case Kind::array:
    case Kind::fixed_array:
    case Kind::tuple:
    {
        const auto* list = value.if_list();
        const bool tuple = type.kind == Kind::tuple;
        if (list == nullptr || (tuple && list->size() != type.inner.size()) ||
            (type.kind == Kind::fixed_array && list->size() != type.size))
            return mismatch();
        if (type.kind == Kind::array)
            append(out, U256{list->size()}.to_word().view());
        return put_sequence(out, type.inner.data(), tuple ? 1 : 0, *list);
    }
    default:
    {
        DMID_TRY(auto word, abi_word(type, value));
        append(out, word.view());
        return {};
    }
    }
}

/// Heads, then tails. `step` 1 walks along the types, 0 stays on the first (arrays).
Result<> put_sequence(Bytes& out, const AbiType* types, std::size_t step, const AbiValue::List& values)
{
    std::size_t heads = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        heads += types[i * step].head_size();
    Bytes tails;
    for (std::size_t i = 0; i < values.size(); ++i)
    {
        const auto& type = types[i * step];
        if (!type.is_dynamic())
        {
            DMID_TRY(put(out, type, values[i]));
            continue;
        }
        append(out, U256{heads + tails.size()}.to_word().view());
        Bytes tail;
        DMID_TRY(put(tail, type, values[i]));
        append(tails, tail);
    }
    append(out, tails);
    return {};
}
} // namespace

Result<Hash32> abi_word(const AbiType& type, const AbiValue& value)
{
    switch (type.kind)
    {
    case Kind::uint:
    case Kind::integer:
    {
        const auto* number = value.if_number();
        if (number == nullptr)
            return mismatch();
        return number_word(type, *number);
    }
    case Kind::boolean:
    {
        const auto* flag = value.if_bool();
        if (flag == nullptr)
            return mismatch();
        return U256{*flag ? 1U : 0U}.to_word();
    }
    case Kind::address:
    {
        const auto* address = value.if_address();
        if (address == nullptr)
            return mismatch();
        Hash32 word;
        std::copy(address->begin(), address->end(), word.bytes.begin() + 12);
        return word;
    }
    case Kind::fixed_bytes:
    {
        const auto* bytes = value.if_bytes();
        if (bytes == nullptr)
            return mismatch();
        if (bytes->size() != type.size)
            return fail(Errc::codec_range, "expected " + std::to_string(type.size) + " bytes");
        Hash32 word;
        std::copy(bytes->begin(), bytes->end(), word.bytes.begin());
        return word;
    }
    default:
        return mismatch();
    }
}

Result<Bytes> encode_abi(const std::vector<AbiType>& types, const AbiValue::List& values)
{
    if (types.size() != values.size())
        return mismatch();
    Bytes out;
    DMID_TRY(put_sequence(out, types.data(), 1, values));
    return out;
}
} // namespace dmid::codec
