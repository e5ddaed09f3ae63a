// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace dmid::channels::whatsapp
{
/// What the node sent under which id: statuses name a person as Meta does, which need not be the address that
/// was written to. In memory alone; thread-safe; the newest 8192.
class SentIds
{
public:
    enum class What : std::uint8_t
    {
        part,       ///< of a message
        words,      ///< of the node itself: nobody waits for a report
        invitation, ///< a template that asks somebody to write
    };
    struct Entry
    {
        std::string account; ///< as it was written to
        What what = What::part;
    };

    void add(const std::string& id, Entry entry)
    {
        const std::lock_guard lock{mutex_};
        if (entries_.insert_or_assign(id, std::move(entry)).second)
            order_.push_back(id);
        for (; order_.size() > kMost; order_.pop_front())
            entries_.erase(order_.front());
    }
    std::optional<Entry> find(const std::string& id) const
    {
        const std::lock_guard lock{mutex_};
        const auto found = entries_.find(id);
        return found == entries_.end() ? std::nullopt : std::optional{found->second};
    }

    /// An invitation never arrived: the next attempt for that account says so, once.
    void set_failure(const std::string& account, std::string words)
    {
        const std::lock_guard lock{mutex_};
        if (failures_.size() < kMost)
            failures_[account] = std::move(words);
    }
    std::optional<std::string> take_failure(const std::string& account)
    {
        const std::lock_guard lock{mutex_};
        auto node = failures_.extract(account);
        return node ? std::optional{std::move(node.mapped())} : std::nullopt;
    }

private:
    static constexpr std::size_t kMost = 8192;
    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;
    std::deque<std::string> order_;
    std::map<std::string, std::string> failures_;
};
} // namespace dmid::channels::whatsapp
