// SPDX-License-Identifier: Apache-2.0
#include "policy/member.hpp"

#include "model/identifier.hpp"
#include "model/names.hpp"

#include <charconv>

namespace dmid::policy
{
namespace
{
using codec::Cbor;

tl::unexpected<Error> refused(const Error& why)
{
    return fail(Errc::policy_value, "no member of a set: " + to_string(why));
}

// Takes `epoch 3` or, behind a DID, `@3` off the end.
Result<std::optional<std::uint32_t>> take_epoch(std::string_view& text)
{
    auto mark = text.rfind(" epoch ");
    std::size_t width = 7;
    if (mark == std::string_view::npos && text.substr(0, 4) == "did:")
    {
        mark = text.rfind('@');
        width = 1;
    }
    if (mark == std::string_view::npos)
        return std::optional<std::uint32_t>{};
    const auto digits = text.substr(mark + width);
    std::uint32_t epoch = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, epoch);
    if (digits.empty() || error != std::errc{} || stop != end || epoch > model::kMaxEpoch)
        return fail(Errc::policy_value, "the epoch is a number up to 16777215");
    text = text.substr(0, mark);
    return std::optional{epoch};
}

Result<Member> parse_number(std::string_view text)
{
    DMID_TRY(const auto epoch, take_epoch(text));
    auto named = model::parse_identifier(text);
    if (!named)
        return refused(named.error());
    if (named->tail)
        return fail(Errc::policy_value, "a member of a set has no purpose tail");
    return Member{NumberMember{named->network, named->number, epoch}};
}

Result<Member> from_party(model::Party party)
{
    return std::visit(
        [](auto&& p) -> Result<Member>
        {
            using P = std::decay_t<decltype(p)>;
            if constexpr (std::is_same_v<P, model::Identity>)
                return Member{NumberMember{p.network, p.number, p.epoch}};
            else
                return Member{std::forward<decltype(p)>(p)};
        },
        std::move(party));
}

bool looks_like_a_party(std::string_view text)
{
    const auto is = [text](std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; };
    if (is("npub1") || is("0x"))
        return true;
    const auto colon = text.find(':');
    return colon != std::string_view::npos && !is("did:") && !is("tel:") && !is("eip155:");
}

Cbor number_to_cbor(const NumberMember& n)
{
    Cbor::Array out{std::uint64_t{0}, n.number.value(), n.epoch ? Cbor{*n.epoch} : Cbor{}};
    if (n.network)
    {
        out.emplace_back(n.network->chain_id);
        out.emplace_back(n.network->registry);
    }
    return out;
}

Result<Member> number_from_cbor(const codec::CborItem& item, const std::vector<codec::CborItem>& items)
{
    if (items.size() != 3 && items.size() != 5)
        return item.refuse("a number in a set has three items or five");
    NumberMember out;
    DMID_TRY(const auto value, items[1].uint());
    DMID_TRY(out.number, model::Number::from_value(value));
    if (!items[2].is_null())
    {
        DMID_TRY(const auto epoch, items[2].uint(model::kMaxEpoch));
        out.epoch = static_cast<std::uint32_t>(epoch);
    }
    if (items.size() == 5)
    {
        model::Network network;
        DMID_TRY(network.chain_id, items[3].uint());
        DMID_TRY(network.registry, items[4].fixed<Address>());
        out.network = network;
    }
    return Member{out};
}
} // namespace

Result<Member> parse_member(std::string_view text)
{
    if (text.find('@') != std::string_view::npos && text.find(':') == std::string_view::npos)
    {
        auto email = model::exact_email(text);
        if (!email)
            return refused(email.error());
        return Member{model::EmailAddress{*std::move(email)}};
    }
    if (!looks_like_a_party(text))
        return parse_number(text);
    auto party = model::parse_party(text);
    if (!party)
        return refused(party.error());
    return from_party(*std::move(party));
}

std::string to_string(const Member& member)
{
    return std::visit(
        [](const auto& m) -> std::string
        {
            using M = std::decay_t<decltype(m)>;
            if constexpr (std::is_same_v<M, NumberMember>)
            {
                if (m.network)
                    return model::to_did({m.network, m.number, {}}) +
                           (m.epoch ? '@' + std::to_string(*m.epoch) : "");
                return m.number.in_fours() + (m.epoch ? " epoch " + std::to_string(*m.epoch) : "");
            }
            else
                return model::to_string(model::Party{m});
        },
        member);
}

Cbor to_cbor(const Member& member)
{
    return std::visit(
        [](const auto& m) -> Cbor
        {
            using M = std::decay_t<decltype(m)>;
            if constexpr (std::is_same_v<M, NumberMember>)
                return number_to_cbor(m);
            else
                return model::to_cbor(model::Party{m});
        },
        member);
}

Result<Member> member_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto items, item.array(5));
    if (!items.empty() && items[0].value() == Cbor{std::uint64_t{0}})
        return number_from_cbor(item, items);
    DMID_TRY(auto party, model::party_from_cbor(item.value(), item.path()));
    return from_party(std::move(party));
}

bool before(const Member& a, const Member& b)
{
    return codec::encode_cbor(to_cbor(a)) < codec::encode_cbor(to_cbor(b));
}
} // namespace dmid::policy
