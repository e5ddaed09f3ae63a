// SPDX-License-Identifier: Apache-2.0
#include "proof/mpt.hpp"

#include "crypto/keccak.hpp"

// A root that fits is given away, so that the walk goes deep: the first node is hashed as the root. Nodes are
// runs behind a length of two bytes; the first 32 bytes are the key. A proof that holds does not hold with a
// byte changed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid;
    if (size < 34)
        return 0;
    const auto key = Hash32::from({data, 32}).value();
    proof::Nodes nodes;
    for (std::size_t at = 32; at + 2 <= size;)
    {
        const std::size_t want = static_cast<std::size_t>(data[at]) << 8U | data[at + 1];
        const auto run = ByteView{data, size}.subspan(at + 2, std::min(want, size - at - 2));
        nodes.push_back(to_bytes(run));
        at += 2 + run.size();
    }
    const auto root = crypto::keccak256(nodes[0]);
    proof::TrieWalk walk{root, nodes};
    if (!walk.find(key) || !walk.finish() || nodes[0].empty())
        return 0;
    nodes.back()[nodes.back().size() / 2] ^= 1;
    if (proof::TrieWalk damaged{root, nodes}; damaged.find(key))
        __builtin_trap();
    return 0;
}
