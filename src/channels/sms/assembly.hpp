// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/sms/joiner.hpp"
#include "channels/sms/smpp_status.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dmid::channels::sms
{
/// An answer that is owed to the service for one message that it delivered.
using Ticket = std::uint64_t;

/// Parts of long messages, and the answers that are owed for them. Until the whole is durable no part is
/// acknowledged: the service keeps them, and this is no more than a memory of what it will send again.
///
/// A part is held, unanswered, for `hold`. Services that want an answer before they send the next part get
/// ESME_RX_T_APPN then, and the part stays here: it counts when the others come, and is acknowledged when the
/// service brings it again. What is not whole after `patience` is handed in as far as it came. Pure: the time
/// is an argument. Not thread-safe.
class Assembly
{
public:
    /// Parts that were handed in and still have to be brought again, at most.
    static constexpr std::size_t kMostDone = 4096;

    Assembly(UnixMillis hold, UnixMillis patience)
        : hold_{hold}
        , patience_{patience}
        , joiner_{patience}
    {
    }

    struct Whole
    {
        Joiner::Key key;
        std::string text;
        bool cut = false;            ///< parts are missing
        std::vector<Ticket> tickets; ///< wait for what becomes of it
        std::set<std::uint8_t> owed; ///< parts that were put off, and will come again
    };
    struct Step
    {
        std::vector<std::pair<Ticket, Status>> answers; ///< to be given now
        std::vector<Whole> wholes;                      ///< to be handed in now; then finished()
    };
    Step take(const Joiner::Key& key, std::uint8_t sequence, std::string text, Ticket ticket, UnixMillis now);
    /// What the time alone brings. Often enough: every quarter of the shorter patience.
    Step due(UnixMillis now);
    /// A whole is durable or refused for good: parts of it that come again are acknowledged.
    void finished(const Whole& whole, UnixMillis now);

    std::size_t waiting() const noexcept { return joiner_.waiting(); }

private:
    struct Held
    {
        Ticket ticket = 0;
        std::uint8_t sequence = 0;
        UnixMillis since = 0;
    };
    struct Parts
    {
        std::vector<Held> held;
        std::set<std::uint8_t> put_off;
    };
    Whole gather(const Joiner::Key& key, Joiner::Taken taken, bool cut);

    UnixMillis hold_;
    UnixMillis patience_;
    Joiner joiner_;
    std::map<Joiner::Key, Parts> parts_;
    std::map<std::pair<Joiner::Key, std::uint8_t>, UnixMillis> done_;
};
} // namespace dmid::channels::sms
