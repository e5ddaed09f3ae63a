// SPDX-License-Identifier: Apache-2.0
#include "gateway/prepare.hpp"

#include "gateway/amends.hpp"
#include "gateway/files.hpp"
#include "gateway/grant.hpp"
#include "gateway/key_wait.hpp"
#include "gateway/letters.hpp"
#include "gateway/links.hpp"
#include "gateway/tokens.hpp"
#include "keys/random.hpp"
#include "seal/nip59.hpp"

namespace dmid::gateway
{
namespace
{
/// How long one attempt may take (milliseconds).
constexpr UnixMillis kAttemptMs = 40'000;
Prepared cannot(Errc code, std::string words, channel::Outcome outcome)
{
    Prepared out;
    out.attempt.outcome = outcome;
    out.attempt.code = code;
    out.attempt.detail = std::move(words);
    return out;
}

} // namespace

Prepared try_later(const Error& error)
{
    return cannot(error.code, std::string{name(error.code)}, channel::Outcome::deferred);
}

Prepared refused(Errc code, std::string words)
{
    return cannot(code, std::move(words), channel::Outcome::refused);
}

Prepared hold(Errc code, std::string words, UnixMillis look_at)
{
    auto out = cannot(code, std::move(words), channel::Outcome::deferred);
    out.on_hold = true;
    out.look_at = look_at;
    return out;
}

channel::Leg leg_of(const Context& context, const store::WorkItem& item, std::string address)
{
    const auto progress = decode_progress(item.state);
    channel::Leg leg;
    leg.id = item.entry.id;
    leg.address = std::move(address);
    leg.report_token = report_token(context, item.ref.mailbox, item.entry.id);
    leg.attempt = progress.failures;
    // More claims than known ends: one was cut, maybe behind the handing over.
    leg.repeated = progress.uncertain || item.ref.attempt > progress.finished + 1;
    leg.deadline = context.clock.now_ms() + kAttemptMs;
    return leg;
}

namespace
{
/// Where the counterparty is reached, and with which key, as proven now.
struct Target
{
    XOnlyKey key;
    std::uint64_t number = 0;
    std::vector<std::string> routes;
    unsigned work = 0;
    bool final = true; ///< the publication of the key is
};

net::Task<tl::expected<Target, Prepared>> find_target(Context& context, store::MailboxId box, model::Party to)
{
    if (const auto* nostr = std::get_if<model::NostrKey>(&to))
        co_return Target{nostr->key, 0, {}, 0};
    const auto* identity = std::get_if<model::Identity>(&to);
    if (identity == nullptr)
        co_return tl::unexpected(refused(Errc::internal_unsupported, "no way leads back to this sender yet"));
    auto resolution = co_await context.resolver.resolve(identity->number);
    if (!resolution)
    {
        if (resolution.error().code == Errc::resolve_not_minted)
            co_return tl::unexpected(refused(resolution.error().code, "the number is not minted"));
        co_return tl::unexpected(try_later(resolution.error()));
    }
    if (resolution->stale)
        co_return tl::unexpected(try_later(Error{Errc::resolve_stale, {}}));
    if (!resolution->document)
        co_return tl::unexpected(try_later(Error{Errc::resolve_not_published, {}}));
    const auto standing = co_await judge_keys(context, box, *resolution);
    if (!standing)
        co_return tl::unexpected(try_later(standing.error()));
    // A later epoch is trusted where its owner proved to be the same person, or ours confirmed it.
    const bool other = resolution->identity.epoch != identity->epoch;
    if (other && (*standing != Standing::trusted || resolution->identity.epoch < identity->epoch))
        co_return tl::unexpected(hold(Errc::gateway_contact_held, std::string{words(Standing::new_epoch)}));
    if (*standing == Standing::held || *standing == Standing::new_epoch)
        co_return tl::unexpected(hold(Errc::gateway_contact_held, std::string{words(*standing)}));
    Target target{resolution->document->inbox_key, identity->number.value(), {}, 0};
    for (const auto& gateway : resolution->document->gateways)
        target.routes.push_back(gateway.url);
    for (const auto& relay : resolution->document->relays)
        target.routes.push_back(relay);
    target.final = co_await context.resolver.is_final(resolution->record);
    co_return target;
}

Result<std::string> seal_letter(const Context& context, const Served& served, const Letter& letter,
                                const XOnlyKey& reader)
{
    DMID_TRY(auto rumor, seal::parse_rumor(letter.rumor));
    const auto* author = served.key(rumor.pubkey);
    if (author == nullptr)
        return fail(Errc::crypto_key_invalid, "the key that wrote it is no longer held");
    seal::SealRandom random;
    random.nonce = keys::random_fixed<Hash32>();
    random.aux = keys::random_fixed<Hash32>();
    const auto back = keys::random_fixed<Hash32>();
    random.back = std::uint32_t{back.bytes[0]} << 16U | std::uint32_t{back.bytes[1]} << 8U | back.bytes[2];
    DMID_TRY(auto sealed, seal::make_seal(rumor, author->secret, reader, context.clock.now(), random));
    return seal::to_json(sealed);
}

/// What the owner did to an earlier message of the conversation.
Result<> put_amends(const Context& context, const store::MailboxId& box, const Outgoing& outgoing,
                    const Channels::value_type& channel, channel::Outgoing& message)
{
    if (!outgoing.amends)
        return {};
    DMID_TRY(auto ids, names_at(context, box, outgoing.amends->message, channel.first, {}));
    put_amendment(context, box, *outgoing.amends, channel.second->traits(), std::move(ids), message);
    message.quotes.clear();
    return {};
}

/// The letter's files, or links to them below its text where the channel does not carry them.
Result<> put_files(const Context& context, const store::WorkItem& item, const Hash32& id,
                   const Letter& letter, const channel::Channel& channel, channel::Outgoing& message)
{
    if (carries(channel, letter.files))
    {
        message.files = open_files(context, letter.files);
        return {};
    }
    if (!links_to(context, letter.files))
        return fail(Errc::channel_too_large, "the channel does not carry the files");
    DMID_TRY(const auto links, keep_links(context, item.ref.mailbox, id, item.entry.id, letter.files,
                                          room_beside(letter.text, channel)));
    if (links.tokens.size() < letter.files.size())
        return fail(Errc::channel_too_large, "the channel's text has no room for links to the files");
    message.text += (message.text.empty() ? "" : "\n\n") + links.words;
    return {};
}

/// A letter to somebody who is reached as they are: the owner's words from the number, and nothing else.
Prepared in_the_clear(const Context& context, const store::WorkItem& item, const Hash32& id,
                      const Served& served, const Outgoing& outgoing, const Letter& letter,
                      const Channels::value_type& channel)
{
    auto address = channel.second->address_of(outgoing.to);
    if (!address)
        return refused(Errc::channel_unknown, "no channel of this node leads there");
    Prepared out;
    out.ready = true;
    out.channel = channel.first;
    out.leg = leg_of(context, item, std::move(*address));
    out.message.to_owner = false;
    out.message.number = served.identity.number.in_fours();
    out.message.text = letter.text;
    out.message.subject = letter.subject;
    out.message.sent_at = outgoing.sent_at;
    out.message.answers = letter.answers;
    if (!letter.answers.empty() && channel.second->traits().replies)
        out.message.quotes = letter.answers.front();
    if (const auto put = put_files(context, item, id, letter, *channel.second, out.message); !put)
        return put.error().code == Errc::channel_too_large ? refused(put.error().code, put.error().context)
                                                           : try_later(put.error());
    if (const auto put = put_amends(context, item.ref.mailbox, outgoing, channel, out.message); !put)
        return try_later(put.error());
    return out;
}

net::Task<Prepared> to_other(Context& context, store::WorkItem item, LegMeta meta)
{
    const auto& box = item.ref.mailbox;
    const auto served = served_by_box(context, box);
    if (!served)
        co_return refused(Errc::gateway_not_served, "this node does not serve the number any more");
    const auto stored = context.mailbox.find(box, meta.message);
    if (!stored)
        co_return try_later(stored.error());
    if (!*stored || (*stored)->forgotten)
        co_return refused(Errc::gateway_no_such_entry, "the message is gone");
    const auto outgoing = decode_outgoing((*stored)->entry.meta);
    const auto letter = decode_letter((*stored)->entry.body);
    if (!outgoing || !letter)
        co_return refused(Errc::store_corrupt, "the message does not read back");
    const auto channel = context.channels.find(meta.channel);
    if (channel == context.channels.end())
        co_return refused(Errc::channel_unknown, "no channel of this node leads there");
    if (Addressee{outgoing->to}.in_the_clear())
        co_return in_the_clear(context, item, meta.message, *served, *outgoing, *letter, *channel);

    const auto sent_to = decode_progress(item.state).unsettled;
    auto target = co_await find_target(context, box, outgoing->to);
    if (sent_to && (!target || target->key == *sent_to))
    {
        // It went out. The letter is kept for as long as a reorg can take that key away.
        Prepared out;
        out.superseded = target && target->final;
        out.watching = !out.superseded;
        co_return out;
    }
    if (!target)
        co_return std::move(target).error();
    auto sealed = seal_letter(context, *served, *letter, target->key);
    if (!sealed)
        co_return refused(sealed.error().code, std::string{name(sealed.error().code)});
    const auto ticket = granted_ticket(context, box, outgoing->to);
    if (!ticket)
        co_return try_later(ticket.error());

    Prepared out;
    out.ready = true;
    out.channel = channel->first;
    out.leg = leg_of(context, item, to_hex(target->key.view()));
    out.leg.routes = std::move(target->routes);
    if (!target->final)
        out.unsettled = target->key;
    out.again = sent_to.has_value();
    out.message.to_owner = false;
    out.message.number = served->identity.number.in_fours();
    out.message.text = letter->text;
    out.message.subject = letter->subject;
    out.message.sent_at = outgoing->sent_at;
    channel::Sealed native;
    native.seal = std::move(*sealed);
    native.recipient = target->key;
    native.number = target->number;
    native.ticket = *ticket;
    native.work = target->work;
    native.keep_until = context.clock.now() + seal::kKeepWraps;
    out.message.sealed = std::move(native);
    co_return out;
}
} // namespace

net::Task<Prepared> prepare_leg(Context& context, const store::WorkItem& item)
{
    auto meta = decode_leg(item.entry.meta);
    if (!meta)
        co_return try_later(meta.error());
    if (meta->to_owner && meta->plan.digest)
        co_return prepare_digest(context, item, *meta);
    if (meta->to_owner)
        co_return prepare_for_owner(context, item, *meta);
    co_return co_await to_other(context, item, std::move(*meta));
}
} // namespace dmid::gateway
