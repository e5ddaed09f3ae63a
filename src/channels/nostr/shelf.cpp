// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/shelf.hpp"

#include <algorithm>

namespace dmid::channels::nostr
{
Shelf::Shelf(std::size_t max_bytes, std::size_t max_per_key, UnixTime keep_seconds)
    : max_bytes_{max_bytes}
    , max_per_key_{max_per_key}
    , keep_seconds_{keep_seconds}
{
}

void Shelf::drop_oldest()
{
    const auto& oldest = items_.front();
    bytes_ -= oldest.bytes;
    if (--counts_[oldest.recipient] == 0)
        counts_.erase(oldest.recipient);
    items_.pop_front();
}

void Shelf::make_room(UnixTime now)
{
    while (!items_.empty() && (bytes_ > max_bytes_ || items_.front().received < now - keep_seconds_))
        drop_oldest();
}

void Shelf::put(const XOnlyKey& recipient, std::shared_ptr<const seal::Event> wrap, UnixTime now)
{
    const auto size = wrap->content.size() + 1024; // its tags and the object around it
    const std::lock_guard lock{mutex_};
    make_room(now);
    auto& count = counts_[recipient];
    if (count >= max_per_key_)
    {
        // One busy key costs the others nothing.
        const auto old = std::find_if(items_.begin(), items_.end(),
                                      [&](const Item& item) { return item.recipient == recipient; });
        bytes_ -= old->bytes;
        --count;
        items_.erase(old);
    }
    ++count;
    bytes_ += size;
    items_.push_back({recipient, std::move(wrap), size, now});
    make_room(now);
}

std::vector<seal::Event> Shelf::find(const std::vector<XOnlyKey>& recipients,
                                     const std::vector<Filter>& filters, std::size_t most, UnixTime now)
{
    std::vector<std::shared_ptr<const seal::Event>> theirs;
    {
        const std::lock_guard lock{mutex_};
        make_room(now);
        for (const auto& item : items_)
            if (std::find(recipients.begin(), recipients.end(), item.recipient) != recipients.end())
                theirs.push_back(item.wrap);
    }
    std::stable_sort(theirs.begin(), theirs.end(),
                     [](const auto& a, const auto& b) { return a->created_at > b->created_at; });
    std::vector<std::uint32_t> left;
    for (const auto& filter : filters)
        left.push_back(filter.limit.value_or(static_cast<std::uint32_t>(most)));
    std::vector<seal::Event> out;
    for (const auto& wrap : theirs)
    {
        bool wanted = false;
        for (std::size_t i = 0; i < filters.size(); ++i)
            if (left[i] > 0 && matches(filters[i], *wrap))
            {
                --left[i];
                wanted = true;
            }
        if (wanted && out.size() < most)
            out.push_back(*wrap);
    }
    return out;
}

std::size_t Shelf::bytes() const
{
    const std::lock_guard lock{mutex_};
    return bytes_;
}
} // namespace dmid::channels::nostr
