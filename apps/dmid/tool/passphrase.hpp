// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/secret_text.hpp"
#include "tool/globals.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace dmid::tool
{
/// Where the passphrase of the keys comes from: --passphrase-file, --passphrase-fd, or a prompt without echo
/// on the terminal. Never the arguments or the environment, which other users or children can read.
/// One passphrase serves all keys of a run; it is asked for once.
class Passphrases
{
public:
    /// Asks a person; input.passphrase where there is no terminal. Tests put their own here.
    using Prompt = std::function<Result<keys::SecretText>(std::string_view question)>;

    explicit Passphrases(const Globals& globals, Prompt prompt = {});

    /// The passphrase of keys that exist. input.passphrase where none can be had, or an empty one was given;
    /// input.usage where file and descriptor are both named; input.file.
    Result<const keys::SecretText*> existing();
    /// A passphrase for new keys: at a prompt it is asked for twice.
    Result<const keys::SecretText*> fresh();
    /// True where a person can be asked again after a wrong one.
    bool asks() const noexcept;
    /// Forgets a wrong one, so that existing() asks again.
    void forget() { held_.reset(); }

private:
    Result<keys::SecretText> given() const;
    Result<const keys::SecretText*> keep(Result<keys::SecretText> text);

    std::string file_;
    std::optional<int> fd_;
    Prompt prompt_;
    std::optional<keys::SecretText> held_;
};

/// Reads the first line of a descriptor, at most 1024 bytes, without its line break; closes the descriptor.
Result<keys::SecretText> read_passphrase(int fd);
/// Asks on the terminal, without echo.
Result<keys::SecretText> prompt_passphrase(std::string_view question);
/// Asks on the terminal, with echo: codes and the like. input.usage without a terminal.
Result<std::string> prompt_line(std::string_view question);
} // namespace dmid::tool
