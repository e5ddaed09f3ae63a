// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

/// The numbers that the node serves, as the chain has them. What was last proven is remembered, so that a
/// node starts and takes messages in while the chain is out of reach.
namespace dmid::gateway
{
/// What the operator says of a number.
struct Serving
{
    model::Number number;
    std::vector<InboxKey> keys;
    bool receipts = false;
    /// Those that lie here, the former ones too: with the present one the node signs the daily heads.
    std::vector<InboxKey> policy_keys{};
};

/// From memory: what was proven last. Not served yet where nothing was.
Result<> restore_number(Context& context, const Serving& serving);

/// From the chain: takes over epoch, document and flags, remembers them, and loads the policy of a new epoch.
/// Raises alarms for a key that the node does not hold and for a number that changed hands. Errors of
/// resolving leave what was known in force.
net::Task<Result<>> refresh_number(Context& context, Serving serving);

/// How often to look where a node serves few (milliseconds).
inline constexpr UnixMillis kRefreshMs = 15'000;
} // namespace dmid::gateway
