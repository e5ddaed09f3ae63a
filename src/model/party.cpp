// SPDX-License-Identifier: Apache-2.0
#include "model/party.hpp"

#include "codec/address.hpp"
#include "codec/cbor_reader.hpp"
#include "crypto/tagged_hash.hpp"
#include "crypto/tags.hpp"
#include "model/identifier.hpp"
#include "model/names.hpp"
#include "model/nearest.hpp"
#include "model/npub.hpp"

#include <algorithm>
#include <charconv>

namespace dmid::model
{
namespace
{
using codec::Cbor;

// The first number of a party's encoding; fixed for good.
constexpr std::uint64_t kIsIdentity = 0;
constexpr std::uint64_t kIsNostr = 1;
constexpr std::uint64_t kIsWallet = 2;
constexpr std::uint64_t kIsEmail = 3;
constexpr std::uint64_t kIsPlatform = 4;

struct Encode
{
    Cbor operator()(const Identity& i) const
    {
        return Cbor::Array{kIsIdentity, i.network.chain_id, i.network.registry, i.number.value(), i.epoch};
    }
    Cbor operator()(const NostrKey& k) const { return Cbor::Array{kIsNostr, k.key}; }
    Cbor operator()(const WalletAddress& w) const { return Cbor::Array{kIsWallet, w.address}; }
    Cbor operator()(const EmailAddress& e) const { return Cbor::Array{kIsEmail, e.address}; }
    Cbor operator()(const PlatformAccount& p) const { return Cbor::Array{kIsPlatform, p.platform, p.id}; }
};

Hash32 hash_of(const Cbor& value) noexcept
{
    const auto bytes = codec::encode_cbor(value);
    return crypto::tagged_hash(crypto::tags::kParty, {bytes});
}

struct Write
{
    std::string operator()(const Identity& i) const
    {
        return to_did({i.network, i.number, {}}) + '@' + std::to_string(i.epoch);
    }
    std::string operator()(const NostrKey& k) const { return "nostr:" + to_hex(k.key.view()); }
    std::string operator()(const WalletAddress& w) const { return to_hex0x(w.address.view()); }
    std::string operator()(const EmailAddress& e) const { return "mailto:" + e.address; }
    std::string operator()(const PlatformAccount& p) const { return p.platform + ':' + p.id; }
};

Result<Party> parse_identity(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos)
        return fail(Errc::number_identifier, "the epoch is missing");
    DMID_TRY(auto named, parse_identifier(text.substr(0, at)));
    const auto digits = text.substr(at + 1);
    std::uint32_t epoch = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, epoch);
    if (digits.empty() || error != std::errc{} || stop != end || epoch > kMaxEpoch || !named.network ||
        named.tail)
        return fail(Errc::number_identifier, "did:dmid:<chainId>:<contract>:<number>@<epoch>");
    return Party{Identity{*named.network, named.number, epoch}};
}

Result<Party> identity_from_cbor(const std::vector<codec::CborItem>& items)
{
    if (items.size() != 5)
        return items.front().refuse("an identity has five items");
    Identity out;
    DMID_TRY(out.network.chain_id, items[1].uint());
    DMID_TRY(out.network.registry, items[2].fixed<Address>());
    DMID_TRY(const auto value, items[3].uint());
    DMID_TRY(out.number, Number::from_value(value));
    DMID_TRY(const auto epoch, items[4].uint(kMaxEpoch));
    out.epoch = static_cast<std::uint32_t>(epoch);
    return Party{out};
}
} // namespace

Hash32 party_id(const Party& party) noexcept
{
    return hash_of(std::visit(Encode{}, party));
}

Hash32 party_id_any_epoch(const Party& party) noexcept
{
    if (const auto* i = std::get_if<Identity>(&party))
        return hash_of(Cbor::Array{kIsIdentity, i->network.chain_id, i->network.registry, i->number.value()});
    return party_id(party);
}

Counterparty normalised(Counterparty parties)
{
    std::sort(parties.begin(), parties.end());
    parties.erase(std::unique(parties.begin(), parties.end()), parties.end());
    return parties;
}

std::string to_string(const Party& party)
{
    return std::visit(Write{}, party);
}

Result<Party> parse_party(std::string_view text)
{
    if (text.substr(0, 4) == "did:")
        return parse_identity(text);
    if (text.substr(0, 2) == "0x")
    {
        auto address = codec::parse_address(text);
        if (!address)
            return fail(Errc::number_identifier, "the address does not read: " + address.error().context);
        return Party{WalletAddress{*address}};
    }
    if (text.substr(0, 5) == "npub1")
    {
        DMID_TRY(const auto key, parse_npub(text));
        return Party{NostrKey{key}};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return fail(Errc::number_identifier, quoted(text));
    const auto scheme = text.substr(0, colon);
    const auto rest = text.substr(colon + 1);
    if (scheme == "nostr")
    {
        auto key = fixed_from_hex<XOnlyKey>(rest);
        if (!key || to_hex(key->view()) != rest)
            return fail(Errc::number_identifier, "nostr: and 64 lower-case hex digits");
        return Party{NostrKey{*key}};
    }
    if (scheme == "mailto")
    {
        DMID_TRY(auto address, exact_email(rest));
        return Party{EmailAddress{std::move(address)}};
    }
    if (!is_platform_name(scheme) || !is_platform_id(rest))
        return fail(Errc::number_identifier, quoted(text));
    return Party{PlatformAccount{std::string{scheme}, std::string{rest}}};
}

Cbor to_cbor(const Party& party)
{
    return std::visit(Encode{}, party);
}

Result<Party> party_from_cbor(const Cbor& value, std::string path)
{
    const codec::CborItem item{value, std::move(path)};
    DMID_TRY(const auto items, item.array(5));
    if (items.size() < 2)
        return item.refuse("a party has two items or more");
    DMID_TRY(const auto kind, items[0].uint(kIsPlatform));
    if (kind == kIsIdentity)
        return identity_from_cbor(items);
    if (items.size() != (kind == kIsPlatform ? 3U : 2U))
        return item.refuse("the wrong number of items");
    if (kind == kIsNostr)
    {
        DMID_TRY(const auto key, items[1].fixed<XOnlyKey>());
        return Party{NostrKey{key}};
    }
    if (kind == kIsWallet)
    {
        DMID_TRY(const auto address, items[1].fixed<Address>());
        return Party{WalletAddress{address}};
    }
    DMID_TRY(auto text, items[1].text(kMaxPartyText));
    if (kind == kIsEmail)
    {
        const auto exact = exact_email(text);
        if (!exact || *exact != text)
            return items[1].refuse("not an email address in its exact form");
        return Party{EmailAddress{std::move(text)}};
    }
    DMID_TRY(auto id, items[2].text(kMaxPartyText));
    if (!is_platform_name(text) || !is_platform_id(id))
        return item.refuse("not an account of a platform");
    return Party{PlatformAccount{std::move(text), std::move(id)}};
}
} // namespace dmid::model
