// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "chain/agree.hpp"
#include "chain/reader.hpp"
#include "chain/wallet_check.hpp"
#include "model/document.hpp"
#include "model/identifier.hpp"
#include "proof/bundle.hpp"
#include "proof/record.hpp"
#include "resolve/name.hpp"
#include "resolve/record_cache.hpp"
#include "resolve/resolution.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dmid::resolve
{
struct ResolveOptions
{
    net::Millis agreement_for{2'000};  ///< how long one agreed block serves reads at latest
    net::Millis finalized_for{30'000}; ///< the same at safe and finalized
    net::Millis offered_for{15'000};   ///< how long a block that offer() gave serves
    std::size_t cached_records = 4096; ///< readings kept for each finality, all of one block
    net::Millis final_for{2'000};      ///< how long an answer to "what is final" serves who wants a newer one
    /// Address of the ENS registry; absent: names are not looked up.
    std::optional<Address> ens_registry{};
    /// Told of every record that was proven afresh, with the labels of who vouched for its block; on the
    /// reader's thread.
    std::function<void(const proof::VerifiedRecord&, const std::vector<std::string>& vouched)> on_record;
};

/// Where no endpoint names a finalized block, one that so many others stand upon counts as final: two epochs,
/// which is where finality stands on mainnet in ordinary times.
inline constexpr std::uint64_t kFinalDepth = 64;

/// Any identifier → VerifiedRecord. One registry; the object of the node and the command line. Thread-safe;
/// must not outlive its arguments.
class Resolver
{
public:
    Resolver(const chain::Endpoints& endpoints, proof::RegistryRef registry, const Clock& clock,
             chain::DocumentSource documents = {}, ResolveOptions options = {});

    /// Reads an identifier in any form and resolves it. number.* and internal.unsupported for what is no
    /// identifier here; number.network where it names another deployment than the configured one;
    /// resolve.not-minted where absence is proven; document.* where the published document breaks its own
    /// promises; errors of chain:: otherwise. A stale block is no error here: look at `stale`.
    net::Task<Result<Resolution>> resolve(std::string text,
                                          chain::Finality finality = chain::Finality::latest);
    /// The same for a number of the configured registry.
    net::Task<Result<Resolution>> resolve(model::Number number,
                                          chain::Finality finality = chain::Finality::latest);

    /// The number that a name stands for: its text record (by the word of endpoints, in an agreed block)
    /// leads to it, and its document (by proof) lists the name. name.invalid; name.not-looked-up without
    /// ResolveOptions::ens_registry; name.no-number, name.off-chain; name.one-sided where the number does not
    /// list the name; resolve.stale; document.unavailable where nobody gives the document; errors of
    /// chain::ask_ens_text() and resolve().
    net::Task<Result<NameFound>> find_name(std::string text,
                                           chain::Finality finality = chain::Finality::latest);

    /// The present agreed block, at most as old as the options say.
    net::Task<Result<chain::Agreement>> agreement(chain::Finality finality);
    /// Whether the keys that the record publishes are final: its publishing block is at or below the
    /// finalized one, or kFinalDepth below the head where no endpoint has ever named one. A transfer takes
    /// the keys away, so the epoch of keys that are final is final too. False where nothing is published.
    /// What was final once stays so until forget().
    net::Task<bool> is_final(const proof::VerifiedRecord& record);
    /// Seconds of block time from the record's publishing block to the block that it was read in. Its header
    /// is taken from as many endpoints as had to agree on the head. Errors of chain::header_at();
    /// resolve.not-published.
    net::Task<Result<UnixTime>> published_for(const proof::VerifiedRecord& record);
    /// What the contract at `wallet` says of a signature, at the present agreed block; a no
    /// is asked for once more where there is a newer one by now. Errors of
    /// chain::ask_wallet(); resolve.stale where that block is too old to go by.
    net::Task<Result<chain::WalletWord>> ask_wallet(Address wallet, Hash32 digest,
                                                    codec::ContractSignature signature);
    /// Takes over the newest agreed block from whoever follows the chain anyway (chain::Follower): while they
    /// come, reads at latest ask nobody for a block. From any thread.
    void offer(const chain::Agreement& latest);
    /// Forgets agreed blocks and readings: after this process has itself changed the record.
    void forget();
    /// Another number whenever anything that answers rest on has changed here (the agreed blocks, what is
    /// final): what was resolved whole under one edition is, but for its age, what resolving it again would
    /// give.
    std::uint64_t edition() const noexcept { return edition_.load(std::memory_order_acquire); }

    const proof::RegistryRef& registry() const noexcept { return registry_; }
    model::Network network() const noexcept { return {registry_.chain_id, registry_.registry}; }

private:
    struct Held
    {
        chain::Agreement agreement;
        net::Deadline until;
    };
    /// Agrees whatever is held, and holds it.
    net::Task<Result<chain::Agreement>> agree_anew(chain::Finality finality);
    net::Task<Result<Resolution>> resolve_identifier(model::Identifier identifier, chain::Finality finality);
    net::Task<Result<AnswerPtr>> read(const chain::Agreement& agreement, model::Number number,
                                      chain::Finality finality);
    net::Task<std::uint64_t> final_height(std::uint64_t wanted);
    void tell(const chain::Agreement& agreement, const proof::VerifiedRecord& record) const;

    const chain::Endpoints& endpoints_;
    proof::RegistryRef registry_;
    const Clock& clock_;
    ResolveOptions options_;
    chain::RecordReader reader_;
    /// Under the mutex.
    void begin_edition() noexcept { edition_.fetch_add(1, std::memory_order_release); }

    std::atomic<std::uint64_t> edition_ = 0;
    std::mutex mutex_;
    std::array<std::optional<Held>, 3> held_; // by finality, as the caches
    std::array<RecordCache, 3> caches_;
    std::uint64_t final_ = 0;  ///< the greatest height known to be final
    bool final_named_ = false; ///< an endpoint named it; otherwise it goes by depth
    net::Deadline final_until_{};
    std::map<std::uint64_t, UnixTime> published_; ///< times of publishing blocks, a few
};
} // namespace dmid::resolve
