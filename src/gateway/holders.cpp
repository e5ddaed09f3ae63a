// SPDX-License-Identifier: Apache-2.0
#include "gateway/holders.hpp"

#include "crypto/hmac.hpp"

namespace dmid::gateway
{
namespace
{
constexpr net::Millis kQuestion{10'000};

/// Numbers of SIM cards are nobody's business: what is kept says only whether it is the same.
Hash32 kept_of(const Context& context, const Binding& binding, const std::string& holder)
{
    const auto text =
        "dmid/holder/v1" + std::string(1, '\0') + binding.channel + '\0' + binding.address + '\0' + holder;
    return crypto::hmac_sha256(context.node_key.secret.view(), as_bytes(text));
}

bool is_due(const Binding& binding, UnixTime now)
{
    return binding.state == BindingState::bound &&
           (binding.looked == 0 || now - binding.looked >= kLookAtHolder || binding.looked > now);
}

net::Task<Result<>> look_at_holder(Context& context, ServedPtr served, Binding binding,
                                   channel::Channel& channel)
{
    const auto holder = co_await channel.holder_of(binding.address, kQuestion);
    const auto now = context.clock.now();
    // Asked again in a day, whatever becomes of the node meanwhile.
    const auto tomorrow = now - kLookAtHolder + kLookAgain;
    if (!holder)
    {
        note(context, "holder.unknown channel=" + binding.channel +
                          " error=" + std::string{name(holder.error().code)});
        co_return context.bindings.set_holder(served->box(), binding.label, {}, tomorrow);
    }
    if (!*holder)
        co_return context.bindings.set_holder(served->box(), binding.label, {}, tomorrow);
    const auto kept = kept_of(context, binding, **holder);
    if (!binding.holder.is_zero() && binding.holder != kept)
    {
        const channel::HandsChanged what{binding.channel, binding.address,
                                         "by its operator's register it is on another SIM now"};
        const auto done = quarantine(context, *served, what);
        if (!done)
            co_return tl::unexpected(done.error());
        co_return Result<>{};
    }
    co_return context.bindings.set_holder(served->box(), binding.label, kept, now);
}
} // namespace

net::Task<Result<>> look_at_holders(Context& context, ServedPtr served, unsigned& left)
{
    const auto bindings = context.bindings.all(served->box());
    if (!bindings)
        co_return tl::unexpected(bindings.error());
    for (const auto& binding : *bindings)
    {
        const auto channel = context.channels.find(binding.channel);
        if (channel == context.channels.end() || !is_due(binding, context.clock.now()))
            continue;
        if (!channel->second->traits().tells_holder)
            continue;
        if (left == 0)
            co_return Result<>{};
        --left;
        auto looked = co_await look_at_holder(context, served, binding, *channel->second);
        if (!looked)
            co_return looked;
    }
    co_return Result<>{};
}
} // namespace dmid::gateway
