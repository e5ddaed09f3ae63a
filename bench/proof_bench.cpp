// SPDX-License-Identifier: Apache-2.0
// P3: what a proof costs beyond the hashes that it cannot do without.
//
//   ours    proof::verify_registry + proof::verify_record: account, code hash, three words of a record
//   floor   keccak-256 of the same nodes: one after the other, and eight at a time where the machine can
//
// Two sizes: a registry of some hundred numbers (15 nodes), and one of a million (27 nodes). The tries are
// not built whole: a proof shows one path, so only the path is made, its siblings being hashes of nothing.
#include "crypto/keccak.hpp"
#include "crypto/keccak_many.hpp"
#include "frame.hpp"
#include "proof/record.hpp"
#include "trie_paths.hpp"

#include <array>
#include <string>

namespace
{
using namespace dmid;
using bench::Row;

std::size_t permutations(const proof::Nodes& nodes)
{
    std::size_t count = 0;
    for (const auto& node : nodes)
        count += node.size() / 136 + 1;
    return count;
}

void run(const bench::Settings& settings, const char* which, const bench::World& world,
         std::vector<Row>& rows)
{
    std::vector<Bytes> all = world.account;
    all.insert(all.end(), world.storage.begin(), world.storage.end());
    const auto size =
        std::to_string(all.size()) + " nodes, " + std::to_string(permutations(all)) + " permutations";

    const auto verify = [&]
    {
        const auto registry = proof::verify_registry(world.block, world.ref, world.account);
        return proof::verify_record(registry.value(), world.number, world.storage, std::nullopt);
    };
    const auto record = proof::present(verify().value());
    bench::require(record && record->fields() == world.fields, "the proven record");

    const auto ours = [&]
    {
        auto verified = verify();
        bench::do_not_optimize(verified);
    };
    const auto hash_only = [&]
    {
        for (const auto& node : all)
        {
            auto hash = crypto::keccak256(node);
            bench::do_not_optimize(hash);
        }
    };
    // Five more hashes name what is looked up: the account's key, the record's slot, its three keys.
    const auto hash_all = [&]
    {
        hash_only();
        for (int i = 0; i < 5; ++i)
        {
            auto hash = crypto::keccak256(world.number_bytes);
            bench::do_not_optimize(hash);
        }
    };
    Row row{.goal = "P3",
            .what = std::string{"verify a proof, "} + which + ": " + size,
            .floor = "keccak-256 of the same nodes, one after the other",
            .unit = "us CPU",
            .wanted = 1.1};
    bench::compare_calls(row, settings, ours, hash_only);
    Row with_keys{
        .goal = "P3", .what = row.what, .floor = "the same and the 5 hashes of its keys", .unit = "us CPU"};
    bench::compare_calls(with_keys, settings, ours, hash_all);
    std::array<char, 96> note{};
    std::snprintf(note.data(), note.size(),
                  "5 more hashes are of keys, not of nodes; with them in the floor %.2f", with_keys.ratio);
    row.note = note.data();
    rows.push_back(row);
    rows.push_back(with_keys);
    if (!crypto::keccak256_many_is_wide())
        return;
    const std::vector<ByteView> views{all.begin(), all.end()};
    std::vector<Hash32> hashes(all.size());
    const auto eight = [&]
    {
        crypto::keccak256_many(views, hashes);
        bench::do_not_optimize(hashes.front());
    };
    eight();
    for (std::size_t i = 0; i < all.size(); ++i)
        bench::require(hashes[i] == crypto::keccak256(all[i]), "keccak, eight at a time");
    Row wide{.goal = "P3",
             .what = row.what,
             .floor = "keccak-256 of the same nodes, 8 at a time (AVX-512)",
             .unit = "us CPU"};
    bench::compare_calls(wide, settings, ours, eight);
    rows.push_back(wide);
}
} // namespace

int main(int argc, char** argv)
{
    const auto settings = bench::parse(argc, argv);
    std::vector<Row> rows;
    run(settings, "hundreds of numbers", bench::make_world(8, 2), rows);
    run(settings, "a million numbers", bench::make_world(8, 6), rows);
    bench::report(settings, rows);
}
