// SPDX-License-Identifier: Apache-2.0
// Whatever a record says, and although every name of the world publishes it, an evaluation ends within its
// limits.
#include "mailauth/spf_record.hpp"

#include "mailauth/spf.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dmid::mailauth;
    const std::string text{reinterpret_cast<const char*>(data), size};
    const auto record = parse_spf_record(text);
    const SpfRequest request{*parse_ip(size % 2 == 0 ? "192.0.2.1" : "2001:db8::1"), "mail.example.org",
                             "a@example.org"};
    Answers answers;
    std::optional<SpfVerdict> verdict;
    while (!(verdict = check_spf(request, answers)))
    {
        for (auto& question : answers.take_questions())
        {
            Answer answer;
            answer.status = Answer::Status::found;
            answer.records = {question.type == RecordType::txt ? text : "192.0.2.9", "10 mx.example.org"};
            answers.add(std::move(question), std::move(answer));
        }
        if (answers.size() > 140)
            std::abort();
    }
    if (!record && verdict->result != SpfResult::permerror && verdict->result != SpfResult::none)
        std::abort();
    return 0;
}
