// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/letter.hpp"

/// Copies for a key that the chain may yet return to (docs/protocol/finality.md, FIN-06): the same message,
/// sealed to the former key, in <state>/older-copies. A node keeps the letter itself instead.
namespace dmid::tool
{
/// Copies that are kept at once, and for how long (seconds): far beyond any finality.
inline constexpr std::size_t kMostCopies = 1000;
inline constexpr UnixTime kKeepCopies = 7 * UnixTime{24 * 3600};

/// Seals the message to reader.older and keeps it; gives the file's name. Errors of sealing and of files.
Result<std::string> keep_copy(const Invocation& call, const Author& author, const seal::Rumor& rumor,
                              const Reader& reader);

/// Looks at every copy: sends those whose newer key the chain took back, drops those whose newer key is
/// final, or that are old. Whatever fails is told as a warning and tried again the next time.
void settle_copies(const Invocation& call);
} // namespace dmid::tool
