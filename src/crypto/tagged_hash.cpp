// SPDX-License-Identifier: Apache-2.0
#include "crypto/tagged_hash.hpp"

#include <array>
#include <string>

namespace dmid::crypto
{
namespace
{
// A tag's beginning fills exactly one block of SHA-256: kept per thread, since it costs more than what most
// callers hash after it.
struct Begun
{
    std::string tag;
    Sha256 hash;
};

Sha256 begin(std::string_view tag)
{
    const auto digest = sha256(as_bytes(tag));
    Sha256 hash;
    hash.update(digest.view()).update(digest.view());
    return hash;
}

const Sha256& begun(std::string_view tag)
{
    static constexpr std::size_t kKept = 64; // more than tags.hpp has
    thread_local std::array<Begun, kKept> kept;
    const std::size_t mixed = tag.empty() ? 0
                                          : tag.size() * 7 + static_cast<unsigned char>(tag.back()) * 13 +
                                                static_cast<unsigned char>(tag[tag.size() / 2]);
    auto& slot = kept[mixed % kKept];
    if (slot.tag.empty() || slot.tag != tag)
        slot = {std::string{tag}, begin(tag)};
    return slot.hash;
}
} // namespace

TaggedHash::TaggedHash(std::string_view tag) noexcept
    : hash_{begun(tag)}
{
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
