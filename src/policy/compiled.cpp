// SPDX-License-Identifier: Apache-2.0
#include "policy/compiled.hpp"

#include "codec/dag_cbor.hpp"
#include "crypto/tagged_hash.hpp"
#include "crypto/tags.hpp"
#include "model/envelope.hpp"
#include "policy/rule_cbor.hpp"

#include <algorithm>

namespace dmid::policy
{
namespace
{
CompiledRule compile(const Rule& rule)
{
    CompiledRule out;
    const auto all_if_none = [](auto mask) { return mask != 0 ? mask : static_cast<decltype(mask)>(~mask); };
    out.anyone = rule.who == 0 && rule.who_sets == 0;
    out.who = rule.who;
    out.sets = rule.who_sets;
    out.ext = all_if_none(rule.ext);
    out.channel = all_if_none(rule.channel);
    out.addressed = all_if_none(rule.addressed);
    out.kind = all_if_none(rule.kind);
    out.windows = static_cast<std::uint8_t>(rule.when.size());
    std::copy(rule.when.begin(), rule.when.end(), out.when.begin());
    return out;
}

CompiledSet compile(const Set& set, const model::Network& own)
{
    std::vector<Hash32> exact, any_epoch;
    for (const auto& member : set.members)
    {
        const auto* number = std::get_if<NumberMember>(&member);
        if (number == nullptr)
        {
            exact.push_back(std::visit(
                [](const auto& m)
                {
                    if constexpr (std::is_same_v<std::decay_t<decltype(m)>, NumberMember>)
                        return Hash32{};
                    else
                        return model::party_id(m);
                },
                member));
            continue;
        }
        const model::Identity identity{number->network.value_or(own), number->number,
                                       number->epoch.value_or(0)};
        if (number->epoch)
            exact.push_back(model::party_id(identity));
        else
            any_epoch.push_back(model::party_id_any_epoch(identity));
    }
    return {IdSet{std::move(exact)}, IdSet{std::move(any_epoch)}};
}

// A note says nothing about what is counted; sets and tails by their bits are as good as by name.
Hash32 base_of(Rule rule, const model::Identity& own)
{
    rule.note.clear();
    const auto bytes = codec::encode_cbor(rule_to_cbor(rule));
    return crypto::tagged_hash(crypto::tags::kCounter, {model::mailbox_id(own).view(), bytes});
}
} // namespace

Result<Compiled> Compiled::make(Policy policy, const model::Identity& own)
{
    DMID_TRY(check(policy));
    Compiled out;
    out.own_ = own;
    for (const auto& rule : policy.rules)
    {
        out.rules_.push_back(compile(rule));
        out.counter_bases_.push_back(rule.rate.empty() ? Hash32{} : base_of(rule, own));
    }
    for (const auto& set : policy.sets)
        out.sets_.push_back(compile(set, own.network));
    for (const auto& deny : policy.deny)
        (deny.reject ? out.deny_reject_ : out.deny_drop_) |= 1U << deny.set;
    out.policy_ = std::move(policy);
    return out;
}
} // namespace dmid::policy
