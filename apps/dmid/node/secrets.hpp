// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/own_numbers.hpp"
#include "node/home.hpp"

namespace dmid::node
{
/// Every secret that the node works with, out of its key files.
struct Secrets
{
    gateway::InboxKey node_key;
    Secret32 storage_key; ///< derived from the node key: the store opens with it alone
    std::vector<gateway::Serving> numbers;
};

/// Opens the key files. key.not-found, key.permissions, input.passphrase; number.* for a number that does not
/// parse. Wipes setup.passphrase.
Result<Secrets> open_secrets(Setup& setup);
} // namespace dmid::node
