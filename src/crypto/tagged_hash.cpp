// SPDX-License-Identifier: Apache-2.0
#include "crypto/tagged_hash.hpp"

namespace dmid::crypto
{
TaggedHash::TaggedHash(std::string_view tag) noexcept
{
    const auto digest = sha256(as_bytes(tag));
    hash_.update(digest.view()).update(digest.view());
}

TaggedHash& TaggedHash::update(ByteView part) noexcept
{
    hash_.update(part);
    return *this;
}

TaggedHash& TaggedHash::update_u64(std::uint64_t number) noexcept
{
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
    return update(bytes);
}

Hash32 tagged_hash(std::string_view tag, std::initializer_list<ByteView> parts) noexcept
{
    TaggedHash hash{tag};
    for (const auto part : parts)
        hash.update(part);
    return hash.finish();
}
} // namespace dmid::crypto
