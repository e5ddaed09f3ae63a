// SPDX-License-Identifier: Apache-2.0
#include "gateway/own_numbers.hpp"

#include "codec/cbor_reader.hpp"
#include "gateway/grant.hpp"
#include "gateway/key_wait.hpp"
#include "gateway/own_policy.hpp"

namespace dmid::gateway
{
namespace
{
using codec::Cbor;

struct Remembered
{
    std::uint32_t epoch = 0;
    std::uint8_t flags = 0;
    Bytes document;
};

std::string served_cell(const model::Network& network, model::Number number)
{
    return "served/" + std::to_string(network.chain_id) + "/" + to_hex(network.registry.view()) + "/" +
           number.digits();
}

Bytes encode(const Remembered& known)
{
    return codec::encode_cbor(
        Cbor::Map{{"epoch", known.epoch}, {"flags", unsigned{known.flags}}, {"document", known.document}});
}

Result<Remembered> decode_remembered(ByteView bytes)
{
    DMID_TRY(auto value, codec::decode_cbor(bytes));
    DMID_TRY(auto map, codec::MapReader::open(value, "served"));
    Remembered out;
    DMID_TRY(auto epoch, map.uint("epoch", model::kMaxEpoch));
    DMID_TRY(auto flags, map.uint("flags", 255));
    out.epoch = static_cast<std::uint32_t>(epoch);
    out.flags = static_cast<std::uint8_t>(flags);
    DMID_TRY(out.document, map.bytes("document", model::kMaxDocument));
    return out;
}

Result<> remember(Context& context, const model::Identity& identity, const Remembered& known)
{
    const auto name = served_cell(identity.network, identity.number);
    DMID_TRY(auto cell, context.mailbox.cell(kNodeBox, name));
    auto bytes = encode(known);
    if (cell && cell->value == bytes)
        return {};
    DMID_TRY(context.mailbox.compare_and_set(kNodeBox, name, cell ? cell->version : 0, std::move(bytes)));
    return {};
}

/// Whose word on the policy counts: a key that came without a handover has to wait for it.
Result<XOnlyKey> policy_key(const Context& context, const model::Identity& identity,
                            const std::optional<model::Document>& document)
{
    DMID_TRY(auto pin, context.pins.find(mailbox_of(identity), identity.network, identity.number));
    if (pin && pin->epoch == identity.epoch)
        return pin->policy_key;
    return document ? document->policy_key : XOnlyKey{};
}

Result<> serve(Context& context, const Serving& serving, const model::Identity& identity,
               const std::optional<model::Document>& document, std::uint8_t flags, const XOnlyKey& key)
{
    Served served;
    served.identity = identity;
    served.keys = serving.keys;
    served.receipts = serving.receipts;
    served.flags = flags;
    if (document)
        served.document = *document;
    served.policy_key = key;
    DMID_TRY(served.policy, load_policy(context.mailbox, identity));
    DMID_TRY(load_tickets(context, served));
    served.policy_counts = policy_standing(context, served) == PolicyStanding::counts;
    context.served.put(std::move(served));
    // A policy that was set meanwhile was put into what has just been replaced.
    DMID_TRY(auto policy, load_policy(context.mailbox, identity));
    context.served.change(identity.number, [&](Served& next) { next.policy = std::move(policy); });
    settle_policy(context, identity.number);
    return {};
}

void check_keys(Context& context, const Serving& serving, const std::optional<model::Document>& document)
{
    const auto alarm = "inbox key " + serving.number.digits();
    const auto held = [&]
    {
        for (const auto& key : serving.keys)
            if (document && key.key == document->inbox_key)
                return true;
        return false;
    };
    if (!document || held())
        context.alarms.clear(alarm, serving.number);
    else
        context.alarms.raise(alarm,
                             "the published inbox key of " + serving.number.in_fours() +
                                 " is not held here: messages to it cannot be opened",
                             context.clock.now(), AlarmScope{serving.number});
}

/// Judges the published keys against the ones that this node has pinned.
net::Task<Result<Standing>> judge_own(Context& context, const Serving& serving,
                                      const resolve::Resolution& resolution)
{
    if (!resolution.document)
        co_return Standing::trusted;
    const auto& identity = resolution.identity;
    const auto judged = co_await judge_keys(context, mailbox_of(identity), resolution);
    if (!judged)
        co_return tl::unexpected<Error>(judged.error());
    const auto standing = *judged;
    const auto alarm = "policy key " + serving.number.digits();
    if (standing != Standing::held && standing != Standing::new_epoch)
        context.alarms.clear(alarm, serving.number);
    else
        context.alarms.raise(
            alarm,
            "the keys of " + serving.number.in_fours() +
                " changed without a handover: policies of the former policy key count for 24 "
                "hours, or until `dmid confirm`",
            context.clock.now(), AlarmScope{serving.number});
    co_return standing;
}

bool same(const Served& present, const model::Identity& identity,
          const std::optional<model::Document>& document, std::uint8_t flags)
{
    return present.identity == identity && present.flags == flags &&
           present.document == document.value_or(model::Document{});
}
} // namespace

Result<> restore_number(Context& context, const Serving& serving)
{
    const auto network = context.resolver.network();
    DMID_TRY(auto cell, context.mailbox.cell(kNodeBox, served_cell(network, serving.number)));
    if (!cell)
        return {};
    DMID_TRY(auto known, decode_remembered(cell->value));
    std::optional<model::Document> document;
    if (!known.document.empty())
    {
        DMID_TRY(document, model::decode_document(known.document));
    }
    const model::Identity identity{network, serving.number, known.epoch};
    DMID_TRY(const auto key, policy_key(context, identity, document));
    return serve(context, serving, identity, document, known.flags, key);
}

net::Task<Result<>> refresh_number(Context& context, Serving serving)
{
    auto resolution = co_await context.resolver.resolve(serving.number);
    if (!resolution)
        co_return tl::unexpected<Error>(std::move(resolution).error());
    const auto& record = resolution->record;
    check_keys(context, serving, resolution->document);
    const auto present = context.served.by_number(serving.number);
    const auto standing = co_await judge_own(context, serving, *resolution);
    if (!standing)
        co_return tl::unexpected<Error>(standing.error());
    // A handover counts for the owner's own node at once; the pin follows when it is final.
    const bool at_once = *standing == Standing::trusted && resolution->document;
    DMID_CO_TRY(auto key, policy_key(context, resolution->identity, resolution->document));
    if (at_once)
        key = resolution->document->policy_key;
    if (present && present->policy_key == key &&
        same(*present, resolution->identity, resolution->document, record.flags()))
        co_return Result<>{};
    if (present && present->identity.epoch != resolution->identity.epoch)
        context.alarms.raise("epoch " + serving.number.digits(),
                             serving.number.in_fours() + " changed hands: a new, empty mailbox is in use",
                             context.clock.now(), AlarmScope{serving.number});
    // A document that nobody had for the moment does not undo the one that is known.
    if (record.published() && !resolution->document)
        co_return fail(Errc::document_unavailable);
    Remembered known{resolution->identity.epoch, record.flags(), record.document().value_or(Bytes{})};
    DMID_CO_TRY(remember(context, resolution->identity, known));
    co_return serve(context, serving, resolution->identity, resolution->document, record.flags(), key);
}
} // namespace dmid::gateway
