// SPDX-License-Identifier: Apache-2.0
#include "channels/wallet/wallet_shelf.hpp"

#include "model/envelope.hpp"

namespace dmid::channels::wallet
{
channel::Traits WalletShelf::traits() const
{
    channel::Traits traits;
    traits.max_text = model::kMaxText;
    traits.confirms = channel::Confirms::read;
    traits.idempotent = true;
    return traits;
}

Result<std::string> WalletShelf::parse_address(std::string_view) const
{
    return fail(Errc::channel_address_invalid, "a wallet reads here by signing in; it cannot be bound");
}

std::optional<std::string> WalletShelf::address_of(const model::Party& party) const
{
    if (!std::holds_alternative<model::WalletAddress>(party))
        return std::nullopt;
    return model::to_string(party);
}

net::Task<channel::Attempt> WalletShelf::send(channel::Leg, channel::Outgoing message)
{
    channel::Attempt attempt;
    if (message.text.size() > model::kMaxText)
    {
        attempt.outcome = channel::Outcome::refused;
        attempt.code = Errc::channel_too_large;
        co_return attempt;
    }
    attempt.outcome = channel::Outcome::accepted;
    attempt.detail = "it waits here until the wallet signs in and reads it";
    co_return attempt;
}
} // namespace dmid::channels::wallet
