// SPDX-License-Identifier: Apache-2.0
#include "gateway/key_wait.hpp"
#include "gateway/stages.hpp"
#include "seal/dmid_tag.hpp"

namespace dmid::gateway
{
namespace
{
constexpr net::Millis kSenderAgain{250};

bool is_found_out(const Result<resolve::Resolution>& resolution)
{
    if (!resolution)
        return resolution.error().code == Errc::resolve_not_minted;
    return !resolution->record.published() || resolution->document.has_value();
}

/// Asked once more where it failed at once: an endpoint that was between two blocks would make a stranger of
/// somebody who is known. What took its time is not asked for twice.
net::Task<Result<resolve::Resolution>> find_out(Context& context, model::Number number)
{
    auto resolution = co_await context.resolver.resolve(number);
    const bool waited = !resolution && resolution.error().code == Errc::net_timeout;
    if (is_found_out(resolution) || waited)
        co_return resolution;
    co_await net::sleep_for(kSenderAgain);
    co_return co_await context.resolver.resolve(number);
}
} // namespace

net::Task<Refusal> resolve_sender(Context& context, Arrival& arrival)
{
    if (!arrival.opened)
        co_return std::nullopt;
    const auto claim = seal::dmid_claim(arrival.opened->rumor);
    if (!claim)
        co_return refuse(claim.error());
    // Without the tag the class is nostr; a number of another registry cannot be proven here.
    if (!*claim || (*claim)->network != context.resolver.network())
        co_return std::nullopt;

    const auto holder = model::bit(model::Class::dmid_holder);
    auto resolution = co_await find_out(context, (*claim)->number);
    if (!resolution || resolution->stale)
    {
        const bool proven_absent = !resolution && resolution.error().code == Errc::resolve_not_minted;
        if (!proven_absent)
            arrival.unknown |= holder;
        co_return std::nullopt;
    }
    if (resolution->record.published() && !resolution->document)
    {
        // Nobody has the document's bytes at present: nothing is known of the key.
        arrival.unknown |= holder;
        co_return std::nullopt;
    }
    const bool proven = resolution->identity == **claim && resolution->document &&
                        speaks_for(*resolution->document, arrival.opened->seal_key);
    if (!proven)
        co_return std::nullopt;

    const auto standing = co_await judge_keys(context, arrival.to->box(), *resolution);
    if (!standing)
        co_return refuse(standing.error());
    if (*standing == Standing::not_final)
    {
        // A reorg can still give the number to somebody else; the key is proven whatever becomes of it.
        arrival.marks.push_back("it claims " + resolution->identity.number.in_fours() + ": " +
                                std::string{words(*standing)});
        co_return std::nullopt;
    }
    arrival.standing = *standing;
    arrival.envelope.classes |= holder;
    // The number alone: its threads and consents outlive a rotation of the key.
    arrival.envelope.from = {resolution->identity};
    co_return std::nullopt;
}
} // namespace dmid::gateway
