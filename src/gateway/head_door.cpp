// SPDX-License-Identifier: Apache-2.0
#include "gateway/head_door.hpp"

#include "gateway/key_wait.hpp"
#include "gateway/own_policy.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
bool names(const model::Document& document, const XOnlyKey& node_key, const std::string& own_relay)
{
    const auto gateway = [&](const model::Gateway& one) { return one.node_key == node_key; };
    const auto trimmed = [](std::string_view url)
    { return url.ends_with('/') ? url.substr(0, url.size() - 1) : url; };
    const auto relay = [&](const std::string& one)
    { return !own_relay.empty() && trimmed(one) == trimmed(own_relay); };
    return std::any_of(document.gateways.begin(), document.gateways.end(), gateway) ||
           std::any_of(document.relays.begin(), document.relays.end(), relay);
}

/// The pinned key while a change without a handover waits, else the document's.
net::Task<Result<XOnlyKey>> trusted_key(Context& context, const resolve::Resolution& resolution)
{
    const auto& identity = resolution.identity;
    DMID_CO_TRY(co_await judge_keys(context, kNodeBox, resolution));
    DMID_CO_TRY(const auto pin, context.pins.find(kNodeBox, identity.network, identity.number));
    if (pin && pin->epoch == identity.epoch)
        co_return pin->policy_key;
    co_return resolution.document->policy_key;
}

net::Task<Result<XOnlyKey>> ask_document(Context& context, std::string own_relay, model::Identity identity)
{
    auto resolution = co_await context.resolver.resolve(identity.number);
    if (!resolution)
        co_return tl::unexpected<Error>(std::move(resolution).error());
    if (resolution->identity != identity)
        co_return fail(Errc::policy_signature, "the head is of another epoch");
    if (!resolution->document || !names(*resolution->document, context.node_key.key, own_relay))
        co_return fail(Errc::gateway_not_served, "the number's document does not name this node");
    co_return co_await trusted_key(context, *resolution);
}

Result<> check_time(const Context& context, const model::PolicyHead& head)
{
    if (head.time > context.clock.now() + kHeadAhead)
        return fail(Errc::message_time, "the head is from the future");
    return {};
}

/// Two policies of one seq: somebody else signs with this key, or its owner signed on two machines.
void note_fork(Context& context, const model::PolicyHead& head, const model::PolicyPosition& other)
{
    if (head.position.key != other.key || head.position.seq != other.seq || head.position.hash == other.hash)
        return;
    const auto number = head.identity.number;
    context.alarms.raise(
        "policy fork " + number.digits(),
        "two policies of " + number.in_fours() + " have the same seq " + std::to_string(other.seq) +
            ": the one with the smaller hash counts. Either it was set at two places at once, "
            "or somebody else has the policy key: then `dmid publish` another one",
        context.clock.now(), AlarmScope{number, {}, context.clock.now() + 7 * kEventAlarm});
}

void note_forks(Context& context, const Served& served, const model::PolicyHead& head)
{
    if (served.policy)
        note_fork(context, head, served.policy->position);
    if (const auto kept = context.heads->find(served.identity, served.policy_key))
        note_fork(context, head, kept->head.position);
}

/// What costs no question to anybody: most of what is worthless ends here.
Result<model::PolicyHead> read_head(Context& context, ByteView bytes)
{
    DMID_TRY(const auto head, model::decode_head(bytes));
    if (head.identity.network != context.resolver.network())
        return fail(Errc::gateway_not_served, "a number of another registry");
    DMID_TRY(check_time(context, head));
    DMID_TRY(model::verify_head(head, head.identity, head.position.key));
    if (const auto served = context.served.by_number(head.identity.number);
        served && served->identity == head.identity && served->policy_key == head.position.key)
        note_forks(context, *served, head);
    const auto kept = context.heads->find(head.identity, head.position.key);
    if (kept && model::ahead(kept->head, head))
        return fail(Errc::policy_seq, "a later head is held");
    return head;
}
} // namespace

NamedHere named_by_document(Context& context, std::string own_relay)
{
    return [&context, own_relay = std::move(own_relay)](model::Identity identity)
    { return ask_document(context, own_relay, identity); };
}

Result<bool> take_own_head(Context& context, const Served& served, const model::PolicyHead& head)
{
    DMID_TRY(model::verify_head(head, served.identity, served.policy_key));
    DMID_TRY(check_time(context, head));
    note_forks(context, served, head);
    DMID_TRY(const bool fresh, context.heads->keep(head, {}, false));
    if (fresh)
        settle_policy(context, served.identity.number);
    return fresh;
}

HeadDoor::HeadDoor(Context& context, NamedHere named_here)
    : context_{context}
    , named_here_{std::move(named_here)}
{
}

net::Task<Result<>> HeadDoor::take(Bytes bytes, std::string event, std::string source)
{
    if (!context_.head_budget->take(source, context_.clock.now()))
        co_return fail(Errc::policy_rate_limited, "too many heads in a minute");
    const auto read = read_head(context_, bytes);
    if (!read)
        co_return tl::unexpected<Error>(read.error());
    const auto head = *read;
    if (const auto kept = context_.heads->find(head.identity, head.position.key);
        kept && kept->head.position == head.position && kept->head.time == head.time)
        co_return Result<>{};
    const auto served = context_.served.by_number(head.identity.number);
    if (!served)
    {
        DMID_CO_TRY(const auto key, co_await named_here_(head.identity));
        DMID_CO_TRY(model::verify_head(head, head.identity, key));
    }
    std::function<Result<>()> work = [&context = context_, served, head, event = std::move(event)]
    {
        const auto kept =
            served ? take_own_head(context, *served, head) : context.heads->keep(head, event, true);
        return kept ? Result<>{} : Result<>{tl::unexpected<Error>(kept.error())};
    };
    co_return co_await context_.aside->run(std::move(work));
}

std::vector<std::string> HeadDoor::events(const std::vector<XOnlyKey>& authors) const
{
    return context_.heads->events(authors);
}
} // namespace dmid::gateway
