// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal/event.hpp"

#include <string>
#include <vector>

namespace dmid::channels::nostr
{
/// How one served inbox key shows itself to Nostr: kind 0 and kind 10050 (NIP-17).
struct Presence
{
    XOnlyKey key;
    std::string name;                ///< the number in fours
    std::string about;               ///< one or two sentences
    std::vector<std::string> relays; ///< of the document, best first; our own is added where it is missing

    bool operator==(const Presence&) const = default;
};

/// The numbers that this node serves, as far as Nostr sees them. The composition root implements it over the
/// gateway's table; thread-safe, cheap, and of the moment: numbers come and go while the node runs.
class ServedKeys
{
public:
    virtual ~ServedKeys() = default;
    /// Every inbox key that listens, old ones in their grace included.
    virtual std::vector<Presence> presences() const = 0;
    /// Dates and signs a body with the secret of a served key; crypto.key-invalid for any other.
    virtual Result<seal::Event> sign(const XOnlyKey& key, seal::EventBody body) const = 0;
};
} // namespace dmid::channels::nostr
