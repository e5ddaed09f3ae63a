// SPDX-License-Identifier: Apache-2.0
#include "proof/mpt.hpp"

#include "codec/rlp.hpp"
#include "crypto/keccak_many.hpp"

#include <algorithm>
#include <cstring>

namespace dmid::proof
{
namespace
{
using codec::RlpFault;
using codec::RlpItem;

constexpr std::size_t kPath = 64;        // nibbles of a 32-byte key
constexpr std::size_t kBranchItems = 17; // sixteen children and a value
constexpr std::uint8_t kEmptyString = 0x80;

tl::unexpected<Error> invalid(std::string_view why)
{
    return fail(Errc::proof_node_invalid, std::string{why});
}

std::uint8_t nibble(const std::uint8_t* bytes, std::size_t index) noexcept
{
    return index % 2 == 0 ? bytes[index / 2] >> 4U : bytes[index / 2] & 0x0fU;
}

/// A path in hex-prefix form (Yellow Paper, appendix C):
///
///     | flag nibble | nibble or 0 | nibble nibble | …        flag: 0 extension, 2 leaf; + 1 where odd
struct HexPrefix
{
    ByteView bytes;
    std::size_t skip = 0; // nibbles before the path begins
    std::size_t size = 0; // nibbles of the path
    bool leaf = false;

    static bool parse(ByteView bytes, HexPrefix& out) noexcept
    {
        if (bytes.empty() || bytes[0] >= 0x40)
            return false;
        const bool odd = (bytes[0] & 0x10U) != 0;
        if (!odd && (bytes[0] & 0x0fU) != 0)
            return false;
        out.bytes = bytes;
        out.skip = odd ? 1 : 2;
        out.size = 2 * bytes.size() - out.skip;
        out.leaf = (bytes[0] & 0x20U) != 0;
        return true;
    }

