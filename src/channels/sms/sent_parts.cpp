// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/sent_parts.hpp"

#include <utility>

namespace dmid::channels::sms
{
std::vector<std::optional<std::string>> SentParts::of(const Hash32& key, std::size_t parts) const
{
    const std::lock_guard lock{mutex_};
    const auto at = sent_.find(key);
    auto out = at != sent_.end() ? at->second : std::vector<std::optional<std::string>>{};
    out.resize(parts);
    return out;
}

void SentParts::took(const Hash32& key, std::size_t parts, std::size_t part, std::string id)
{
    const std::lock_guard lock{mutex_};
    const auto [at, fresh] = sent_.try_emplace(key);
    at->second.resize(parts);
    if (part < parts)
        at->second[part] = std::move(id);
    if (!fresh)
        return;
    order_.push_back(key);
    if (order_.size() > kMost)
    {
        sent_.erase(order_.front());
        order_.pop_front();
    }
}

void SentTo::sent(std::string id, std::string phone)
{
    const std::lock_guard lock{mutex_};
    if (!phones_.insert_or_assign(id, std::move(phone)).second)
        return;
    order_.push_back(std::move(id));
    if (order_.size() > kMost)
    {
        phones_.erase(order_.front());
        order_.pop_front();
    }
}

std::optional<std::string> SentTo::phone_of(const std::string& id) const
{
    const std::lock_guard lock{mutex_};
    const auto at = phones_.find(id);
    return at != phones_.end() ? std::optional{at->second} : std::nullopt;
}
} // namespace dmid::channels::sms
