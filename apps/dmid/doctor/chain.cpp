// SPDX-License-Identifier: Apache-2.0
#include "chain/agree.hpp"
#include "chain/registry_abi.hpp"
#include "codec/json.hpp"
#include "codec/u256.hpp"
#include "crypto/keccak.hpp"
#include "doctor/checks.hpp"
#include "net/run_blocking.hpp"
#include "tool/chain_session.hpp"
#include "tool/own_numbers.hpp"

#include <chrono>
#include <cstdlib>

namespace dmid::doctor
{
namespace
{
/// Seconds that a clock may differ from block time and still be right: blocks come every 12 s on the main
/// chain, up to two minutes on the chain of `dmid up`.
constexpr UnixTime kSlowBlocks = 180;
/// The nodes of a network refuse blocks from the future: one ahead of us means that our clock is behind.
constexpr UnixTime kAhead = 15;
/// How far back a proof must reach where contacts and tickets are read from finalized.
constexpr std::uint64_t kArchiveDepth = 1000;

net::Task<Result<chain::json::value>> ask(chain::Endpoint& endpoint, std::string method,
                                          chain::json::array params)
{
    chain::RpcCall call{std::move(method), std::move(params)};
    auto outcome = co_await endpoint.ask(std::move(call));
    if (!outcome)
        co_return tl::unexpected<Error>(outcome.error());
    if (const auto* refusal = std::get_if<chain::RpcRefusal>(&*outcome))
        co_return fail(Errc::chain_rpc_error, refusal->message);
    co_return std::get<chain::json::value>(std::move(*outcome));
}

Result<chain::json::value> ask_now(chain::Endpoint& endpoint, std::string method, chain::json::array params)
{
    return net::run_blocking(ask(endpoint, std::move(method), std::move(params)));
}

std::string mend_endpoint(const Patient& patient)
{
    return "correct or replace its [[chain.endpoint]] in " + patient.call.paths().config.string();
}

/// What one endpoint has: its head, its past, the contract. Gives the head.
std::optional<proof::BlockHeader> check_endpoint(const Patient& patient, tool::ChainSession& session,
                                                 std::size_t at, Report& report)
{
    auto& endpoint = session.endpoints().at(at);
    const auto label = patient.config.chain.endpoints.empty() ? std::string{"local"}
                                                              : patient.config.chain.endpoints[at].label;
    if (const auto right = net::run_blocking(session.endpoints().check_chain(at)); !right)
    {
        report.failed("chain.endpoint", right.error(), mend_endpoint(patient));
        return std::nullopt;
    }
    const auto head = net::run_blocking(chain::fetch_header(endpoint, "latest"));
    if (!head)
    {
        report.failed("chain.endpoint", head.error(), mend_endpoint(patient));
        return std::nullopt;
    }
    const auto height = head->header.number;
    report.ok("chain.endpoint", label + " answers, at block " + std::to_string(height));
    const auto registry = to_hex0x(session.registry().registry.view());
    const auto old = height > kArchiveDepth ? height - kArchiveDepth : 1;
    const auto proof = ask_now(endpoint, "eth_getProof",
                               {registry, chain::json::array{}, codec::to_quantity(std::min(old, height))});
    if (proof)
        report.ok("chain.archive", label + " proves old blocks (" + std::to_string(old) + ")");
    else
        report.warning("chain.archive",
                       label + " proves nothing of block " + std::to_string(old) + ": " +
                           to_string(proof.error()) + "; audits of the past need an archive",
                       "add a [[chain.endpoint]] with an archive (a new local chain gets there by itself)");
    const auto code = ask_now(endpoint, "eth_getCode", {registry, "latest"});
    const auto bytes =
        code ? codec::JsonItem(*code, "eth_getCode").data() : tl::unexpected<Error>(code.error());
    if (!bytes)
        report.failed("chain.code", bytes.error(), mend_endpoint(patient));
    else if (bytes->empty())
        report.problem("chain.code", "there is no contract at " + registry + " by the word of " + label,
                       "correct [chain] registry; on a new local chain: " + patient.me + " deploy");
    else if (crypto::keccak256(*bytes) != session.registry().code_hash)
        report.problem("chain.code", "the contract at " + registry + " is another than this program knows",
                       "correct [chain] registry, or [chain] code_hash where you know better");
    else
        report.ok("chain.code", "the registry's code is the pinned one, says " + label);
    return head->header;
}

void check_clock(const UnixTime now, const proof::AgreedBlock& block, Report& report)
{
    if (block.timestamp > now + kAhead)
        report.problem(
            "clock", "this clock is " + std::to_string(block.timestamp - now) + " s behind the newest block",
            "timedatectl set-ntp true");
    else if (now > block.timestamp + proof::kStaleLatest)
        report.warning("clock",
                       "the newest block is " + tool::span_text(now - block.timestamp) +
                           " old: the chain stands still, or this clock is ahead",
                       "date -u, and compare; timedatectl set-ntp true");
    else if (now > block.timestamp + kSlowBlocks)
        report.warning("clock", "the newest block is " + tool::span_text(now - block.timestamp) + " old",
                       "date -u, and compare; timedatectl set-ntp true");
    else
        report.ok("clock", "agrees with block time; finer than " + std::to_string(kSlowBlocks) +
                               " s cannot be told from blocks");
}

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
                       number.in_fours() + ": another delay is announced" + due(word(5), now),
                       patient.me + " show " + number.digits());
}
} // namespace

void check_chain(const Patient& patient, Report& report)
{
    const auto session = tool::ChainSession::open(patient.call);
    if (!session)
    {
        report.failed("chain", session.error(),
                      "set [chain] registry in " + patient.call.paths().config.string() +
                          "; or, for a chain of your own: " + patient.me + " up");
        return;
    }
    const auto& endpoints = (*session)->endpoints();
    for (std::size_t i = 0; i < endpoints.size(); ++i)
        check_endpoint(patient, **session, i, report);
    if (endpoints.size() < 3 && patient.config.chain.id != chain::kLocalChain)
        report.warning("chain.trust",
                       "with " + std::to_string(endpoints.size()) +
                           " endpoint(s) their operator's word is taken for the block",
                       "name three [[chain.endpoint]] of different operators");
    const auto agreement = net::run_blocking(chain::agree_block(endpoints, chain::Finality::latest));
    if (!agreement)
    {
        report.failed("chain.agreement", agreement.error(), mend_endpoint(patient));
        return;
    }
    for (const auto& aside : agreement->set_aside)
        report.failed("chain.agreement", aside.error, mend_endpoint(patient));
    if (agreement->set_aside.empty())
        report.ok("chain.agreement", std::to_string(agreement->block.agreeing) + " of " +
                                         std::to_string(agreement->block.asked) + " agree on block " +
                                         std::to_string(agreement->block.number));
    check_clock(SystemClock{}.now(), agreement->block, report);
}

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
    }
}
} // namespace dmid::doctor