    bool matches(const Hash32& key, std::size_t depth) const noexcept
    {
        std::size_t i = 0;
        if (skip % 2 == depth % 2)
        {
            // Both stand alike in their bytes, as in every leaf: compared by the byte.
            if (skip % 2 != 0 && nibble(bytes.data(), skip) != nibble(key.data(), depth))
                return false;
            i = skip % 2;
            const std::size_t whole = (size - i) / 2;
            if (std::memcmp(bytes.data() + (skip + i) / 2, key.data() + (depth + i) / 2, whole) != 0)
                return false;
            i += 2 * whole;
        }
        for (; i < size; ++i)
            if (nibble(bytes.data(), skip + i) != nibble(key.data(), depth + i))
                return false;
        return true;
    }
};

/// A node, taken apart: a branch with the child of one nibble, or a path with what stands behind it.
struct Parts
{
    bool branch = false;
    RlpItem child; ///< the chosen child, or what a path leads to
    HexPrefix path;
};

/// A child is nothing, a hash, or a node embedded because it has less than 32 bytes.
bool is_child(const RlpItem& item) noexcept
{
    return item.is_list ? item.raw.size() < 32 : item.payload.empty() || item.payload.size() == 32;
}

/// A branch of sixteen hashes, as nearly all are but those above the leaves, read without the general rules,
/// which say the same of it.
bool full_branch(ByteView node, std::uint8_t chosen, RlpItem& child) noexcept
{
    constexpr std::size_t kHead = 3;
    constexpr std::size_t kChild = 1 + Hash32::kSize;
    constexpr std::size_t kPayload = 16 * kChild + 1;
    constexpr std::uint8_t kHashString = 0x80 + Hash32::kSize;
    if (node.size() != kHead + kPayload || node[0] != 0xf9 || node[1] != kPayload >> 8U ||
        node[2] != (kPayload & 0xffU) || node.back() != kEmptyString)
        return false;
    bool all = true;
    for (std::size_t i = 0; i < 16; ++i)
        all = all && node.data()[kHead + i * kChild] == kHashString;
    child.is_list = false;
    child.raw = node.subspan(kHead + chosen * kChild, kChild);
    child.payload = child.raw.subspan(1);
    return all;
}

bool parse_branch(ByteView items, std::uint8_t chosen, RlpItem& child) noexcept
{
    for (std::size_t i = 0; i + 1 < kBranchItems; ++i)
    {
        RlpItem item;
        if (codec::take_rlp(items, item) != RlpFault::none || !is_child(item))
            return false;
        if (i == chosen)
            child = item;
    }
    // Keys have one length, so no key ends in a branch: its value is empty, and nothing follows.
    return items.size() == 1 && items[0] == kEmptyString;
}

bool parse_node(ByteView node, const Hash32& key, std::size_t depth, Parts& out) noexcept
{
    if (depth < kPath && full_branch(node, nibble(key.data(), depth), out.child))
    {
        out.branch = true;
        return true;
    }
    RlpItem list;
    if (codec::take_rlp(node, list) != RlpFault::none || !node.empty() || !list.is_list)
        return false;
    ByteView items = list.payload;
    RlpItem first;
    if (codec::take_rlp(items, first) != RlpFault::none)
        return false;
    ByteView after = items;
    if (codec::take_rlp(after, out.child) != RlpFault::none)
        return false;
    out.branch = !after.empty();
    if (out.branch)
        return depth < kPath && parse_branch(list.payload, nibble(key.data(), depth), out.child);
    return !first.is_list && HexPrefix::parse(first.payload, out.path);
}
} // namespace

const Hash32 kEmptyRoot =
    Hash32{{0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6, 0xff, 0x83, 0x45, 0xe6, 0x92, 0xc0, 0xf8, 0x6e,
            0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c, 0xad, 0xc0, 0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21}};

void TrieWalk::hash_nodes() noexcept
{
    std::array<ByteView, kMaxNodes> views;
    std::size_t count = 0;
    while (count < nodes_.size() && nodes_[count].size() <= kMaxNodeBytes)
    {
        views[count] = nodes_[count];
        ++count;
    }
    crypto::keccak256_many(std::span{views}.first(count), std::span{hashes_}.first(count));
}

Result<ByteView> TrieWalk::open(const std::uint8_t* reference)
{
    for (std::size_t i = 0; i < opened_; ++i)
        if (std::memcmp(known_[i], reference, Hash32::kSize) == 0)
            return ByteView{nodes_[i]};
    if (nodes_.size() > kMaxNodes)
        return fail(Errc::proof_too_large, std::to_string(nodes_.size()) + " nodes");
    if (opened_ == nodes_.size())
        return fail(Errc::proof_incomplete, "after " + std::to_string(opened_) + " nodes");
    const ByteView node{nodes_[opened_]};
    if (node.size() > kMaxNodeBytes)
        return fail(Errc::proof_too_large, "a node of " + std::to_string(node.size()) + " bytes");
    if (opened_ == 0)
        hash_nodes();
    if (std::memcmp(hashes_[opened_].data(), reference, Hash32::kSize) != 0)
        return fail(Errc::proof_node_hash, "node " + std::to_string(opened_));
    // Below 32 bytes a node is embedded in its parent; only the root is hashed whatever its size.
    if (node.size() < 32 && opened_ != 0)
        return invalid("a small node that is not embedded");
    known_[opened_++] = reference;
    return node;
}

Result<std::optional<ByteView>> TrieWalk::find(const Hash32& key)
{
    constexpr std::optional<ByteView> kAbsent;
    if (root_ == kEmptyRoot)
        return kAbsent;
    DMID_TRY(ByteView node, open(root_.data()));
    std::size_t depth = 0;
    while (true)
    {
        Parts parts;
        if (!parse_node(node, key, depth, parts))
            return invalid("not a node");
        if (parts.branch)
            ++depth;
        else
        {
            const auto& path = parts.path;
            const std::size_t left = kPath - depth;
            if (path.leaf ? path.size != left : path.size == 0 || path.size >= left)
                return invalid("a path of the wrong length");
            if (path.leaf && (parts.child.is_list || parts.child.payload.empty()))
                return invalid("a leaf without a value");
            if (!path.leaf && (!is_child(parts.child) || parts.child.payload.empty()))
                return invalid("an extension to nothing");
            if (!path.matches(key, depth))
                return kAbsent;
            if (path.leaf)
                return std::optional<ByteView>{parts.child.payload};
            depth += path.size;
        }
        if (parts.child.is_list)
            node = parts.child.raw;
        else if (parts.child.payload.empty())
            return kAbsent;
        else
        {
            DMID_TRY(node, open(parts.child.payload.data()));
        }
    }
}

Result<> TrieWalk::finish() const
{
    if (opened_ != nodes_.size())
        return fail(Errc::proof_unused_nodes, std::to_string(nodes_.size() - opened_) + " nodes");
    return {};
}

Nodes merge_proofs(std::span<const Nodes> proofs)
{
    Nodes out;
    for (const auto& proof : proofs)
        for (std::size_t i = 0; i < proof.size(); ++i)
        {
            const auto& node = proof[i];
            const bool embedded = i != 0 && node.size() < 32;
            if (!embedded && node != Bytes{kEmptyString} &&
                std::find(out.begin(), out.end(), node) == out.end())
                out.push_back(node);
        }
    return out;
}
} // namespace dmid::proof
