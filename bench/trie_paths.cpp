// SPDX-License-Identifier: Apache-2.0
#include "trie_paths.hpp"

#include "codec/rlp.hpp"
#include "crypto/keccak.hpp"
#include "frame.hpp"

#include <algorithm>
#include <string>

namespace dmid::bench
{
namespace
{
Bytes string_item(ByteView bytes)
{
    if (bytes.size() == 1 && bytes[0] < 0x80)
        return to_bytes(bytes);
    Bytes out;
    if (bytes.size() < 56)
        out.push_back(static_cast<std::uint8_t>(0x80 + bytes.size()));
    else
    {
        out.push_back(0xb8); // all strings here are below 256 bytes
        out.push_back(static_cast<std::uint8_t>(bytes.size()));
    }
    append(out, bytes);
    return out;
}

Bytes list_item(const std::vector<Bytes>& items)
{
    Bytes payload;
    for (const auto& item : items)
        append(payload, item);
    Bytes out;
    if (payload.size() < 56)
        out.push_back(static_cast<std::uint8_t>(0xc0 + payload.size()));
    else if (payload.size() < 256)
    {
        out.push_back(0xf8);
        out.push_back(static_cast<std::uint8_t>(payload.size()));
    }
    else
    {
        out.push_back(0xf9);
        out.push_back(static_cast<std::uint8_t>(payload.size() >> 8U));
        out.push_back(static_cast<std::uint8_t>(payload.size()));
    }
    append(out, payload);
    return out;
}

unsigned nibble(const Hash32& key, std::size_t index)
{
    return index % 2 == 0 ? key.bytes[index / 2] >> 4U : key.bytes[index / 2] & 15U;
}

/// A hash that no node has: a sibling beside the path.
Hash32 sibling(std::size_t depth, unsigned child)
{
    const auto name = "sibling " + std::to_string(depth) + " " + std::to_string(child);
    return crypto::keccak256(as_bytes(name));
}

Bytes leaf(const Hash32& key, std::size_t depth, const Bytes& value)
{
    Bytes path;
    std::size_t i = depth;
    path.push_back(static_cast<std::uint8_t>(depth % 2 != 0 ? 0x30U | nibble(key, i++) : 0x20U));
    for (; i < 64; i += 2)
        path.push_back(static_cast<std::uint8_t>(nibble(key, i) << 4U | nibble(key, i + 1)));
    return list_item({string_item(path), string_item(value)});
}

/// A branch with sixteen children, some of them given.
Bytes branch(std::size_t depth, const std::vector<std::pair<unsigned, Hash32>>& given)
{
    std::vector<Bytes> items;
    for (unsigned child = 0; child < 16; ++child)
    {
        const auto found =
            std::find_if(given.begin(), given.end(), [&](const auto& one) { return one.first == child; });
        const auto hash = found == given.end() ? sibling(depth, child) : found->second;
        items.push_back(string_item(hash.view()));
    }
    items.push_back(string_item({}));
    return list_item(items);
}

/// Nodes of one key from `from` down to the leaf at `depth - 1`, top first.
proof::Nodes path(const Hash32& key, std::size_t from, std::size_t depth, const Bytes& value)
{
    proof::Nodes nodes{leaf(key, depth - 1, value)};
    for (std::size_t at = depth - 1; at-- > from;)
        nodes.push_back(branch(at, {{nibble(key, at), crypto::keccak256(nodes.back())}}));
    std::reverse(nodes.begin(), nodes.end());
    return nodes;
}

/// A number whose three words part at the root, as one in two does.
model::Number some_number(std::array<Hash32, proof::kRecordWords>& keys)
{
    for (std::uint64_t payload = 1;; ++payload)
    {
        const std::uint64_t body = (83'000'000'000'000 + payload) * 100;
        const auto number = model::Number::from_value(body + (98 - body % 97)).value();
        const auto slots = proof::record_slots(number);
        for (std::size_t i = 0; i < keys.size(); ++i)
            keys[i] = crypto::keccak256(slots[i].view());
        const auto a = nibble(keys[0], 0);
        const auto b = nibble(keys[1], 0);
        const auto c = nibble(keys[2], 0);
        if (a != b && b != c && a != c)
            return number;
    }
}
} // namespace

World make_world(std::size_t account_depth, std::size_t storage_depth)
{
    World world;
    std::array<Hash32, proof::kRecordWords> keys;
    world.number = some_number(keys);
    world.number_bytes.resize(64);
    world.fields.owner = fixed_from_hex<Address>("70997970c51812dc3a010c7d01b50e0d17dc79c8").value();
    world.fields.epoch = 2;
    world.fields.seq = 5;
    world.fields.published_block = 290;
    world.fields.flags = proof::kFlagLocked;
    world.fields.inbox_key = XOnlyKey::from(sibling(99, 0).view()).value();
    world.fields.document_hash = sibling(99, 1);
    const auto words = proof::pack_record(world.fields);

    std::vector<proof::Nodes> paths;
    std::vector<std::pair<unsigned, Hash32>> tops;
    for (std::size_t i = 0; i < keys.size(); ++i)
    {
        // A leaf holds the value as RLP.
        paths.push_back(path(keys[i], 1, storage_depth + 1, string_item(words[i].to_minimal())));
        tops.emplace_back(nibble(keys[i], 0), crypto::keccak256(paths.back().front()));
    }
    world.storage.push_back(branch(0, tops));
    for (const auto& nodes : paths)
        world.storage.insert(world.storage.end(), nodes.begin(), nodes.end());

    world.ref.chain_id = 31337;
    world.ref.registry = fixed_from_hex<Address>("5fbdb2315678afecb367f032d93f642f64180aa3").value();
    world.ref.code_hash = sibling(99, 2);
    const Bytes nonce{1};
    const auto root = crypto::keccak256(world.storage.front());
    const auto account = list_item({string_item(nonce), string_item({}), string_item(root.view()),
                                    string_item(world.ref.code_hash.view())});
    world.account = path(crypto::keccak256(world.ref.registry.view()), 0, account_depth, account);
    world.block.chain_id = world.ref.chain_id;
    world.block.state_root = crypto::keccak256(world.account.front());
    return world;
}
} // namespace dmid::bench
