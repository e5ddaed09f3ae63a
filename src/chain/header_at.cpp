// SPDX-License-Identifier: Apache-2.0
#include "chain/header_at.hpp"

#include "chain/log_reader.hpp"
#include "codec/json.hpp"

#include <fmt/format.h>

#include <map>

namespace dmid::chain
{
net::Task<Result<HeaderAnswer>> header_at(const Endpoints& endpoints, Agreement head, std::uint64_t height)
{
    const auto sources = sources_of(endpoints, head);
    std::map<Hash32, unsigned> votes;
    std::optional<Error> first;
    for (const auto endpoint : sources.order)
    {
        auto answer = co_await fetch_header(endpoints.at(endpoint), codec::to_quantity(height));
        if (answer && answer->header.number != height)
            answer = endpoints.at(endpoint).failure(Errc::chain_bad_answer, "a block of another height");
        if (answer && ++votes[answer->header.hash] >= sources.needed)
            co_return *std::move(answer);
        if (!answer && !first)
            first = std::move(answer).error();
    }
    if (votes.size() <= 1 && first)
        co_return tl::unexpected<Error>(*std::move(first));
    co_return fail(Errc::chain_no_agreement, fmt::format("on block {}", height));
}
} // namespace dmid::chain
