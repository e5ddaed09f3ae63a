// SPDX-License-Identifier: Apache-2.0
#include "codec/address.hpp"
#include "commands/groups.hpp"
#include "crypto/keccak.hpp"
#include "tool/build_info.hpp"
#include "tool/chain_session.hpp"

namespace dmid::commands
{
namespace
{
Result<> deploy(const tool::Invocation& call)
{
    DMID_TRY(const auto config, call.config());
    if (config.chain.id != chain::kLocalChain)
    {
        DMID_TRY(tool::confirm(call, "deploy a registry on chain " + std::to_string(config.chain.id) +
                                         ", which costs about 4 million gas?"));
    }
    tool::KeyRing ring{call};
    DMID_TRY(const auto session, tool::ChainSession::open(call, false));
    DMID_TRY(session->open_payer(ring));
    DMID_TRY(auto code, from_hex(tool::registry_creation_code()));
    call.out().progress("deploying the registry from " + codec::checksum_address(session->payer()));
    DMID_TRY(const auto made,
             session->deploy(std::move(code), crypto::keccak256(as_bytes(call.word("--salt")))));
    const auto address = codec::checksum_address(made.ref.registry);
    const auto hash = to_hex0x(made.ref.code_hash.view());
    call.out().value(
        {{"registry", address}, {"code_hash", hash}, {"chain", made.ref.chain_id}, {"block", made.block}});
    tool::Table rows;
    rows.row({"registry", address});
    rows.row({"code hash", hash});
    rows.row({"chain", std::to_string(made.ref.chain_id)});
    rows.row({"block", std::to_string(made.block)});
    call.out().table(rows);
    call.out().line("\nWrite it into the configuration: [chain] registry = \"" + address + "\"");
    call.out().line("This deployment is a rehearsal: no canonical registry has been named yet.");
    return {};
}
} // namespace

Rows deploy_commands()
{
    return {{"deploy",
             "Deploy this build's registry to a local chain",
             {},
             {{"--salt", "TEXT", "tells several deployments of one payer apart; the same one is made once"}},
             deploy}};
}
} // namespace dmid::commands
