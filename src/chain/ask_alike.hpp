// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/log_reader.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dmid::chain
{
/// What endpoints say alike of something that nobody proves: their word.
template <class T> struct Word
{
    T said;
    proof::AgreedBlock block; ///< in whose state they were asked
    unsigned agreeing = 0;    ///< endpoints that gave this answer
};

/// Asks the endpoints that vouched for the agreed block, one after the other, until as many as had to agree
/// on it have said the same. `ask(endpoint)` gives Task<Result<T>>; T compares. chain.no-agreement, naming
/// `about`, where they say different things; the first one's error where too few answer: an endpoint that
/// fails says nothing, neither yes nor no. Endpoints and `ask` must outlive the task.
template <class T, class Ask>
net::Task<Result<Word<T>>> ask_alike(const Endpoints& endpoints, Agreement agreement, const Ask& ask,
                                     std::string about)
{
    const auto sources = sources_of(endpoints, agreement);
    std::vector<std::pair<T, unsigned>> votes;
    std::optional<Error> first;
    for (const auto index : sources.order)
    {
        Result<T> said = co_await ask(endpoints.at(index));
        if (!said)
        {
            if (!first)
                first = std::move(said).error();
            continue;
        }
        std::size_t at = 0;
        while (at < votes.size() && votes[at].first != *said)
            ++at;
        if (at == votes.size())
            votes.emplace_back(*std::move(said), 0U);
        if (++votes[at].second >= sources.needed)
            co_return Word<T>{std::move(votes[at].first), agreement.block, votes[at].second};
    }
    if (first && votes.size() <= 1)
        co_return tl::unexpected<Error>(*std::move(first));
    co_return fail(Errc::chain_no_agreement, fmt::format("on {}: {} different answers", about, votes.size()));
}
} // namespace dmid::chain
