// SPDX-License-Identifier: Apache-2.0
#include "mailauth/answers.hpp"

#include "base/ascii.hpp"
#include "mailauth/text.hpp"

#include <algorithm>
#include <utility>

namespace dmid::mailauth
{
namespace
{
Question canonical(std::string_view name, RecordType type)
{
    if (name.ends_with('.'))
        name.remove_suffix(1);
    return {ascii_lower(name), type};
}
} // namespace

const Answer* Answers::find(std::string_view name, RecordType type)
{
    auto question = canonical(name, type);
    if (const auto found = known_.find(question); found != known_.end())
        return &found->second;
    if (std::find(open_.begin(), open_.end(), question) == open_.end())
        open_.push_back(std::move(question));
    return nullptr;
}

void Answers::add(Question question, Answer answer)
{
    known_.insert_or_assign(canonical(question.name, question.type), std::move(answer));
}

std::vector<Question> Answers::take_questions()
{
    return std::exchange(open_, {});
}
} // namespace dmid::mailauth
