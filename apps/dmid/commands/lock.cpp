// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "proof/layout.hpp"
#include "tool/own_numbers.hpp"

namespace dmid::commands
{
namespace
{
using chain::registry::LockStep;
using tool::Invocation;

Result<> take_step(const Invocation& call, LockStep step, std::string_view state, std::string_view words)
{
    tool::KeyRing ring{call};
    DMID_TRY(const auto session, tool::ChainSession::open(call));
    DMID_TRY(const auto number, tool::own_number(call, session->network()));
    DMID_TRY(const auto reading, session->read(number));
    DMID_TRY(const auto record, tool::record_of(reading));
    DMID_TRY(const auto owner, tool::open_owner(ring, record));
    DMID_TRY(session->open_payer(ring));
    DMID_TRY(const auto receipt, session->lock_step(owner, number, step));
    call.out().value({{"number", number.in_fours()}, {"state", state}, {"block", receipt.block}});
    call.out().line(number.in_fours() + ": " + std::string{words});
    return {};
}

Result<> lock(const Invocation& call)
{
    return take_step(call, LockStep::lock, "locked",
                     "locked. It cannot be transferred or approved, whatever operators exist.");
}
Result<> announce(const Invocation& call)
{
    return take_step(call, LockStep::announce_unlock, "unlock-announced",
                     "unlock announced. After the delay (24 hours unless you changed it): "
                     "`dmid unlock execute`, within 14 days.");
}
Result<> execute(const Invocation& call)
{
    return take_step(call, LockStep::execute_unlock, "unlocked",
                     "unlocked. `dmid lock` takes effect at once.");
}
Result<> cancel(const Invocation& call)
{
    return take_step(call, LockStep::cancel_unlock, "locked",
                     "the announced unlock is cancelled; still locked.");
}
} // namespace

Rows lock_commands()
{
    return {{"lock", "Lock your number against transfer, at once", {}, {}, lock},
            {"unlock announce", "Announce an unlock; it can be executed after the delay", {}, {}, announce},
            {"unlock execute", "Unlock, once the announced delay is over", {}, {}, execute},
            {"unlock cancel", "Take an announced unlock back", {}, {}, cancel}};
}
} // namespace dmid::commands
