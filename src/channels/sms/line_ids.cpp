// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/line_ids.hpp"

#include "crypto/sha256.hpp"

#include <utility>

namespace dmid::channels::sms
{
namespace
{
constexpr UnixMillis kHour = 3'600'000;
/// Services bring a message again for some days at most.
constexpr UnixMillis kPendingHours = 72;

/// 128 bits, in hex: enough that two of one sender never meet.
std::string hash_of(std::initializer_list<std::string_view> fields)
{
    crypto::Sha256 hash;
    for (const auto field : fields)
    {
        // With their lengths: no two lists of fields have the same bytes.
        hash.update(as_bytes(std::to_string(field.size()) + ':'));
        hash.update(as_bytes(field));
    }
    const auto digest = hash.finish();
    return to_hex(digest.view().first(16));
}
} // namespace

std::string LineIds::id_of(std::string_view source, std::string_view destination,
                           const std::optional<Part>& part, std::string_view text, UnixMillis now)
{
    if (part)
        return hash_of({source, destination, std::to_string(part->reference) + (part->wide ? "w" : "n"),
                        std::to_string(part->total), text});
    const auto said = hash_of({source, destination, text});
    const auto hour = now / kHour;
    if (words_.size() >= kMost && !words_.contains(said))
        make_room(hour);
    if (words_.size() >= kMost && !words_.contains(said))
        return said + "-n" + std::to_string(now) + "-" + std::to_string(++arrivals_);
    auto& words = words_[said];
    if (!words.pending.empty())
        return words.pending;
    if (words.hour != hour)
        words = {hour, 0, {}};
    words.pending = said + "-" + std::to_string(hour) + "-" + std::to_string(words.times);
    said_by_.emplace(words.pending, said);
    return words.pending;
}

void LineIds::make_room(UnixMillis hour)
{
    std::erase_if(words_,
                  [this, hour](const auto& one)
                  {
                      const auto& words = one.second;
                      const bool old =
                          words.pending.empty() ? words.hour != hour : words.hour + kPendingHours < hour;
                      if (old && !words.pending.empty())
                          said_by_.erase(words.pending);
                      return old;
                  });
}

void LineIds::acknowledged(const std::string& id)
{
    const auto at = said_by_.find(id);
    if (at == said_by_.end())
        return;
    const auto words = words_.find(at->second);
    said_by_.erase(at);
    if (words == words_.end())
        return;
    words->second.pending.clear();
    ++words->second.times;
}
} // namespace dmid::channels::sms
