// SPDX-License-Identifier: Apache-2.0
#include "policy/rule_cbor.hpp"

namespace dmid::policy
{
using codec::Cbor;

Result<std::vector<codec::CborItem>> tuple(const codec::CborItem& item, std::size_t size)
{
    DMID_TRY(auto items, item.array(size));
    if (items.size() != size)
        return item.refuse(std::to_string(size) + " items expected");
    return items;
}

Result<std::vector<codec::CborItem>> filled_array(codec::MapReader& map, std::string_view key,
                                                  std::size_t max)
{
    const bool there = map.has(key);
    DMID_TRY(auto items, map.optional_array(key, max));
    if (there && items.empty())
        return fail(Errc::codec_not_canonical, map.path() + '.' + std::string{key} + " is empty");
    return items;
}

Result<std::uint64_t> filled_mask(codec::MapReader& map, std::string_view key, std::uint64_t max)
{
    DMID_TRY(const auto mask, map.optional_uint(key, max));
    if (mask == 0U)
        return fail(Errc::codec_not_canonical, map.path() + '.' + std::string{key} + " is zero");
    return mask.value_or(0);
}

Cbor leg_to_cbor(const Leg& leg)
{
    return Cbor::Array{leg.to, leg.within, leg.notice};
}

Result<Leg> leg_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto three, tuple(item, 3));
    Leg out;
    DMID_TRY(out.to, three[0].text(kMaxName));
    DMID_TRY(const auto within, three[1].uint(UINT32_MAX));
    out.within = static_cast<std::uint32_t>(within);
    DMID_TRY(out.notice, three[2].boolean());
    return out;
}

Cbor window_to_cbor(const Window& window)
{
    return Cbor::Array{window.days, window.from, window.to, window.zone};
}

Result<Window> window_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto four, tuple(item, 4));
    DMID_TRY(const auto days, four[0].uint(127));
    DMID_TRY(const auto from, four[1].uint(1439));
    DMID_TRY(const auto to, four[2].uint(1439));
    DMID_TRY(const auto zone, four[3].uint(kMaxZones - 1));
    return Window{static_cast<std::uint8_t>(days), static_cast<std::uint16_t>(from),
                  static_cast<std::uint16_t>(to), static_cast<std::uint8_t>(zone)};
}

Cbor rule_to_cbor(const Rule& rule)
{
    Cbor::Map map{{"do", static_cast<std::uint8_t>(rule.action)}};
    const auto set_mask = [&map](const char* key, std::uint64_t mask)
    {
        if (mask != 0)
            map.set(key, mask);
    };
    set_mask("who", rule.who);
    set_mask("sets", rule.who_sets);
    set_mask("ext", rule.ext);
    set_mask("addressed", rule.addressed);
    set_mask("channel", rule.channel);
    set_mask("kind", rule.kind);
    set_mask("work", rule.work);
    if (!rule.note.empty())
        map.set("note", rule.note);
    Cbor::Array when;
    for (const auto& w : rule.when)
        when.emplace_back(window_to_cbor(w));
    if (!when.empty())
        map.set("when", std::move(when));
    Cbor::Array rates;
    for (const auto& r : rule.rate)
        rates.emplace_back(Cbor::Array{r.limit, r.window, r.each});
    if (!rates.empty())
        map.set("rate", std::move(rates));
    Cbor::Array via;
    for (const auto& leg : rule.via)
        via.emplace_back(leg_to_cbor(leg));
    if (!via.empty())
        map.set("via", std::move(via));
    if (rule.urgent)
        map.set("urgent", true);
    return map;
}

namespace
{
Result<> read_lists(codec::MapReader& map, Rule& out)
{
    DMID_TRY(const auto when, filled_array(map, "when", kMaxWindows));
    for (const auto& item : when)
    {
        DMID_TRY(const auto window, window_from_cbor(item));
        out.when.push_back(window);
    }
    DMID_TRY(const auto rates, filled_array(map, "rate", kMaxRates));
    for (const auto& item : rates)
    {
        DMID_TRY(const auto three, tuple(item, 3));
        DMID_TRY(const auto limit, three[0].uint(UINT32_MAX));
        DMID_TRY(const auto window, three[1].uint(UINT32_MAX));
        DMID_TRY(const auto each, three[2].boolean());
        out.rate.push_back({static_cast<std::uint32_t>(limit), static_cast<std::uint32_t>(window), each});
    }
    DMID_TRY(const auto via, filled_array(map, "via", kMaxLegs));
    for (const auto& item : via)
    {
        DMID_TRY(auto leg, leg_from_cbor(item));
        out.via.push_back(std::move(leg));
    }
    return {};
}
} // namespace

Result<Rule> rule_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(auto map, item.map());
    Rule out;
    DMID_TRY(const auto action, map.uint("do", 255));
    out.action = static_cast<Action>(action);
    DMID_TRY(const auto who, filled_mask(map, "who", UINT32_MAX));
    DMID_TRY(const auto sets, filled_mask(map, "sets", UINT32_MAX));
    DMID_TRY(out.ext, filled_mask(map, "ext", UINT64_MAX));
    DMID_TRY(const auto addressed, filled_mask(map, "addressed", UINT8_MAX));
    DMID_TRY(const auto channel, filled_mask(map, "channel", UINT32_MAX));
    DMID_TRY(const auto kind, filled_mask(map, "kind", UINT8_MAX));
    DMID_TRY(const auto work, filled_mask(map, "work", UINT8_MAX));
    out.who = static_cast<model::ClassMask>(who);
    out.who_sets = static_cast<std::uint32_t>(sets);
    out.addressed = static_cast<std::uint8_t>(addressed);
    out.channel = static_cast<std::uint32_t>(channel);
    out.kind = static_cast<std::uint8_t>(kind);
    out.work = static_cast<std::uint8_t>(work);
    const bool has_note = map.has("note");
    DMID_TRY(auto note, map.optional_text("note", kMaxNote));
    if (has_note && note->empty())
        return fail(Errc::codec_not_canonical, map.path() + ".note is empty");
    out.note = std::move(note).value_or("");
    DMID_TRY(read_lists(map, out));
    const bool has_urgent = map.has("urgent");
    DMID_TRY(const auto urgent, map.optional_boolean("urgent"));
    if (has_urgent && !urgent.value_or(false))
        return fail(Errc::codec_not_canonical, map.path() + ".urgent is false");
    out.urgent = has_urgent;
    DMID_TRY(map.finish());
    return out;
}
} // namespace dmid::policy
