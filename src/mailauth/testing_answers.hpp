// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mailauth/answers.hpp"
#include "mailauth/dmarc.hpp"
#include "mailauth/text.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A name server in memory, for tests.
namespace dmid::mailauth::testing
{
class Zone
{
public:
    Zone& add(std::string name, RecordType type, std::string record)
    {
        auto& answer = answers_[{std::move(name), type}];
        answer.status = Answer::Status::found;
        answer.records.push_back(std::move(record));
        return *this;
    }
    Zone& txt(std::string name, std::string record)
    {
        return add(std::move(name), RecordType::txt, std::move(record));
    }
    Zone& a(std::string name, std::string record)
    {
        return add(std::move(name), RecordType::a, std::move(record));
    }
    Zone& answer(std::string name, RecordType type, Answer::Status status)
    {
        answers_[{std::move(name), type}].status = status;
        return *this;
    }

    Answer ask(const Question& question)
    {
        ++asked;
        if (const auto found = answers_.find(question); found != answers_.end())
            return found->second;
        const bool exists =
            std::any_of(answers_.begin(), answers_.end(),
                        [&question](const auto& entry) { return entry.first.name == question.name; });
        Answer out;
        out.status = exists ? Answer::Status::no_data : Answer::Status::no_domain;
        return out;
    }

    /// Calls `evaluate(answers)` until it gives something.
    template <class Evaluate> auto drive(Evaluate evaluate)
    {
        Answers answers;
        for (;;)
        {
            auto result = evaluate(answers);
            if (result)
                return *std::move(result);
            for (auto& question : answers.take_questions())
            {
                auto answer = ask(question);
                answers.add(std::move(question), std::move(answer));
            }
        }
    }

    std::size_t asked = 0;

private:
    std::map<Question, Answer> answers_;
};

/// The last two labels; a single label has none.
inline std::string last_two_labels(std::string_view name)
{
    const auto last = name.rfind('.');
    if (last == std::string_view::npos)
        return {};
    const auto before = name.rfind('.', last - 1);
    return std::string{before == std::string_view::npos ? name : name.substr(before + 1)};
}
} // namespace dmid::mailauth::testing
