// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "channel/opening.hpp"

#include <string>
#include <vector>

/// What the node says of itself to somebody on a platform. Short: on some of them each line costs money.
/// Pure.
namespace dmid::gateway::chat_words
{
/// How to begin: nothing said whom the words were for.
std::string how_to_begin();
/// More than one number could be meant; the words went to none of them.
std::string which_one(const std::vector<model::Number>& numbers);
/// The beginning was meant as a number, and is none.
std::string not_a_number(Errc why);
/// A name, and this node looks none up.
std::string no_names(const std::string& name);
/// What became of the message while its name is asked about.
enum class Held : std::uint8_t
{
    text,     ///< it waits
    nothing,  ///< there was none yet
    too_much, ///< it is too long, or has files, and is not kept
};
/// Which number a name stands for, by whose word, and how to go on.
std::string is_this_meant(const std::string& name, model::Number number, const std::string& word_of,
                          Held held);
/// What was confirmed is not what the name stands for now; the same number twice: it changed hands.
std::string name_changed(const std::string& name, model::Number was, model::Number now);
/// Neither yes nor no was said to an open question.
std::string yes_or_no(const std::string& name, model::Number number);
/// The message that waited will not be sent.
std::string dropped(const std::string& name);
/// Why a name leads nowhere.
std::string no_number_of(const std::string& name, const Error& error);
/// Too many names in a short time, or too many that wait.
std::string too_many_names(const std::string& name);
/// A number alone was said.
std::string write_on(model::Number number);
/// The first words to a number are on their way.
std::string understood(model::Number number);
/// Refused at the door, with the public reason.
std::string refused(model::Number number, const std::string& reason);
/// To an account that is bound to a number: an answer must say which message it answers.
std::string reply_to_answer(bool code);
/// The owner's words were not taken.
std::string not_taken(const std::string& reason);
/// The address asked to be left alone.
std::string stopped();
} // namespace dmid::gateway::chat_words
