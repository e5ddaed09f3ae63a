// SPDX-License-Identifier: Apache-2.0
#include "gateway/pins.hpp"

#include "codec/cbor_reader.hpp"
#include "proof/layout.hpp"

namespace dmid::gateway
{
namespace
{
using codec::Cbor;

/// The cell: what is trusted, and what waits to be.
struct Pinned
{
    model::Pin pin;
    std::optional<model::Pin> waiting;
    UnixTime since = 0; ///< when the waiting keys were first seen
    bool moved = false; ///< to keys that had waited; what was held for them is still to be judged again
};

std::string cell_prefix(const model::Network& network)
{
    return "pin/" + std::to_string(network.chain_id) + "/" + to_hex(network.registry.view()) + "/";
}

std::string pin_cell(const model::Network& network, model::Number number)
{
    return cell_prefix(network) + number.digits();
}

Cbor::Map to_map(const model::Pin& pin)
{
    return Cbor::Map{{"epoch", pin.epoch}, {"inbox", pin.inbox_key}, {"policy", pin.policy_key}};
}

Result<model::Pin> read_pin(codec::MapReader map)
{
    model::Pin pin;
    DMID_TRY(auto epoch, map.uint("epoch", model::kMaxEpoch));
    pin.epoch = static_cast<std::uint32_t>(epoch);
    DMID_TRY(pin.inbox_key, map.fixed<XOnlyKey>("inbox"));
    DMID_TRY(pin.policy_key, map.fixed<XOnlyKey>("policy"));
    DMID_TRY(map.finish());
    return pin;
}

Bytes encode(const Pinned& pinned)
{
    Cbor::Map map{{"pin", to_map(pinned.pin)}, {"since", pinned.since}};
    if (pinned.waiting)
        map.set("waiting", to_map(*pinned.waiting));
    if (pinned.moved)
        map.set("moved", true);
    return codec::encode_cbor(map);
}

Result<Pinned> decode_pinned(ByteView bytes)
{
    DMID_TRY(auto value, codec::decode_cbor(bytes));
    DMID_TRY(auto map, codec::MapReader::open(value, "pin"));
    Pinned out;
    DMID_TRY(auto pin, map.map("pin"));
    DMID_TRY(out.pin, read_pin(std::move(pin)));
    DMID_TRY(out.since, map.integer("since"));
    DMID_TRY(const auto moved, map.optional_boolean("moved"));
    out.moved = moved.value_or(false);
    DMID_TRY(auto waiting, map.optional_map("waiting"));
    if (waiting)
    {
        DMID_TRY(auto next, read_pin(std::move(*waiting)));
        out.waiting = next;
    }
    DMID_TRY(map.finish());
    return out;
}

struct LoadedPin
{
    std::optional<Pinned> pinned;
    std::uint64_t version = 0;
};

Result<LoadedPin> load_pin(const store::Mailbox& mailbox, const store::MailboxId& box,
                           const std::string& name)
{
    DMID_TRY(auto cell, mailbox.cell(box, name));
    if (!cell)
        return LoadedPin{};
    DMID_TRY(auto pinned, decode_pinned(cell->value));
    return LoadedPin{std::move(pinned), cell->version};
}
} // namespace

Result<Standing> Pins::judge(const store::MailboxId& box, const model::Identity& of,
                             const model::Document& document, const KeyFacts& facts, UnixTime now)
{
    const auto name = pin_cell(of.network, of.number);
    const auto present = model::pin_of(of, document);
    DMID_TRY(auto loaded, load_pin(mailbox_, box, name));
    const auto save = [&](const Pinned& pinned) -> Result<>
    {
        // Another thread may have judged the same document meanwhile; its word is as good as ours.
        auto saved = mailbox_.compare_and_set(box, name, loaded.version, encode(pinned));
        if (!saved && saved.error().code != Errc::store_conflict)
            return tl::unexpected<Error>(std::move(saved).error());
        return {};
    };
    if (!loaded.pinned)
    {
        if (!facts.final)
            return Standing::not_final;
        DMID_TRY(save({present, std::nullopt, now}));
        return Standing::first;
    }
    const auto& pinned = *loaded.pinned;
    const bool seen = pinned.waiting == present;
    const auto step = model::pin_step(pinned.pin, of, document);
    if (step == model::PinStep::same)
    {
        if (pinned.waiting && facts.final)
        {
            DMID_TRY(save({pinned.pin, std::nullopt, now, pinned.moved}));
        }
        return Standing::trusted;
    }
    const auto move = [&]() -> Result<Standing>
    {
        if (facts.final)
        {
            DMID_TRY(save({present, std::nullopt, now, seen || pinned.moved}));
        }
        return Standing::trusted;
    };
    if (step == model::PinStep::handed_over || step == model::PinStep::continued)
        return move();
    if (!seen)
    {
        DMID_TRY(save({pinned.pin, present, now, pinned.moved}));
    }
    if (step == model::PinStep::new_epoch)
        return Standing::new_epoch;
    const auto since_seen = seen && facts.from_first_sight ? now - pinned.since : 0;
    const auto waited = facts.published_for.value_or(since_seen);
    if (!facts.final || facts.disputed || waited < kUnprovenKeyWait || of.epoch < pinned.pin.epoch)
        return Standing::held;
    return move();
}

Result<> Pins::confirm(const store::MailboxId& box, const model::Identity& of,
                       const model::Document& document)
{
    const auto name = pin_cell(of.network, of.number);
    DMID_TRY(auto loaded, load_pin(mailbox_, box, name));
    const auto present = model::pin_of(of, document);
    const bool waited = loaded.pinned && (loaded.pinned->moved || loaded.pinned->waiting == present);
    const Pinned pinned{present, std::nullopt, 0, waited};
    DMID_TRY(mailbox_.compare_and_set(box, name, loaded.version, encode(pinned)));
    return {};
}

Result<std::vector<model::Number>> Pins::changed(const store::MailboxId& box,
                                                 const model::Network& network) const
{
    std::vector<model::Number> out;
    const auto prefix = cell_prefix(network);
    DMID_TRY(const auto names, mailbox_.cell_names(box, prefix));
    for (const auto& name : names)
    {
        DMID_TRY(const auto loaded, load_pin(mailbox_, box, name));
        if (!loaded.pinned || (!loaded.pinned->waiting && !loaded.pinned->moved))
            continue;
        DMID_TRY(const auto number, model::Number::parse(name.substr(prefix.size())));
        out.push_back(number);
    }
    return out;
}

Result<> Pins::note_released(const store::MailboxId& box, const model::Network& network, model::Number number)
{
    const auto name = pin_cell(network, number);
    DMID_TRY(auto loaded, load_pin(mailbox_, box, name));
    if (!loaded.pinned || !loaded.pinned->moved)
        return {};
    loaded.pinned->moved = false;
    auto saved = mailbox_.compare_and_set(box, name, loaded.version, encode(*loaded.pinned));
    // Judged meanwhile: the next look finds it again, and there is nothing left to do then.
    if (!saved && saved.error().code != Errc::store_conflict)
        return tl::unexpected<Error>(std::move(saved).error());
    return {};
}

Result<std::optional<model::Pin>> Pins::find(const store::MailboxId& box, const model::Network& network,
                                             model::Number number) const
{
    DMID_TRY(auto loaded, load_pin(mailbox_, box, pin_cell(network, number)));
    if (!loaded.pinned)
        return std::optional<model::Pin>{};
    return std::optional{loaded.pinned->pin};
}

bool disputed(const proof::VerifiedRecord& record) noexcept
{
    return record.has_flag(proof::kFlagFrozen) || record.has_flag(proof::kFlagRecoveryAnnounced) ||
           record.has_flag(proof::kFlagClaimAnnounced);
}

std::string_view words(Standing standing) noexcept
{
    switch (standing)
    {
    case Standing::first:
    case Standing::trusted:
        return "the keys are the known ones";
    case Standing::not_final:
        return "the block that published its key is not final yet; until it is, this sender counts as a key "
               "without a number";
    case Standing::held:
        return "the key of this number changed without a handover from the key that you know; held for 24 "
               "hours or until you confirm it (a stolen signature can do this)";
    case Standing::new_epoch:
        return "this number has changed hands; it is another person until you confirm it";
    }
    return "";
}
} // namespace dmid::gateway
