// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace dmid::channels::sms
{
/// Which parts of a leg the service took, so that the next attempt goes on behind them: parts cost money, and
/// a phone shows them twice. In memory: after a restart all parts go again. Thread-safe.
class SentParts
{
public:
    /// The newest so many are remembered.
    static constexpr std::size_t kMost = 4096;

    /// The service's ids of the parts that it took, by part; nothing for the others. `key` is of the leg, its
    /// text and its destination: another text is another message.
    std::vector<std::optional<std::string>> of(const Hash32& key, std::size_t parts) const;
    void took(const Hash32& key, std::size_t parts, std::size_t part, std::string id);

private:
    mutable std::mutex mutex_;
    std::unordered_map<Hash32, std::vector<std::optional<std::string>>> sent_;
    std::deque<Hash32> order_;
};

/// Which number a message went to, by the service's id of it: a receipt names the id alone for certain.
/// Thread-safe.
class SentTo
{
public:
    static constexpr std::size_t kMost = 65'536; ///< the newest so many

    /// `id` as message_id_forms() has it at its front.
    void sent(std::string id, std::string phone);
    std::optional<std::string> phone_of(const std::string& id) const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::string> phones_;
    std::deque<std::string> order_;
};
} // namespace dmid::channels::sms
