// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/nostr/served_keys.hpp"
#include "gateway/served.hpp"

namespace dmid::node
{
/// The gateway's numbers as Nostr sees them.
class NostrKeys final : public channels::nostr::ServedKeys
{
public:
    NostrKeys(const gateway::ServedNumbers& served, const Clock& clock)
        : served_{served}
        , clock_{clock}
    {
    }

    std::vector<channels::nostr::Presence> presences() const override;
    Result<seal::Event> sign(const XOnlyKey& key, seal::EventBody body) const override;

private:
    const gateway::ServedNumbers& served_;
    const Clock& clock_;
};
} // namespace dmid::node
