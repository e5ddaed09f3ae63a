// SPDX-License-Identifier: Apache-2.0
#include "chain/registry_abi.hpp"
#include "codec/json.hpp"
#include "codec/u256.hpp"
#include "doctor/checks.hpp"
#include "keys/key_dir.hpp"
#include "net/run_blocking.hpp"
#include "tool/chain_session.hpp"
#include "tool/own_numbers.hpp"
#include "tool/wire_text.hpp"

#include <algorithm>

namespace dmid::doctor
{
namespace
{
std::string due(std::uint64_t ready, UnixTime now)
{
    const auto at = static_cast<UnixTime>(ready);
    return at <= now ? ", and can be carried out now" : ", possible from " + tool::time_text(at);
}

/// lockState(): seven words (contracts/src/IDmidRegistry.sol).
void check_lock(const Patient& patient, tool::ChainSession& session, model::Number number, UnixTime now,
                Report& report)
{
    chain::json::object call{{"to", to_hex0x(session.registry().registry.view())},
                             {"data", to_hex0x(chain::registry::call_lock_state(number))}};
    const auto answer =
        net::run_blocking(session.endpoints().call_any("eth_call", {std::move(call), "latest"}));
    const auto bytes =
        answer ? codec::JsonItem(*answer, "lockState").data(7 * 32) : tl::unexpected<Error>(answer.error());
    if (!bytes || bytes->size() != 7 * 32)
        return;
    const auto word = [&](std::size_t i)
    {
        Hash32 raw;
        std::copy_n(bytes->begin() + static_cast<std::ptrdiff_t>(i * 32), 32, raw.data());
        return codec::U256::from_word(raw).to_u64().value_or(0);
    };
    const auto alive = [&](std::uint64_t ready, std::uint64_t expires)
    { return ready != 0 && static_cast<UnixTime>(expires) > now; };
    const auto cancel = patient.me + " unlock cancel --number " + number.digits();
    if (alive(word(2), word(3)))
        report.warning("number.announced", number.in_fours() + ": an unlock is announced" + due(word(2), now),
                       cancel);
    if (alive(word(5), word(6)))
        report.warning("number.announced",
                       number.in_fours() + ": a shorter delay is announced" + due(word(5), now),
                       "if it was not you, take it back: cancelDelay(" + number.digits() + ") of " +
                           to_hex0x(session.registry().registry.view()) + ", sent by the owner key");
}

/// The configuration's entry of a number; nullptr where there is none.
const config::ServedNumber* entry_of(const Patient& patient, model::Number number)
{
    for (const auto& entry : patient.config.numbers)
        if (const auto named = model::Number::parse(entry.number); named && *named == number)
            return &entry;
    return nullptr;
}

bool is_served(const boost::json::value& node, model::Number number)
{
    const auto numbers = tool::list_of(node, "numbers");
    return std::any_of(numbers.begin(), numbers.end(),
                       [&](const auto& one) { return tool::text_of(one, "number") == number.in_fours(); });
}

/// Whether a key of the folder is the one that the record names: senders seal to that one.
bool has_inbox_key(const std::filesystem::path& folder, const XOnlyKey& wanted)
{
    const auto entries = keys::KeyDir{folder}.list();
    return entries && std::any_of(entries->begin(), entries->end(),
                                  [&](const keys::KeyEntry& entry)
                                  { return entry.role == keys::Role::inbox && entry.info.x_only == wanted; });
}

/// Why the running node does not answer for a number of this home.
void check_served(const Patient& patient, const proof::VerifiedRecord& record, model::Number number,
                  Report& report)
{
    const auto name = number.in_fours();
    const auto restart = "restart the node: " + patient.me + " node";
    const auto* entry = entry_of(patient, number);
    const std::filesystem::path folder =
        entry != nullptr && !entry->keys.empty() ? entry->keys : patient.call.paths().keys.string();
    if (record.published() && !has_inbox_key(folder, record.inbox_key()))
        report.problem("number.key",
                       name + ": senders seal to a key that is not in " + folder.string() +
                           ": what arrives cannot be opened",
                       "put that inbox key back, or publish one that is here: " + patient.me +
                           " publish --number " + number.digits());
    if (!patient.node || is_served(*patient.node, number))
        return;
    if (entry == nullptr)
        report.problem("number.served", name + " is not served: no [[number]] names it",
                       "add to " + patient.call.paths().config.string() + ": [[number]] number = \"" +
                           number.digits() + "\", then " + restart);
    else if (record.published())
        report.problem("number.served", name + " is not served by the node, though it is configured",
                       restart);
}
} // namespace

void check_numbers(const Patient& patient, Report& report)
{
    const auto session = tool::ChainSession::open(patient.call);
    if (!session)
        return; // said already
    const auto numbers = tool::own_numbers(patient.call, (*session)->network());
    if (!numbers)
        return report.failed("number", numbers.error());
    if (numbers->empty())
        report.warning("number", "no number of this home is on this registry", patient.me + " mint");
    const auto now = SystemClock{}.now();
    for (const auto number : *numbers)
    {
        const auto name = number.in_fours();
        const auto reading = (*session)->read(number);
        const auto record = reading ? tool::record_of(*reading) : tl::unexpected<Error>(reading.error());
        if (!record)
        {
            report.failed("number", record.error());
            continue;
        }
        if (record->has_flag(proof::kFlagRecoveryAnnounced))
            report.problem(
                "number.announced", name + ": a recovery is announced: guardians want another owner",
                "if it was not you, veto it with the guard key; " + patient.me + " show " + number.digits());
        if (record->has_flag(proof::kFlagClaimAnnounced))
            report.problem("number.announced", name + ": its heir claims it",
                           "any signature of yours ends it; " + patient.me + " show " + number.digits());
        if (record->has_flag(proof::kFlagFrozen))
            report.warning("number.frozen", name + " is frozen: nothing of it can be changed",
                           patient.me + " show " + number.digits());
        if (!record->has_flag(proof::kFlagLocked))
            report.warning("number.lock", name + " is unlocked: the owner key alone can move it",
                           patient.me + " lock --number " + number.digits());
        if (!record->published())
            report.problem("number.document", name + " is not published: nobody can write to it",
                           patient.me + " publish --number " + number.digits());
        else
            report.ok("number.document",
                      name + " is published, at block " + std::to_string(record->published_block()));
        check_lock(patient, **session, number, now, report);
        check_served(patient, *record, number, report);
    }
}
} // namespace dmid::doctor
