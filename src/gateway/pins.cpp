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
    UnixTime since = 0;
};

std::string cell_name(const model::Network& network, model::Number number)
{
    return "pin/" + std::to_string(network.chain_id) + "/" + to_hex(network.registry.view()) + "/" +
           number.digits();
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
    return codec::encode_cbor(map);
}

Result<Pinned> decode(ByteView bytes)
{
    DMID_TRY(auto value, codec::decode_cbor(bytes));
    DMID_TRY(auto map, codec::MapReader::open(value, "pin"));
    Pinned out;
    DMID_TRY(auto pin, map.map("pin"));
    DMID_TRY(out.pin, read_pin(std::move(pin)));
    DMID_TRY(out.since, map.integer("since"));
    DMID_TRY(auto waiting, map.optional_map("waiting"));
    if (waiting)
    {
        DMID_TRY(auto next, read_pin(std::move(*waiting)));
        out.waiting = next;
    }
    DMID_TRY(map.finish());
    return out;
}

struct Loaded
{
    std::optional<Pinned> pinned;
    std::uint64_t version = 0;
};

Result<Loaded> load(const store::Mailbox& mailbox, const store::MailboxId& box, const std::string& name)
{
    DMID_TRY(auto cell, mailbox.cell(box, name));
    if (!cell)
        return Loaded{};
    DMID_TRY(auto pinned, decode(cell->value));
    return Loaded{std::move(pinned), cell->version};
}
} // namespace

Result<Standing> Pins::judge(const store::MailboxId& box, const model::Identity& of,
                             const model::Document& document, bool disputed, UnixTime now)
{
    const auto name = cell_name(of.network, of.number);
    const auto present = model::pin_of(of, document);
    DMID_TRY(auto loaded, load(mailbox_, box, name));
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
        DMID_TRY(save({present, std::nullopt, now}));
        return Standing::first;
    }
    auto& pinned = *loaded.pinned;
    const auto step = model::pin_step(pinned.pin, of, document);
    if (step == model::PinStep::same)
    {
        if (pinned.waiting)
        {
            DMID_TRY(save({pinned.pin, std::nullopt, now}));
        }
        return Standing::trusted;
    }
    if (step == model::PinStep::handed_over || step == model::PinStep::continued)
    {
        DMID_TRY(save({present, std::nullopt, now}));
        return Standing::trusted;
    }
    const bool seen = pinned.waiting == present;
    if (!seen)
    {
        DMID_TRY(save({pinned.pin, present, now}));
    }
    if (step == model::PinStep::new_epoch)
        return Standing::new_epoch;
    if (!seen || disputed || now - pinned.since < kUnprovenKeyWait || of.epoch < pinned.pin.epoch)
        return Standing::held;
    DMID_TRY(save({present, std::nullopt, now}));
    return Standing::trusted;
}

Result<> Pins::confirm(const store::MailboxId& box, const model::Identity& of,
                       const model::Document& document)
{
    const auto name = cell_name(of.network, of.number);
    DMID_TRY(auto loaded, load(mailbox_, box, name));
    const Pinned pinned{model::pin_of(of, document), std::nullopt, 0};
    DMID_TRY(mailbox_.compare_and_set(box, name, loaded.version, encode(pinned)));
    return {};
}

Result<std::optional<model::Pin>> Pins::find(const store::MailboxId& box, const model::Network& network,
                                             model::Number number) const
{
    DMID_TRY(auto loaded, load(mailbox_, box, cell_name(network, number)));
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
    case Standing::held:
        return "the key of this number changed without a handover from the key that you know; held for 24 "
               "hours or until you confirm it (a stolen signature can do this)";
    case Standing::new_epoch:
        return "this number has changed hands; it is another person until you confirm it";
    }
    return "";
}
} // namespace dmid::gateway
