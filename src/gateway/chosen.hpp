// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "model/number.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace dmid::gateway
{
/// The number that an account of a platform named without a message (a deep link, a number alone): what it
/// says next goes there. Forgotten with the process; then it is asked again. Thread-safe.
class ChosenNumbers
{
public:
    struct Choice
    {
        model::Number number;
        std::optional<model::Tail> ext;
        UnixTime at = 0;
    };

    void choose(const std::string& account, Choice choice)
    {
        const std::lock_guard hold{mutex_};
        // Anybody can choose: what is forgotten early is asked again.
        if (choices_.size() >= kMost && !choices_.contains(account))
            choices_.clear();
        choices_[account] = choice;
    }

    /// Nothing where none was made within kFor before `now`.
    std::optional<Choice> find(const std::string& account, UnixTime now) const
    {
        const std::lock_guard hold{mutex_};
        const auto found = choices_.find(account);
        if (found == choices_.end() || found->second.at + kFor < now)
            return std::nullopt;
        return found->second;
    }

private:
    static constexpr std::size_t kMost = 4096;
    static constexpr UnixTime kFor = 24 * 3600;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Choice> choices_;
};
} // namespace dmid::gateway
