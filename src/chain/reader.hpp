// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/agree.hpp"
#include "proof/bundle.hpp"
#include "proof/record.hpp"

#include <functional>
#include <mutex>
#include <optional>

namespace dmid::chain
{
/// Document bytes from elsewhere (the index, a cache), by hash. Not believed.
using DocumentSource = std::function<std::optional<Bytes>(const Hash32&)>;

/// A number's record, proven in the agreed block.
struct Reading
{
    proof::Verified verified;        ///< with the document where anyone had the bytes
    proof::Bundle bundle;            ///< what `dmid verify` needs
    std::string served_by;           ///< label of the endpoint whose proof it is
    std::vector<SetAside> set_aside; ///< endpoints that lied or failed on the way, each with its own code
};

/// Whether a read may have failed because the block was replaced between its agreement and the proof: a proof
/// is asked for by height, so that then an honest one does not hash to the agreed root, or shows absence
/// under another. Agree afresh after kBetweenBlocks and read once more; who lies will lie again. Any other
/// refusal stays one whatever the block.
bool may_be_of_another_block(const Error& error) noexcept;
/// A node that is just taking a block over may answer with the new state under the old head.
inline constexpr net::Millis kBetweenBlocks{150};

/// Reads records by proof. Endpoints are asked in order, those that vouched for the block first; one that
/// lies is set aside with its own code and the next one asked:
///   altered key chain.key-altered · altered owner chain.owner-altered · altered document
///   document.hash-mismatch · claimed absence chain.absence-claimed · proof nodes proof.* ·
///   other code proof.code-hash · wrong contract chain.wrong-contract · stale head chain.stale-head (agree).
/// Where every endpoint fails the first lie is the error, naming all; else the first failure.
/// The account part is verified once per block. Thread-safe; must not outlive the endpoints.
class RecordReader
{
public:
    /// chain.wrong-chain in every read if the registry is of another chain than the endpoints.
    RecordReader(const Endpoints& endpoints, proof::RegistryRef registry, DocumentSource documents = {});

    net::Task<Result<Reading>> read(const Agreement& agreement, model::Number number);
    /// The same from an earlier reading of the number: where the registry's storage has not changed since,
    /// the earlier proof holds under the account of the new block, which is asked for once per block and not
    /// once per number. Nothing where it has changed, or the account cannot be had: read() it.
    net::Task<std::optional<Reading>> renew(const Agreement& agreement, model::Number number,
                                            const Reading& earlier);

    const proof::RegistryRef& registry() const noexcept { return registry_; }

private:
    struct Account
    {
        proof::VerifiedRegistry registry;
        proof::Nodes nodes;
    };
    net::Task<Result<Account>> account_of(const Agreement& agreement);
    net::Task<Result<Reading>> read_from(Endpoint& endpoint, const Agreement& agreement,
                                         model::Number number);
    Result<Reading> verify_answer(const json::value& answer, const Agreement& agreement,
                                  model::Number number);
    net::Task<Result<Bytes>> fetch_document(Endpoint& endpoint, proof::VerifiedRecord record) const;
    net::Task<Result<>> add_document(Reading& reading, std::vector<std::size_t> order) const;
    std::optional<Account> cached(const Hash32& block) const;
    void keep(const Account& account);

    const Endpoints& endpoints_;
    proof::RegistryRef registry_;
    DocumentSource documents_;
    mutable std::mutex mutex_;
    std::vector<Account> accounts_; // the last few blocks
};
} // namespace dmid::chain
