// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "channels/sms/segments.hpp"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace dmid::channels::sms
{
/// Parts of long messages that wait for each other. In memory: the caller says yes to the service only when a
/// message is whole and durable, or keeps the parts elsewhere. Pure: the time is an argument. Not
/// thread-safe.
class Joiner
{
public:
    /// What waits longer is given up, unless told otherwise; a phone sends all parts at once.
    static constexpr UnixMillis kPatience = 10LL * 60 * 1000;
    /// Bounds against a sender who never finishes: messages that wait from one source and in all, bytes in
    /// all.
    static constexpr std::size_t kPerSource = 8;
    static constexpr std::size_t kMost = 1024;
    static constexpr std::size_t kMostBytes = 4U << 20U;

    explicit Joiner(UnixMillis patience = kPatience)
        : patience_{patience}
    {
    }

    struct Key
    {
        std::string source;
        std::string destination;
        std::uint16_t reference = 0;
        bool wide = false;
        std::uint8_t total = 0;
        auto operator<=>(const Key&) const = default;
    };
    enum class Fate : std::uint8_t
    {
        whole,     ///< `text` is all of it
        waiting,   ///< other parts are missing
        duplicate, ///< this part is here already
        full,      ///< no room: the service should send it again later
    };
    struct Taken
    {
        Fate fate = Fate::waiting;
        std::string text;
        std::vector<std::string> ids; ///< of the parts, in order: what was handed in with each
    };
    /// Another text under the same key and sequence belongs to another message with a recycled reference: it
    /// replaces what waits.
    Taken take(const Key& key, std::uint8_t sequence, std::string text, std::string id, UnixMillis now);

    /// What was given up by now, as far as it came: gaps are marked with `[…]`. Ids as in Taken.
    std::vector<std::pair<Key, Taken>> expired(UnixMillis now);
    std::size_t waiting() const noexcept { return waiting_.size(); }

private:
    struct Piece
    {
        std::string text;
        std::string id;
    };
    struct Waiting
    {
        UnixMillis since = 0;
        std::map<std::uint8_t, Piece> pieces;
    };
    std::size_t from(const std::string& source) const;
    void forget(std::map<Key, Waiting>::iterator at);
    static Taken joined(const Key& key, Waiting& waiting);

    UnixMillis patience_;
    std::map<Key, Waiting> waiting_;
    std::size_t bytes_ = 0;
};
} // namespace dmid::channels::sms
