// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace dmid::channels::whatsapp
{
/// Why something does not work at present, by what it is about. Thread-safe.
class Health
{
public:
    enum class About : std::uint8_t
    {
        api,  ///< the token, or the way to the API
        hook, ///< the way in
        node, ///< the node itself
    };

    /// Empty words: all is well with it.
    void set(About about, std::string words)
    {
        const std::lock_guard lock{mutex_};
        words_.at(static_cast<std::size_t>(about)) = std::move(words);
    }
    /// The most important words; empty where all is well.
    std::string words() const
    {
        const std::lock_guard lock{mutex_};
        const auto* found =
            std::find_if(words_.begin(), words_.end(), [](const auto& words) { return !words.empty(); });
        return found == words_.end() ? std::string{} : *found;
    }

private:
    mutable std::mutex mutex_;
    std::array<std::string, 3> words_;
};
} // namespace dmid::channels::whatsapp
