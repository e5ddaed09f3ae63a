// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channels/sms/segments.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::sms
{
/// Ids for received messages, which SMPP gives none. What a service brings again must have the id that it had
/// before; the same words said twice must have two. With a concatenation reference the id is a hash of
/// source, destination, reference and text. Without one it also holds the hour, and how often these words
/// came in it and were acknowledged: until they are, they are one message.
///
/// So: words that come again after a restart in another hour are taken for new ones (shown twice); the same
/// words said twice within an hour, with a restart between them, are taken for one. Pure: the time is an
/// argument. Not thread-safe.
class LineIds
{
public:
    /// Of messages without a reference in the present hour; more get an id by their arrival.
    static constexpr std::size_t kMost = 65'536;

    std::string id_of(std::string_view source, std::string_view destination, const std::optional<Part>& part,
                      std::string_view text, UnixMillis now);
    /// The service was told that this message arrived, and will not bring it again.
    void acknowledged(const std::string& id);

private:
    struct Words
    {
        UnixMillis hour = 0;
        unsigned times = 0;
        std::string pending; ///< the id that is not acknowledged
    };
    void make_room(UnixMillis hour);

    std::map<std::string, Words> words_;         ///< by the hash of what was said
    std::map<std::string, std::string> said_by_; ///< the same hashes, by pending id
    std::uint64_t arrivals_ = 0;
};
} // namespace dmid::channels::sms
