// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/wallet_check.hpp"

#include <string>

namespace dmid::gateway
{
/// What stands behind a signature of a contract, for the owner: whose word, in which block, and that it is no
/// proof.
std::string contract_words(const chain::WalletWord& word);
} // namespace dmid::gateway
