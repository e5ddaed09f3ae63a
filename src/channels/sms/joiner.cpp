// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/joiner.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::sms
{
std::size_t Joiner::from(const std::string& source) const
{
    const auto first = waiting_.lower_bound(Key{source, {}, 0, false, 0});
    return static_cast<std::size_t>(std::distance(
        first, std::find_if(first, waiting_.end(),
                            [&source](const auto& entry) { return entry.first.source != source; })));
}

void Joiner::forget(std::map<Key, Waiting>::iterator at)
{
    for (const auto& [sequence, piece] : at->second.pieces)
        bytes_ -= piece.text.size();
    waiting_.erase(at);
}

Joiner::Taken Joiner::joined(const Key& key, Waiting& waiting)
{
    Taken out;
    out.fate = Fate::whole;
    bool gap = false;
    for (unsigned sequence = 1; sequence <= key.total; ++sequence)
    {
        const auto at = waiting.pieces.find(static_cast<std::uint8_t>(sequence));
        if (at != waiting.pieces.end())
        {
            out.text += at->second.text;
            out.ids.push_back(std::move(at->second.id));
        }
        else if (!gap)
            out.text += "[…]";
        gap = at == waiting.pieces.end();
    }
    return out;
}

Joiner::Taken Joiner::take(const Key& key, std::uint8_t sequence, std::string text, std::string id,
                           UnixMillis now)
{
    auto at = waiting_.find(key);
    if (at != waiting_.end())
    {
        const auto piece = at->second.pieces.find(sequence);
        if (piece != at->second.pieces.end() && piece->second.text == text)
            return {Fate::duplicate, {}, {}};
        if (piece != at->second.pieces.end())
        {
            forget(at);
            at = waiting_.end();
        }
    }
    if (bytes_ + text.size() > kMostBytes)
        return {Fate::full, {}, {}};
    if (at == waiting_.end())
    {
        if (waiting_.size() >= kMost || from(key.source) >= kPerSource)
            return {Fate::full, {}, {}};
        at = waiting_.emplace(key, Waiting{now, {}}).first;
    }
    bytes_ += text.size();
    at->second.pieces.emplace(sequence, Piece{std::move(text), std::move(id)});
    if (at->second.pieces.size() < key.total)
        return {};
    auto out = joined(key, at->second);
    forget(at);
    return out;
}

std::vector<std::pair<Joiner::Key, Joiner::Taken>> Joiner::expired(UnixMillis now)
{
    std::vector<std::pair<Key, Taken>> out;
    for (auto at = waiting_.begin(); at != waiting_.end();)
    {
        const auto next = std::next(at);
        // A clock that was set back keeps nothing waiting for longer than once more its patience.
        if (now - at->second.since >= patience_ || at->second.since - now > patience_)
        {
            out.emplace_back(at->first, joined(at->first, at->second));
            forget(at);
        }
        at = next;
    }
    return out;
}
} // namespace dmid::channels::sms
