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

std::string is_this_meant(const std::string& name, model::Number number, const std::string& word_of,
                          Held held)
{
    const std::string goes = held == Held::text ? "your message goes there" : "you can write there";
    return name + " is " + number.in_fours() + ", by the word of " + word_of +
           ". Nothing was sent yet. Answer YES and " + goes + "; from then on " + name +
           " means this number for you." +
           (held == Held::too_much ? " Your message was not kept: send it again after that." : "");
}

std::string name_changed(const std::string& name, model::Number was, model::Number now)
{
    if (was == now)
        return was.in_fours() + ", which " + name + " means for you, has changed hands.";
    return name + " has meant " + was.in_fours() + " for you until now.";
}

std::string yes_or_no(const std::string& name, model::Number number)
{
    return "Nothing was sent. You were asked whether " + name + " is " + number.in_fours() +
           " for you: answer YES or NO first.";
}

std::string dropped(const std::string& name)
{
    return "Your message to " + name + " was not sent.";
}

std::string no_number_of(const std::string& name, const Error& error)
{
    if (error.code == Errc::number_network)
        return "Nothing was sent to " + name + ": it leads to a number of another registry.";
    return "Nothing was sent to " + name + ": " + std::string{advice(error.code)};
}

std::string too_many_names(const std::string& name)
{
    return "Nothing was sent to " + name +
           ": names cannot be looked up at present. Try again in some minutes, or begin with the number.";
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
