// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "model/identifier.hpp"
#include "tool/build_info.hpp"
#include "tool/chain_session.hpp"
#include "tool/record_view.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;

std::string all_words(const Invocation& call, std::string_view name)
{
    std::string out;
    for (const auto& word : call.words(name))
        out += (out.empty() ? "" : " ") + word;
    return out;
}

/// The proven record of the number that a name stands for. That the name stands for it is proven by nobody:
/// it is what endpoints say, and so it is shown.
struct Asked
{
    resolve::Resolution resolution;
    std::string name{}; ///< empty: a number was named
    std::string word{};
    std::uint64_t block = 0;
};

Result<Asked> ask_for(tool::ChainSession& session, const std::string& id, chain::Finality finality)
{
    if (model::identifier_kind(id) != model::IdentifierKind::ens_name)
    {
        DMID_TRY(auto resolution, session.resolve(id, finality));
        return Asked{std::move(resolution)};
    }
    DMID_TRY(auto found, session.find_name(id, finality));
    return Asked{std::move(found.number), found.name.text(), resolve::whose_word(found.block, found.agreeing),
                 found.block.number};
}

Result<> resolve_id(const Invocation& call)
{
    DMID_TRY(const auto session, tool::ChainSession::open(call));
    const auto finality = call.has("--finalized") ? chain::Finality::finalized
                          : call.has("--safe")    ? chain::Finality::safe
                                                  : chain::Finality::latest;
    DMID_TRY(const auto asked, ask_for(*session, all_words(call, "ID"), finality));
    const auto& resolution = asked.resolution;
    tool::warn_of(call.out(), resolution);
    auto json = tool::record_json(resolution);
    if (!asked.name.empty())
        json["name"] = {
            {"name", asked.name}, {"word_of", asked.word}, {"block", asked.block}, {"proven", false}};
    if (call.has("--proof"))
    {
        const auto bundle = proof::encode_bundle(resolution.bundle);
        DMID_TRY(tool::write_output(call.word("--proof"), as_text(bundle)));
        json["proof"] = {{"file", call.word("--proof")}, {"bytes", bundle.size()}};
    }
    call.out().value(json);
    call.out().table(tool::record_table(resolution));
    if (!asked.name.empty())
        call.out().line("\n" + asked.name + " stands for this number by the word of " + asked.word +
                        " at block " + std::to_string(asked.block) +
                        ", which is not proven; that the number lists the name is.");
    if (call.has("--proof"))
        call.out().line("\nThe proof is in " + call.word("--proof") + "; check it with `dmid verify " +
                        call.word("--proof") + " --block HASH`, the hash from a source that you trust.");
    return {};
}

/// The registry that is pinned: the configured one, else the one that the file names. The code is pinned
/// either way.
Result<proof::RegistryRef> pinned_registry(const config::Config& config, const proof::Bundle& bundle)
{
    if (!config.chain.registry.empty())
        return tool::registry_of(config.chain);
    return proof::RegistryRef{bundle.chain_id, bundle.registry, tool::registry_code_hash()};
}

/// The block of the bundle's own header: what stays to be shown is that anyone trusts it.
Result<proof::AgreedBlock> trusted_block(const Invocation& call, const proof::Bundle& bundle,
                                         const proof::BlockHeader& header)
{
    if (call.has("--block"))
    {
        DMID_TRY(const auto hash, fixed_from_hex<Hash32>(call.word("--block")));
        DMID_TRY(const auto checked, proof::decode_header(bundle.header, hash));
        return proof::agree(checked, bundle.chain_id, proof::Tier::checkpoint, 1, 1, false);
    }
    tool::Globals globals = call.globals();
    globals.rpc = call.words("--source");
    globals.chain_id = bundle.chain_id;
    const Invocation asked{{globals, call.command(), {}}, call.paths(), call.out()};
    DMID_TRY(const auto session, tool::ChainSession::open(asked, false));
    DMID_TRY(const auto block, session->block_at(header.number));
    if (block.hash != header.hash)
        return fail(Errc::proof_untrusted_block, "the sources give block " + std::to_string(header.number) +
                                                     " the hash " + to_hex0x(block.hash.view()) +
                                                     ", the file " + to_hex0x(header.hash.view()));
    return block;
}

Result<> verify_file(const Invocation& call)
{
    DMID_TRY(const auto text, tool::read_input(call.word("FILE"), proof::kMaxBundle));
    DMID_TRY(const auto bundle, proof::decode_bundle(as_bytes(text)));
    DMID_TRY(const auto config, call.config());
    DMID_TRY(const auto ref, pinned_registry(config, bundle));
    auto number = bundle.number;
    if (!call.globals().number.empty())
    {
        DMID_TRY(const auto identifier, model::parse_identifier(call.globals().number));
        number = identifier.number;
    }
    DMID_TRY(const auto header, proof::decode_header(bundle.header));
    const bool trusted = call.has("--block") || call.has("--source");
    auto block = proof::agree(header, bundle.chain_id, proof::Tier::t1, 0, 0, false);
    if (trusted)
    {
        DMID_TRY(block, trusted_block(call, bundle, header));
    }
    DMID_TRY(auto verified, proof::verify(block, ref, number, bundle));
    if (!trusted)
        return fail(Errc::proof_untrusted_block,
                    "block " + std::to_string(header.number) + " " + to_hex0x(header.hash.view()));
    const auto record = proof::present(std::move(verified));
    if (!record)
        return tl::unexpected<Error>(record.error());
    DMID_TRY(const auto resolution, tool::resolution_of(*record, bundle, SystemClock{}.now()));
    auto json = tool::record_json(resolution);
    json["verified"] = true;
    call.out().value(json);
    call.out().line(call.out().shade(tool::Shade::good, "proven"));
    call.out().table(tool::record_table(resolution));
    if (config.chain.registry.empty())
        call.out().line("\nThe registry is the one that the file names; its code is this build's.");
    return {};
}
} // namespace

Rows resolve_commands()
{
    return {{"resolve",
             "Read an identifier's record by proof",
             {{"ID", "a number in any spacing, a DID, a tel: or CAIP-19 URI, an ENS name", true, true}},
             {{"--proof", "FILE", "write the proof bundle"},
              {"--safe", "", "read at the safe block"},
              {"--finalized", "", "read at the finalized block"}},
             resolve_id},
            {"verify",
             "Check a proof bundle against a block that you trust",
             {{"FILE", "a bundle that `dmid resolve --proof` or a node wrote; - is the standard input"}},
             {{"--block", "HASH", "the hash of its block, from a source that you trust"},
              {"--source", "URL", "endpoints that are asked for the hash; a majority decides", true, true}},
             verify_file,
             nullptr,
             "The trust comes from outside the file: without --block or --source the answer is no (exit 1),\n"
             "however consistent the file is. --number demands that it speaks of that number."}};
}
} // namespace dmid::commands
