// SPDX-License-Identifier: Apache-2.0
#include "policy/bytes.hpp"

#include "policy/member.hpp"
#include "policy/rule_cbor.hpp"

namespace dmid::policy
{
namespace
{
using codec::Cbor;

// What is empty is left out, so that a policy has one encoding.
void set_list(Cbor::Map& map, const char* key, Cbor::Array list)
{
    if (!list.empty())
        map.set(key, std::move(list));
}

template <class T, class Write> Cbor::Array list_of(const std::vector<T>& items, Write&& write)
{
    Cbor::Array out;
    for (const auto& item : items)
        out.emplace_back(write(item));
    return out;
}

Cbor set_to_cbor(const Set& set)
{
    return Cbor::Array{set.name, list_of(set.members, [](const Member& m) { return to_cbor(m); })};
}

Result<Set> set_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto pair, tuple(item, 2));
    Set out;
    DMID_TRY(out.name, pair[0].text(kMaxName));
    DMID_TRY(const auto members, pair[1].array(kMaxBytes / 4));
    for (const auto& member : members)
    {
        DMID_TRY(auto read, member_from_cbor(member));
        out.members.push_back(std::move(read));
    }
    return out;
}

Result<NamedTail> tail_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto pair, tuple(item, 2));
    NamedTail out;
    DMID_TRY(out.name, pair[0].text(kMaxName));
    DMID_TRY(const auto value, pair[1].uint(model::Tail::kCount - 1));
    DMID_TRY(out.tail, model::Tail::from_value(value));
    return out;
}

Result<Deny> deny_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto pair, tuple(item, 2));
    DMID_TRY(const auto set, pair[0].uint(kMaxSets - 1));
    DMID_TRY(const auto reject, pair[1].boolean());
    return Deny{static_cast<std::uint8_t>(set), reject};
}

Result<std::string> zone_from_cbor(const codec::CborItem& item)
{
    return item.text(48);
}

Cbor hours_to_cbor(const Hours& hours)
{
    return Cbor::Array{hours.label, list_of(hours.when, window_to_cbor)};
}

Result<Hours> hours_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto pair, tuple(item, 2));
    Hours out;
    DMID_TRY(out.label, pair[0].text(kMaxName));
    DMID_TRY(const auto when, pair[1].array(kMaxWindows));
    for (const auto& each : when)
    {
        DMID_TRY(const auto window, window_from_cbor(each));
        out.when.push_back(window);
    }
    return out;
}

Result<Moment> moment_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto three, tuple(item, 3));
    DMID_TRY(const auto days, three[0].uint(127));
    DMID_TRY(const auto at, three[1].uint(1439));
    DMID_TRY(const auto zone, three[2].uint(kMaxZones - 1));
    return Moment{static_cast<std::uint8_t>(days), static_cast<std::uint16_t>(at),
                  static_cast<std::uint8_t>(zone)};
}

template <class Read>
auto read_list(codec::MapReader& map, std::string_view key, std::size_t max, Read&& read)
    -> Result<std::vector<std::decay_t<decltype(*read(std::declval<codec::CborItem&>()))>>>
{
    std::vector<std::decay_t<decltype(*read(std::declval<codec::CborItem&>()))>> out;
    DMID_TRY(const auto items, filled_array(map, key, max));
    for (const auto& item : items)
    {
        DMID_TRY(auto value, read(item));
        out.push_back(std::move(value));
    }
    return out;
}
} // namespace

Result<Bytes> encode(const Policy& policy)
{
    DMID_TRY(check(policy));
    Cbor::Map map{{"v", 1}, {"default", static_cast<std::uint8_t>(policy.default_action)}};
    if (policy.receipts != 0)
        map.set("receipts", policy.receipts);
    set_list(map, "via", list_of(policy.via, leg_to_cbor));
    set_list(map, "tails",
             list_of(policy.tails,
                     [](const NamedTail& t) {
                         return Cbor::Array{t.name, t.tail.value()};
                     }));
    set_list(map, "zones", Cbor::Array(policy.zones.begin(), policy.zones.end()));
    set_list(map, "sets", list_of(policy.sets, set_to_cbor));
    set_list(map, "deny", list_of(policy.deny, [](const Deny& d) { return Cbor::Array{d.set, d.reject}; }));
    set_list(map, "rules", list_of(policy.rules, rule_to_cbor));
    set_list(map, "quiet", list_of(policy.quiet, hours_to_cbor));
    set_list(map, "off", list_of(policy.off, hours_to_cbor));
    set_list(map, "digest",
             list_of(policy.digest,
                     [](const Moment& m) {
                         return Cbor::Array{m.days, m.at, m.zone};
                     }));
    auto bytes = codec::encode_cbor(map);
    if (bytes.size() > kMaxBytes)
        return fail(Errc::policy_too_large, std::to_string(bytes.size()) + " bytes");
    return bytes;
}

Result<Policy> decode(ByteView bytes)
{
    if (bytes.size() > kMaxBytes)
        return fail(Errc::policy_too_large, std::to_string(bytes.size()) + " bytes");
    DMID_TRY(const auto value, codec::decode_cbor(bytes, {kMaxBytes, kMaxBytes, 8}));
    DMID_TRY(auto map, codec::MapReader::open(value, "policy"));
    DMID_TRY(const auto version, map.uint("v"));
    if (version != 1)
        return fail(Errc::policy_not_implemented, "version " + std::to_string(version));
    Policy out;
    DMID_TRY(const auto action, map.uint("default", 255));
    out.default_action = static_cast<Action>(action);
    DMID_TRY(const auto receipts, filled_mask(map, "receipts", UINT32_MAX));
    out.receipts = static_cast<model::ClassMask>(receipts);
    DMID_TRY(out.via, read_list(map, "via", kMaxLegs, leg_from_cbor));
    DMID_TRY(out.tails, read_list(map, "tails", kMaxTails, tail_from_cbor));
    DMID_TRY(out.zones, read_list(map, "zones", kMaxZones, zone_from_cbor));
    DMID_TRY(out.sets, read_list(map, "sets", kMaxSets, set_from_cbor));
    DMID_TRY(out.deny, read_list(map, "deny", kMaxSets, deny_from_cbor));
    DMID_TRY(out.rules, read_list(map, "rules", kMaxRules, rule_from_cbor));
    DMID_TRY(out.quiet, read_list(map, "quiet", kMaxHours, hours_from_cbor));
    DMID_TRY(out.off, read_list(map, "off", kMaxHours, hours_from_cbor));
    DMID_TRY(out.digest, read_list(map, "digest", kMaxDigests, moment_from_cbor));
    DMID_TRY(map.finish());
    DMID_TRY(check(out));
    return out;
}
} // namespace dmid::policy
