// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config.hpp"
#include "keys/secret_text.hpp"

#include <filesystem>
#include <optional>

namespace dmid::node
{
/// Where the node's files are.
struct Places
{
    std::filesystem::path keys;
    std::filesystem::path state;
    std::filesystem::path config; ///< of the configuration file
    std::filesystem::path ready;  ///< gets a line of JSON once the node serves; may be empty
};

/// What the node is started with.
struct Setup
{
    Places places;
    config::Config config;
    /// Of the keys, where no passphrase_file is configured; gone after use.
    std::optional<keys::SecretText> passphrase;
};
} // namespace dmid::node
