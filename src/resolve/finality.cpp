// SPDX-License-Identifier: Apache-2.0
#include "chain/header_at.hpp"
#include "resolve/resolver.hpp"

#include <algorithm>

// What is final, and since when: the part of the resolver that looks below the head.
namespace dmid::resolve
{
namespace
{
/// Publishing blocks whose times are kept.
constexpr std::size_t kKeptTimes = 256;
} // namespace

net::Task<std::uint64_t> Resolver::final_height(std::uint64_t wanted)
{
    bool by_depth = false;
    {
        const std::lock_guard hold{mutex_};
        if (wanted <= final_ || std::chrono::steady_clock::now() < final_until_)
            co_return final_;
        by_depth = !final_named_;
    }
    std::uint64_t height = 0;
    const auto named = co_await chain::agree_block(endpoints_, chain::Finality::finalized);
    // Where somebody has named a finalized block before, a failure of the moment moves nothing.
    if (!named && by_depth)
    {
        const auto head = co_await agreement(chain::Finality::latest);
        if (head && head->block.number > kFinalDepth)
            height = head->block.number - kFinalDepth;
    }
    const std::lock_guard hold{mutex_};
    const auto before = final_;
    if (named)
    {
        final_ = final_named_ ? std::max(final_, named->block.number) : named->block.number;
        final_named_ = true;
    }
    else if (!final_named_)
        final_ = std::max(final_, height);
    final_until_ = net::deadline_in(options_.final_for);
    if (final_ != before)
        begin_edition();
    co_return final_;
}

net::Task<bool> Resolver::is_final(const proof::VerifiedRecord& record)
{
    if (!record.published())
        co_return false;
    if (record.block().finalized)
        co_return true;
    const std::uint64_t at = record.published_block();
    co_return at <= co_await final_height(at);
}

net::Task<Result<UnixTime>> Resolver::published_for(const proof::VerifiedRecord& record)
{
    if (!record.published())
        co_return fail(Errc::resolve_not_published);
    const std::uint64_t at = record.published_block();
    const auto read_at = record.block().timestamp;
    {
        const std::lock_guard hold{mutex_};
        if (const auto known = published_.find(at); known != published_.end())
            co_return std::max<UnixTime>(0, read_at - known->second);
    }
    auto head = co_await agreement(chain::Finality::latest);
    if (!head)
        co_return tl::unexpected<Error>(std::move(head).error());
    auto header = co_await chain::header_at(endpoints_, *std::move(head), at);
    if (!header)
        co_return tl::unexpected<Error>(std::move(header).error());
    const auto time = header->header.timestamp;
    const std::lock_guard hold{mutex_};
    // A reorg may yet move a block that is not final by some seconds; its time is asked for again.
    if (at <= final_)
    {
        if (published_.size() >= kKeptTimes)
            published_.clear();
        published_.emplace(at, time);
    }
    co_return std::max<UnixTime>(0, read_at - time);
}

// Who wants to hear of what was proven: the index holds its events against it.
void Resolver::tell(const chain::Agreement& agreement, const proof::VerifiedRecord& record) const
{
    if (!options_.on_record)
        return;
    std::vector<std::string> vouched;
    for (const auto endpoint : agreement.vouched)
        vouched.push_back(endpoints_.at(endpoint).label());
    options_.on_record(record, vouched);
}
} // namespace dmid::resolve
