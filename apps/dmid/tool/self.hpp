// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/globals.hpp"

namespace dmid::tool
{
/// `dmid`, with the flags that lead to the same home: what an advice begins with, ready to be pasted into a
/// shell.
std::string self_call(const Globals& globals);
/// A word as a POSIX shell reads it back: bare where nothing in it is special, else in single quotes.
std::string shell_word(std::string_view word);
} // namespace dmid::tool
