// SPDX-License-Identifier: Apache-2.0
#include "chain/agree.hpp"
#include "chain/reader.hpp"
#include "codec/json.hpp"
#include "crypto/keccak.hpp"
#include "doctor/checks.hpp"
#include "net/http_client.hpp"
#include "net/run_blocking.hpp"
#include "node/dialing.hpp"
#include "tool/chain_session.hpp"
#include "tool/own_numbers.hpp"

#include <algorithm>

namespace dmid::doctor
{
namespace
{
/// Seconds that a clock may differ from block time and still be right: blocks come every 12 s on the main
/// chain, up to two minutes on the chain of `dmid up`.
constexpr UnixTime kSlowBlocks = 180;
/// The nodes of a network refuse blocks from the future: one ahead of us means that our clock is behind.
constexpr UnixTime kAhead = 15;
/// Blocks behind the foremost endpoint that no reorg explains.
constexpr std::uint64_t kFarBehind = 10;
/// Stands for a number where this home has none: its absence is proven.
constexpr std::string_view kAnyNumber = "8312345678901210";
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

/// The registry's code by the endpoint's word.
void check_code(const Patient& patient, const tool::ChainSession& session, chain::Endpoint& endpoint,
                Report& report)
{
    const auto& label = endpoint.label();
    const auto registry = to_hex0x(session.registry().registry.view());
    const auto code = ask_now(endpoint, "eth_getCode", {registry, "latest"});
    const auto bytes =
        code ? codec::JsonItem(*code, "eth_getCode").data() : tl::unexpected<Error>(code.error());
    if (!bytes)
        report.failed("chain.code", bytes.error(), mend_endpoint(patient));
    else if (bytes->empty())
        report.problem("chain.code", "there is no contract at " + registry + " by the word of " + label,
                       "correct [chain] registry; on a new local chain: " + patient.me + " deploy");
    else if (crypto::keccak256(*bytes) != session.registry().code_hash)
        report.problem("chain.code",
                       "the contract at " + registry + " is another than this program knows, says " + label,
                       "correct [chain] registry, or [chain] code_hash where you know better");
    else
        report.ok("chain.code", "the registry's code is the pinned one, says " + label);
}

/// Whether it proves what is long past.
void check_archive(const tool::ChainSession& session, chain::Endpoint& endpoint, std::uint64_t height,
                   Report& report)
{
    const auto& label = endpoint.label();
    const auto old = height > kArchiveDepth ? height - kArchiveDepth : std::min<std::uint64_t>(height, 1);
    const auto proof = ask_now(
        endpoint, "eth_getProof",
        {to_hex0x(session.registry().registry.view()), chain::json::array{}, codec::to_quantity(old)});
    if (proof)
        report.ok("chain.archive", label + " proves old blocks (" + std::to_string(old) + ")");
    else
        report.warning("chain.archive",
                       label + " proves nothing of block " + std::to_string(old) + ": " +
                           to_string(proof.error()) + "; audits of the past need an archive",
                       "add a [[chain.endpoint]] with an archive (a new local chain gets there by itself)");
}

using Heads = std::vector<std::optional<proof::BlockHeader>>;

/// What one endpoint has: its head, its past, the contract. Gives the head.
std::optional<proof::BlockHeader> check_endpoint(const Patient& patient, tool::ChainSession& session,
                                                 std::size_t at, Report& report)
{
    auto& endpoint = session.endpoints().at(at);
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
    report.ok("chain.endpoint", endpoint.label() + " answers, at block " + std::to_string(height));
    check_archive(session, endpoint, height, report);
    check_code(patient, session, endpoint, report);
    return head->header;
}

/// Who is behind the foremost.
void check_lag(const Patient& patient, const tool::ChainSession& session, const Heads& heads, Report& report)
{
    const proof::BlockHeader* first = nullptr;
    for (const auto& head : heads)
        if (head && (first == nullptr || head->number > first->number))
            first = &*head;
    for (std::size_t i = 0; i < heads.size(); ++i)
    {
        if (!heads[i] || first->number - heads[i]->number <= chain::kReorgDepth)
            continue;
        const auto blocks = first->number - heads[i]->number;
        const auto time =
            static_cast<UnixTime>(first->timestamp) - static_cast<UnixTime>(heads[i]->timestamp);
        const auto words = session.endpoints().at(i).label() + " is " + std::to_string(blocks) + " blocks (" +
                           std::to_string(time) + " s) behind the foremost";
        if (blocks > kFarBehind || time > chain::kMaxLag)
            report.warning("chain.lag", words, mend_endpoint(patient));
    }
    if (first != nullptr && report.find("chain.lag") == nullptr)
        report.ok("chain.lag", "none is behind");
}

/// Asks each endpoint alone for the proof of one number in the agreed block: with several, a liar would
/// otherwise be passed over in silence.
void check_proofs(const Patient& patient, const tool::ChainSession& session,
                  const chain::Agreement& agreement, Report& report)
{
    const auto own = tool::own_numbers(patient.call, session.network());
    const auto number = own && !own->empty() ? own->front() : model::Number::parse(kAnyNumber).value();
    const auto all = tool::chain_config_of(patient.config.chain);
    const auto dialer = node::dialer_of(patient.config);
    for (std::size_t i = 0; i < all.endpoints.size() && dialer; ++i)
    {
        auto alone = all;
        alone.endpoints = {all.endpoints[i]};
        alone.quorum = 0;
        net::HttpClient http{*dialer};
        const auto endpoints = chain::Endpoints::make(http, alone);
        if (!endpoints)
            continue;
        auto block = agreement;
        block.vouched = {0};
        chain::RecordReader reader{**endpoints, session.registry()};
        const auto reading = net::run_blocking(reader.read(block, number));
        const auto& label = all.endpoints[i].label;
        if (!reading)
            report.failed("chain.proof", reading.error(), mend_endpoint(patient));
        else if (!reading->set_aside.empty())
            report.failed("chain.proof", reading->set_aside.front().error, mend_endpoint(patient));
        else
            report.ok("chain.proof", label + " proves " + number.in_fours() + " in the agreed block");
    }
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
    Heads heads;
    for (std::size_t i = 0; i < endpoints.size(); ++i)
        heads.push_back(check_endpoint(patient, **session, i, report));
    check_lag(patient, **session, heads, report);
    check_server_time(patient, report);
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
    check_proofs(patient, **session, *agreement, report);
    check_clock(SystemClock{}.now(), agreement->block, report);
}
} // namespace dmid::doctor
