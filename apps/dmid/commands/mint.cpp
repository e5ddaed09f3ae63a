// SPDX-License-Identifier: Apache-2.0
#include "codec/address.hpp"
#include "commands/groups.hpp"
#include "model/identifier.hpp"
#include "tool/own_numbers.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;

struct Recipient
{
    Address address;
    std::string plan; ///< names the mint: the same one goes on
    bool ours = true;
};

/// --to, or the owner key --owner, which is made where it is missing: an address for this number alone.
Result<Recipient> recipient_of(const Invocation& call, tool::KeyRing& ring)
{
    if (call.has("--to"))
    {
        DMID_TRY(const auto address, codec::parse_address(call.word("--to")));
        return Recipient{address, "to-" + to_hex(address.view().first(12)),
                         ring.label_of(keys::Role::owner, address).has_value()};
    }
    const auto label = call.word("--owner");
    if (!label.empty() && !ring.dir().exists(keys::Role::owner, label))
    {
        call.out().progress("making " + tool::key_name(keys::Role::owner, label));
        DMID_TRY(ring.create(keys::Role::owner, label));
    }
    DMID_TRY(const auto address, ring.address(keys::Role::owner, label));
    return Recipient{address, label.empty() ? "first" : label.substr(0, 32), true};
}

Result<> mint(const Invocation& call)
{
    DMID_TRY(const auto seconds, call.count("--wait", 86400));
    tool::KeyRing ring{call};
    DMID_TRY(const auto session, tool::ChainSession::open(call));
    DMID_TRY(const auto recipient, recipient_of(call, ring));
    DMID_TRY(session->open_payer(ring));
    // Owners are public: an address with a past ties the number to it for good.
    DMID_TRY(const bool known, session->has_history(recipient.address));
    if (known)
        call.out().warn(codec::checksum_address(recipient.address) +
                        " has a history on this chain, which everyone can tie to the number");
    call.out().progress("minting to " + codec::checksum_address(recipient.address) +
                        "; the number is drawn two blocks after the commitment");
    DMID_TRY(const auto minted,
             session->mint(recipient.plan, recipient.address, std::chrono::seconds{seconds.value_or(600)}));
    if (recipient.ours)
    {
        DMID_TRY(tool::remember_number(call, session->network(), minted.number));
    }
    const auto did = model::to_did({session->network(), minted.number, std::nullopt});
    call.out().value({{"number", minted.number.in_fours()},
                      {"id", did},
                      {"owner", codec::checksum_address(minted.recipient)},
                      {"block", minted.block}});
    call.out().line(call.out().shade(tool::Shade::strong, minted.number.in_fours()));
    call.out().line(did);
    call.out().line("owned by " + codec::checksum_address(minted.recipient) + " since block " +
                    std::to_string(minted.block) + ". Next: `dmid publish`.");
    return {};
}
} // namespace

Rows mint_commands()
{
    return {{"mint",
             "Make a number yours; cut anywhere, it goes on when called again",
             {},
             {{"--owner", "LABEL", "the owner key owner.LABEL, made if missing: for a further number"},
              {"--to", "ADDRESS", "an owner whose key is elsewhere"},
              {"--wait", "SECONDS", "how long to wait for blocks (600)"}},
             mint,
             nullptr,
             "The payer sends two transactions: a commitment and, two blocks later, the mint. The same call "
             "again\n"
             "gives the same number; a further one takes --owner LABEL."}};
}
} // namespace dmid::commands
