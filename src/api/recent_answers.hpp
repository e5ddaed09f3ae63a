// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::api
{
/// Texts of answers that stay the same for a second, so that one that many ask for is written once.
/// Bounded in number and size; thread-safe.
class RecentAnswers
{
public:
    /// What an answer may depend on besides the question.
    struct Moment
    {
        UnixTime second = 0;       ///< ages in answers count whole seconds
        std::uint64_t edition = 0; ///< resolve::Resolver::edition()

        bool operator==(const Moment&) const = default;
    };

    std::optional<std::string> find(const Moment& moment, std::string_view question);
    /// Forgets those of other moments. Long questions and answers, and more of them than there is room for,
    /// are not kept: they are written anew each time.
    void keep(const Moment& moment, std::string_view question, const std::string& answer);

private:
    static constexpr std::size_t kMostAnswers = 256;
    static constexpr std::size_t kLongestQuestion = 200;
    static constexpr std::size_t kLongestAnswer = 16 * 1024;

    std::mutex mutex_;
    Moment moment_;
    std::map<std::string, std::string, std::less<>> answers_;
};
} // namespace dmid::api
