// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/key_ring.hpp"

namespace dmid::tool
{
/// The label under which the successor of the inbox key waits until it is published.
inline constexpr std::string_view kNextInbox = "next";

/// The last step of a rotation, wherever it was cut: once the chain names the key of inbox.next, inbox.json
/// becomes inbox.until-<seq> and inbox.next.json becomes inbox.json. The old key stays: mail that is under
/// way is sealed to it. input.file.
Result<bool> finish_rotation(const KeyRing& ring, const XOnlyKey& published, std::uint32_t seq);
/// The secret of the inbox key that is published, whatever its label. key.not-found.
Result<Secret32> open_inbox(KeyRing& ring, const XOnlyKey& published);
} // namespace dmid::tool
