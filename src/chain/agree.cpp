// SPDX-License-Identifier: Apache-2.0
#include "chain/agree.hpp"

#include "chain/gather.hpp"
#include "codec/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace dmid::chain
{
namespace
{
// What one endpoint says of one block.
struct Voice
{
    std::size_t index = 0;
    HeaderAnswer head;
};

net::Task<Result<Voice>> listen(const Endpoints& endpoints, std::size_t index, std::string block)
{
    auto chain = co_await endpoints.check_chain(index);
    if (!chain)
        co_return tl::unexpected<Error>(std::move(chain).error());
    auto head = co_await fetch_header(endpoints.at(index), std::move(block));
    if (!head)
        co_return tl::unexpected<Error>(std::move(head).error());
    Voice voice;
    voice.index = index;
    voice.head = *std::move(head);
    co_return voice;
}

// Asks several endpoints at once; who fails is set aside.
net::Task<std::vector<Voice>> listen_all(const Endpoints& endpoints, std::vector<std::size_t> indices,
                                         std::string block, std::vector<SetAside>& set_aside)
{
    std::vector<net::Task<Result<Voice>>> tasks;
    for (const auto index : indices)
        tasks.push_back(listen(endpoints, index, block));
    auto answers = co_await gather(std::move(tasks));
    std::vector<Voice> voices;
    for (std::size_t i = 0; i < answers.size(); ++i)
    {
        if (answers[i])
            voices.push_back(*std::move(answers[i]));
        else
            set_aside.push_back({endpoints.at(indices[i]).label(), std::move(answers[i]).error()});
    }
    co_return voices;
}

std::string tag_of(Finality finality)
{
    return std::string{to_text(finality)};
}

Agreement agreement_of(const Endpoints& endpoints, const HeaderAnswer& head, proof::Tier tier,
                       std::vector<std::size_t> vouched, Finality finality)
{
    Agreement made;
    made.block = proof::agree(head.header, endpoints.chain_id(), tier, static_cast<unsigned>(vouched.size()),
                              static_cast<unsigned>(endpoints.size()), finality == Finality::finalized);
    if (tier == proof::Tier::t3)
        made.block.asked = 1;
    made.header = head.rlp;
    made.vouched = std::move(vouched);
    return made;
}

// The words of everyone who was set aside, for an error.
std::string all_words(const std::vector<SetAside>& set_aside)
{
    std::string words;
    for (const auto& one : set_aside)
        words.append(words.empty() ? "" : "; ").append(to_string(one.error));
    return words;
}

// The hash that at least `quorum` voices give, if any.
std::optional<Hash32> majority(const std::vector<Voice>& voices, unsigned quorum)
{
    std::map<Hash32, unsigned> votes;
    for (const auto& voice : voices)
        if (++votes[voice.head.header.hash] >= quorum)
            return voice.head.header.hash;
    return std::nullopt;
}

std::string short_hash(const Hash32& hash)
{
    return to_hex0x(hash.view().first(6));
}

// Names whoever gave another hash at the agreed height, or stands too far behind it.
void name_dissenters(const Endpoints& endpoints, const std::vector<Voice>& heads,
                     const std::vector<Voice>& at_height, Agreement& made, Finality finality)
{
    const auto& block = made.block;
    for (const auto& voice : at_height)
        if (voice.head.header.hash != block.hash)
            made.set_aside.push_back(
                {endpoints.at(voice.index).label(),
                 endpoints.at(voice.index)
                     .failure(Errc::chain_no_agreement,
                              fmt::format("block {} is {} there, {} for the others", block.number,
                                          short_hash(voice.head.header.hash), short_hash(block.hash)))
                     .value()});
    const auto allowed = finality == Finality::latest ? kMaxLag : kMaxLagFinalized;
    for (const auto& voice : heads)
    {
        const auto behind = block.timestamp - voice.head.header.timestamp;
        if (behind > allowed)
            made.set_aside.push_back(
                {endpoints.at(voice.index).label(),
                 endpoints.at(voice.index)
                     .failure(Errc::chain_stale_head,
                              fmt::format("its head {} is {} s behind", voice.head.header.number, behind))
                     .value()});
    }
}

// The greatest height that `quorum` of the heads have reached.
std::uint64_t common_height(const std::vector<Voice>& heads, unsigned quorum)
{
    std::vector<std::uint64_t> heights;
    for (const auto& voice : heads)
        heights.push_back(voice.head.header.number);
    std::sort(heights.begin(), heights.end(), std::greater<>{});
    return heights[quorum - 1];
}

net::Task<Result<Agreement>> agree_quorum(const Endpoints& endpoints, Finality finality)
{
    std::vector<std::size_t> everyone;
    for (std::size_t i = 0; i < endpoints.size(); ++i)
        everyone.push_back(i);
    std::vector<SetAside> set_aside;
    const auto heads = co_await listen_all(endpoints, std::move(everyone), tag_of(finality), set_aside);
    const auto quorum = endpoints.quorum();
    if (heads.size() < quorum)
        co_return fail(Errc::chain_no_agreement,
                       fmt::format("{} of {} needed; {}", quorum, endpoints.size(), all_words(set_aside)));
    const auto top = common_height(heads, quorum);
    std::string seen;
    for (std::uint64_t below = 0; below <= kReorgDepth && below <= top; ++below)
    {
        // Who stands exactly at this height has spoken already; who is above is asked again.
        std::vector<Voice> at_height;
        std::vector<std::size_t> to_ask;
        for (const auto& voice : heads)
        {
            if (voice.head.header.number == top - below)
                at_height.push_back(voice);
            else if (voice.head.header.number > top - below)
                to_ask.push_back(voice.index);
        }
        std::vector<SetAside> failed;
        auto asked =
            co_await listen_all(endpoints, std::move(to_ask), codec::to_quantity(top - below), failed);
        for (auto& voice : asked)
            at_height.push_back(std::move(voice));
        const auto hash = majority(at_height, quorum);
        if (!hash)
        {
            for (const auto& voice : at_height)
                seen += fmt::format("{} has {} at {}; ", endpoints.at(voice.index).label(),
                                    short_hash(voice.head.header.hash), top - below);
            continue;
        }
        std::vector<std::size_t> vouched;
        const HeaderAnswer* agreed = nullptr;
        for (const auto& voice : at_height)
            if (voice.head.header.hash == *hash)
            {
                vouched.push_back(voice.index);
                agreed = &voice.head;
            }
        std::sort(vouched.begin(), vouched.end());
        auto made = agreement_of(endpoints, *agreed, proof::Tier::t2, std::move(vouched), finality);
        made.set_aside = std::move(set_aside);
        for (auto& one : failed)
            made.set_aside.push_back(std::move(one));
        name_dissenters(endpoints, heads, at_height, made, finality);
        co_return made;
    }
    co_return fail(Errc::chain_no_agreement, seen + all_words(set_aside));
}
} // namespace

namespace
{
// An answer to eth_getBlockBy… as a header whose hash is its own.
Result<HeaderAnswer> read_block(const codec::JsonItem& block, Hash32& claimed)
{
    if (block.is_null())
        return block.refuse(Errc::codec_missing_key, "there is no such block");
    DMID_TRY(const auto hash, block.field("hash"));
    DMID_TRY(claimed, hash.fixed<Hash32>());
    HeaderAnswer answer;
    DMID_TRY(answer.rlp, proof::encode_header(block));
    DMID_TRY(answer.header, proof::decode_header(answer.rlp, claimed));
    return answer;
}

// The same from the header's bytes, for forks whose fields we do not know.
Result<HeaderAnswer> read_raw(const codec::JsonItem& raw, const Hash32& claimed)
{
    HeaderAnswer answer;
    DMID_TRY(answer.rlp, raw.data(proof::kMaxHeader));
    DMID_TRY(answer.header, proof::decode_header(answer.rlp, claimed));
    return answer;
}

net::Task<Result<HeaderAnswer>> fetch_block(Endpoint& endpoint, std::string method, std::string block)
{
    json::array params{block, false};
    auto value = co_await endpoint.call(std::move(method), std::move(params));
    if (!value)
        co_return tl::unexpected<Error>(std::move(value).error());
    Hash32 claimed;
    auto answer = read_block(codec::JsonItem{*value, "block"}, claimed);
    if (answer)
        co_return *std::move(answer);
    if (answer.error().code != Errc::proof_header_hash)
        co_return endpoint.blame(answer.error());
    json::array by_hash{to_hex0x(claimed.view())};
    auto raw = co_await endpoint.call("debug_getRawHeader", std::move(by_hash));
    if (!raw)
        co_return endpoint.blame(answer.error());
    auto from_raw = read_raw(codec::JsonItem{*raw, "header"}, claimed);
    if (!from_raw)
        co_return endpoint.blame(answer.error());
    co_return *std::move(from_raw);
}
} // namespace

net::Task<Result<HeaderAnswer>> fetch_header(Endpoint& endpoint, std::string block)
{
    co_return co_await fetch_block(endpoint, "eth_getBlockByNumber", std::move(block));
}

net::Task<Result<HeaderAnswer>> fetch_header(Endpoint& endpoint, Hash32 hash)
{
    auto answer = co_await fetch_block(endpoint, "eth_getBlockByHash", to_hex0x(hash.view()));
    if (answer && answer->header.hash != hash)
        co_return endpoint.failure(Errc::chain_bad_answer, "another block than the one asked for");
    co_return answer;
}

std::string_view to_text(Finality finality) noexcept
{
    switch (finality)
    {
    case Finality::latest:
        return "latest";
    case Finality::safe:
        return "safe";
    case Finality::finalized:
        break;
    }
    return "finalized";
}

net::Task<Result<Agreement>> agree_block(const Endpoints& endpoints, Finality finality)
{
    std::vector<SetAside> failed;
    for (std::size_t i = 0; i < endpoints.size(); ++i)
    {
        if (!endpoints.at(i).verifying_proxy())
            continue;
        auto voice = co_await listen(endpoints, i, tag_of(finality));
        if (voice)
        {
            std::vector<std::size_t> vouched(1, i);
            co_return agreement_of(endpoints, voice->head, proof::Tier::t3, std::move(vouched), finality);
        }
        failed.push_back({endpoints.at(i).label(), std::move(voice).error()});
    }
    if (endpoints.size() == 1)
    {
        if (!failed.empty())
            co_return tl::unexpected<Error>(failed.front().error);
        auto voice = co_await listen(endpoints, 0, tag_of(finality));
        if (!voice)
            co_return tl::unexpected<Error>(std::move(voice).error());
        std::vector<std::size_t> vouched(1, 0);
        co_return agreement_of(endpoints, voice->head, proof::Tier::t1, std::move(vouched), finality);
    }
    co_return co_await agree_quorum(endpoints, finality);
}
} // namespace dmid::chain
