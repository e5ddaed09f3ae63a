// SPDX-License-Identifier: Apache-2.0
#include "api/recent_answers.hpp"

namespace dmid::api
{
std::optional<std::string> RecentAnswers::find(const Moment& moment, std::string_view question)
{
    const std::lock_guard hold{mutex_};
    if (moment != moment_)
        return std::nullopt;
    const auto found = answers_.find(question);
    return found == answers_.end() ? std::nullopt : std::optional{found->second};
}

void RecentAnswers::keep(const Moment& moment, std::string_view question, const std::string& answer)
{
    if (question.size() > kLongestQuestion || answer.size() > kLongestAnswer)
        return;
    const std::lock_guard hold{mutex_};
    if (moment != moment_)
    {
        answers_.clear();
        moment_ = moment;
    }
    if (answers_.size() < kMostAnswers)
        answers_.try_emplace(std::string{question}, answer);
}
} // namespace dmid::api
