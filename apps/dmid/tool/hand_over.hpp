// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/letter.hpp"

namespace dmid::tool
{
/// The door that took a message in.
struct Handed
{
    std::string id;
    std::string url;
    bool relay = false;
};

/// Hands a sealed message to the reader's gateways in their order, then to the relays, until one takes it;
/// wrapped anew for each, and once more with the work that a door asks for. A clear no of the recipient's
/// policy ends it. The first door's error where none takes it.
Result<Handed> hand_over(const Invocation& call, const Reader& reader, const seal::Event& sealed);
} // namespace dmid::tool
