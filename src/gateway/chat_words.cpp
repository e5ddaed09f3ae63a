// SPDX-License-Identifier: Apache-2.0
#include "gateway/chat_words.hpp"

namespace dmid::gateway::chat_words
{
std::string how_to_begin()
{
    return "Begin with the number that you write to, then your message: 8312 3456 7890 1210 Hello. Answers "
           "come back here. STOP ends all messages from here.";
}

std::string which_one(const std::vector<model::Number>& numbers)
{
    std::string out = "Whom is this for? It went to nobody. Begin with the number: ";
    for (std::size_t i = 0; i < numbers.size(); ++i)
        out.append(i == 0 ? "" : i + 1 == numbers.size() ? " or " : ", ").append(numbers[i].in_fours());
    return out + ".";
}

std::string not_a_number(Errc why)
{
    return "That is not a number: " + std::string{advice(why)} + " Your message went to nobody.";
}

std::string no_names(const std::string& name)
{
    return "This node does not look up names, so nothing went to " + name +
           ". Begin with the number: 8312 3456 7890 1210 Hello.";
}

std::string write_on(model::Number number)
{
    return "You write to " + number.in_fours() + ". What you say next goes there; answers come back here.";
}

std::string understood(model::Number number)
{
    return "Sent to " + number.in_fours() + ". Go on writing here; answers come back here.";
}

std::string refused(model::Number number, const std::string& reason)
{
    return "Not sent to " + number.in_fours() + ": " + reason;
}

std::string reply_to_answer(bool code)
{
    return code ? "Nothing was sent. Begin your answer with the code that stands below the message that you "
                  "answer."
                : "Nothing was sent. To answer somebody, reply to their message.";
}

std::string not_taken(const std::string& reason)
{
    return "Nothing was sent: " + reason;
}

std::string stopped()
{
    return "Done: nothing more is sent to you from here.";
}
} // namespace dmid::gateway::chat_words
