// SPDX-License-Identifier: Apache-2.0
#include "codec/abi.hpp"
#include "crypto/keccak.hpp"

#include <algorithm>

namespace dmid::codec
{
namespace
{
constexpr unsigned kMaxTypeDepth = 16;
constexpr std::size_t kMaxFixed = 1024;
constexpr std::size_t kMaxTypeText = 4096;

/// Recursive descent over `base`, `(members)`, and `[n]` behind either.
class TypeParser
{
public:
    explicit TypeParser(std::string_view text)
        : text_{text}
    {
    }

    Result<AbiType> whole()
    {
        DMID_TRY(auto type, one(0));
        if (!text_.empty())
            return bad();
        return type;
    }

private:
    using Kind = AbiType::Kind;

    static tl::unexpected<Error> bad() { return fail(Errc::codec_syntax, "not an ABI type"); }

    bool take(char c)
    {
        if (!text_.starts_with(c))
            return false;
        text_.remove_prefix(1);
        return true;
    }

    /// Digits without a leading zero; zero where there are none.
    std::size_t digits()
    {
        std::size_t value = 0;
        std::size_t used = 0;
        while (used < text_.size() && used < 6 && text_[used] >= '0' && text_[used] <= '9')
            value = value * 10 + static_cast<std::size_t>(text_[used++] - '0');
        if (used == 0 || text_[0] == '0')
            return 0;
        text_.remove_prefix(used);
        return value;
    }

    Result<AbiType> one(unsigned depth)
    {
        if (depth > kMaxTypeDepth)
            return fail(Errc::codec_too_deep, "ABI type");
        DMID_TRY(auto type, text_.starts_with('(') ? tuple(depth) : base());
        while (take('['))
        {
            if (++depth > kMaxTypeDepth)
                return fail(Errc::codec_too_deep, "ABI type");
            AbiType array;
            array.kind = Kind::array;
            array.size = 0;
            if (const auto count = digits(); count != 0)
            {
                if (count > kMaxFixed)
                    return fail(Errc::codec_range, "fixed array");
                array.kind = Kind::fixed_array;
                array.size = count;
            }
            if (!take(']'))
                return bad();
            array.inner.push_back(std::move(type));
            type = std::move(array);
        }
        return type;
    }

    Result<AbiType> tuple(unsigned depth)
    {
        take('(');
        AbiType type{Kind::tuple, 0, {}};
        if (take(')'))
            return type;
        do
        {
            DMID_TRY(auto member, one(depth + 1));
            type.inner.push_back(std::move(member));
        } while (take(','));
        if (!take(')'))
            return bad();
        return type;
    }

    Result<AbiType> base()
    {
        std::size_t letters = 0;
        while (letters < text_.size() && text_[letters] >= 'a' && text_[letters] <= 'z')
            ++letters;
        const auto word = text_.substr(0, letters);
        text_.remove_prefix(letters);
        if (word == "address")
            return AbiType{Kind::address, 0, {}};
        if (word == "bool")
            return AbiType{Kind::boolean, 0, {}};
        if (word == "string")
            return AbiType{Kind::text, 0, {}};
        if (word != "uint" && word != "int" && word != "bytes")
            return bad();
        const bool sized = !text_.empty() && text_[0] >= '0' && text_[0] <= '9';
        const auto size = digits();
        if (word == "bytes")
        {
            if (!sized)
                return AbiType{Kind::bytes, 0, {}};
            if (size == 0 || size > 32)
                return fail(Errc::codec_range, "bytesN");
            return AbiType{Kind::fixed_bytes, size, {}};
        }
        // Signatures are hashed in their full form: `uint` alone would give another selector.
        if (size == 0 || size > 256 || size % 8 != 0)
            return fail(Errc::codec_range, "uintN");
        return AbiType{word == "uint" ? Kind::uint : Kind::integer, size, {}};
    }

    std::string_view text_;
};
} // namespace

bool AbiType::is_dynamic() const noexcept
{
    switch (kind)
    {
    case Kind::bytes:
    case Kind::text:
    case Kind::array:
        return true;
    case Kind::fixed_array:
    case Kind::tuple:
        return std::any_of(inner.begin(), inner.end(), [](const AbiType& t) { return t.is_dynamic(); });
    default:
        return false;
    }
}

std::size_t AbiType::head_size() const noexcept
{
    if (is_dynamic())
        return 32;
    if (kind == Kind::fixed_array)
        return size * inner[0].head_size();
    if (kind != Kind::tuple)
        return 32;
    std::size_t sum = 0;
    for (const auto& member : inner)
        sum += member.head_size();
    return sum;
}

Result<AbiType> parse_abi_type(std::string_view text)
{
    if (text.size() > kMaxTypeText)
        return fail(Errc::codec_too_large, "ABI type");
    return TypeParser{text}.whole();
}

Result<std::vector<AbiType>> parse_abi_types(std::string_view text)
{
    DMID_TRY(auto type, parse_abi_type(text));
    if (type.kind != AbiType::Kind::tuple)
        return fail(Errc::codec_syntax, "not a list of ABI types");
    return std::move(type.inner);
}

bool AbiValue::operator==(const AbiValue& other) const
{
    return value_ == other.value_;
}

Hash32 abi_topic(std::string_view signature)
{
    return crypto::keccak256(as_bytes(signature));
}

std::array<std::uint8_t, 4> abi_selector(std::string_view signature)
{
    const auto hash = abi_topic(signature);
    return {hash.bytes[0], hash.bytes[1], hash.bytes[2], hash.bytes[3]};
}

Result<Bytes> encode_call(std::string_view signature, const AbiValue::List& arguments)
{
    const auto open = signature.find('(');
    if (open == std::string_view::npos)
        return fail(Errc::codec_syntax, "not a signature");
    DMID_TRY(auto types, parse_abi_types(signature.substr(open)));
    DMID_TRY(auto encoded, encode_abi(types, arguments));
    const auto selector = abi_selector(signature);
    encoded.insert(encoded.begin(), selector.begin(), selector.end());
    return encoded;
}
} // namespace dmid::codec
