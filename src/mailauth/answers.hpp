// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Who sent a mail: SPF (RFC 7208), DKIM (RFC 6376, 8463), DMARC (RFC 7489) and ARC (RFC 8617), without I/O.
/// An evaluation takes what DNS has answered so far. Where something is missing it gives nothing and leaves
/// its questions behind; whoever drives it asks them and calls again with the answers added. Every evaluation
/// asks a bounded number of questions. docs/protocol/mail-auth.md numbers the rules.
namespace dmid::mailauth
{
/// Types of records that are asked for (RFC 1035, 3596).
enum class RecordType : std::uint16_t
{
    a = 1,
    ptr = 12,
    mx = 15,
    txt = 16,
    aaaa = 28,
};

/// Names are lower case without a final dot.
struct Question
{
    std::string name;
    RecordType type = RecordType::txt;
    auto operator<=>(const Question&) const = default;
};

struct Answer
{
    enum class Status : std::uint8_t
    {
        found,
        no_data,
        no_domain,
        failed, ///< nothing is known: no server answered, or DNSSEC does not hold
    };
    Status status = Status::failed;
    bool secure = false; ///< validated by DNSSEC
    /// One text each: an address, `preference name` (MX), a name (PTR), the joined strings of a TXT record.
    std::vector<std::string> records;
};

/// What was answered, and what is still to be asked.
class Answers
{
public:
    /// The answer, or nullptr after noting the question.
    const Answer* find(std::string_view name, RecordType type);
    void add(Question question, Answer answer);
    /// The questions noted since the last call, each once.
    std::vector<Question> take_questions();
    std::size_t size() const noexcept { return known_.size(); }

private:
    std::map<Question, Answer> known_;
    std::vector<Question> open_;
};
} // namespace dmid::mailauth
