// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"

namespace dmid::channels::wallet
{
/// The way to a wallet that is known by its address alone: nothing goes out, the owner's words wait in the
/// mailbox until the wallet signs in and reads them. `accepted` means that they wait; that
/// they were read is reported once the wallet says so. Holds nothing; any thread.
class WalletShelf final : public channel::Channel
{
public:
    std::string_view name() const override { return "wallet"; }
    channel::Traits traits() const override;
    /// Nothing of an owner's goes to a wallet: channel.address-invalid for everything.
    Result<std::string> parse_address(std::string_view text) const override;
    std::optional<std::string> address_of(const model::Party& party) const override;
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override;
};
} // namespace dmid::channels::wallet
